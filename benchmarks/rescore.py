"""`python benchmarks/rescore.py [--events N]`: a database of N events, rescored under other rules, as the command does.

One JSON line a figure; `alone` is by one process. CPU time is told too, and how fast the machine was just then, because
other work shares the cores.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from benchmarks.replay import calibration, history
from ripeline.fold.keeper import Keeper
from ripeline.fold.rebuilding import Rescore
from ripeline.fold.rescore import ensure_scored, processors
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules, read_rules
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.upgrading import create_schema

_LEADS_A_BATCH: Final = 25


def fill(conn: Connection, events: int, ruleset: Ruleset) -> None:
    """The history of the replay benchmark, stored and folded."""
    dictionary, leads = Dictionary(), history(events)
    ensure_scored(conn, ruleset, lambda *_: None)
    keeper = Keeper(conn, ruleset, lambda: leads[-1][-1].at)
    for first in range(0, len(leads), _LEADS_A_BATCH):
        batch = [event for lead in leads[first : first + _LEADS_A_BATCH] for event in lead]
        with transaction(conn):
            stored = (replace(event, seq=0, visitor=f"v{event.visitor}", received_at=event.at) for event in batch)
            append_events(conn, list(stored), dictionary)
        while keeper.step():
            pass


def rescored(conn: Connection, ruleset: Ruleset, mates: int) -> tuple[float, float]:
    """Seconds by the clock and of CPU until the new scores are in force."""
    began, before = time.perf_counter(), _cpu()
    work = Rescore.begun(conn, ruleset, Said("", 1))
    work.hire(mates)
    while not work.step(500):
        pass
    work.close()
    return time.perf_counter() - began, _cpu() - before


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    events = parser.parse_args().events
    ruleset = load_rules(EXAMPLE_RULES)
    with tempfile.TemporaryDirectory() as folder:
        conn = Database(Path(folder) / "ripeline.db").writer()
        create_schema(conn)
        fill(conn, events, ruleset)
        for name, mates in ((f"with {processors()} processes", processors()), ("alone", 0)):
            speed = calibration()
            seconds, cpu = rescored(conn, read_rules(f"{ruleset.text}\n# {name}\n"), mates)
            found = {"value": round(events / seconds), "cpu_us_an_event": round(cpu / events * 1e6, 1)}
            figure = {"figure": f"rescore of {events} events, {name}: events a second", **found}
            print(json.dumps(figure | {"calibration_s": round(speed, 3)}), flush=True)
        conn.close()


if __name__ == "__main__":
    main()
