"""`python -m benchmarks.folding [--events N] [--rounds R]`: what folding costs by itself, without the door.

Two kinds of traffic, each appended and folded in batches of 500, on an empty database and under the shipped rules:
`door`, that of `make bench` (one visitor in ten new, so seven events a lead), and `known`, 20 events a lead over days.
CPU time of the fold alone (of the index of what was seen, which follows it, apart), the best of the rounds; statements
and changed rows an event; bytes written to the log file (WAL) and bytes on disk, by table and index. One JSON line a
figure.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from benchmarks.pages import owners_of_pages, pages_in_wal
from benchmarks.replay import calibration, history
from ripeline.domain.event import Event
from ripeline.domain.source import Source
from ripeline.fold.keeper import Keeper
from ripeline.fold.rescore import ensure_scored
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules
from ripeline.store.database import Database, checkpoint, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.seen_items import keep_up
from ripeline.store.upgrading import create_schema

_BATCH: Final = 500
_A_CHECKPOINT: Final = 20
_BEGIN: Final = 1_772_442_000_000
_PER_SECOND: Final = 2_000
_PATHS: Final = (
    "/",
    "/pricing",
    "/about",
    "/blog/sorting-at-night",
    "/blog/ten-thousand-apples",
    "/case-studies/orchard",
    "/careers",
    "/white-papers",
)


def at_the_door(events: int) -> Iterator[Event]:
    """The page views of `load.lua`: 2 000 visitors who come again and again, and one in ten who is new."""
    chance = random.Random(20_26)
    for n in range(events):
        at = _BEGIN + n * 1000 // _PER_SECOND
        yield Event(
            id=f"r{n % 2 + 1}-{n}",
            visitor=f"rn{n % 2 + 1}-{n}" if chance.random() < 0.1 else f"rv{chance.randint(1, 2000)}",
            on="page",
            at=at,
            received_at=at,
            url=f"https://shop.example{chance.choice(_PATHS)}",
            title="Fruit sorting machines that never sleep - Verger et Fils",
            referrer="https://www.search.example/results",
            agent="Chrome 141 on Linux",
            props={"plan": "pro"},
            source=Source("email", "newsletter", "email", "spring"),
        )


def of_known(events: int) -> Iterator[Event]:
    """The history of the replay benchmark, in the order of time: leads with 20 events each, in sessions over days."""
    found = sorted((event for lead in history(events) for event in lead), key=lambda event: event.order)
    return (replace(event, seq=0, visitor=f"v{event.visitor}", received_at=event.at) for event in found)


class Run:
    """One database filled and folded."""

    def __init__(self, file: Path, events: list[Event]) -> None:
        self.fold_s = self.seen_s = 0.0
        self.statements = self.rows = self.seen_rows = 0
        self.wal: Counter[int] = Counter()
        self.appended_wal: Counter[int] = Counter()
        self._now = events[0].at
        self._conn = Database(file).writer()
        self._file = file
        self._events = events
        create_schema(self._conn)
        ensure_scored(self._conn, ruleset := load_rules(EXAMPLE_RULES), lambda *_: None)
        self._keeper = Keeper(self._conn, ruleset, lambda: self._now)

    def take_time(self) -> None:
        """Fold all of it, by the clock of the processor."""
        for n in self._appended():
            self.fold_s += _cpu(self._keeper.step)
            self.seen_s += _cpu(lambda: keep_up(self._conn))
            if n % _A_CHECKPOINT == 0:
                checkpoint(self._conn)

    def count(self) -> None:
        """Fold all of it, and count: slower, so not together with the time."""
        said: list[str] = []
        for _ in self._appended():
            self._wiped(self.appended_wal)
            before = self._conn.total_changes
            self._conn.set_trace_callback(said.append)
            self._keeper.step()
            self._conn.set_trace_callback(None)
            self.rows += self._conn.total_changes - before
            before = self._conn.total_changes
            keep_up(self._conn)
            self.seen_rows += self._conn.total_changes - before
            self._wiped(self.wal)
        self.statements = len(said)

    def close(self) -> None:
        self._conn.close()

    def _appended(self) -> Iterator[int]:
        dictionary = Dictionary()
        for n, first in enumerate(range(0, len(self._events), _BATCH), start=1):
            batch = self._events[first : first + _BATCH]
            with transaction(self._conn):
                append_events(self._conn, batch, dictionary)
            self._now = batch[-1].at
            yield n

    def _wiped(self, pages: Counter[int]) -> None:
        """Note which pages the log file holds, and empty it."""
        pages.update(pages_in_wal(self._file))
        self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def timed(events: list[Event]) -> dict[str, float]:
    """One round by the clock; µs an event."""
    with tempfile.TemporaryDirectory() as folder:
        run, speed = Run(Path(folder) / "ripeline.db", events), calibration()
        run.take_time()
        run.close()
    an_event = 1e6 / len(events)
    return {"fold": run.fold_s * an_event, "seen": run.seen_s * an_event, "calibration_ms": speed * 1000}


def counted(events: list[Event]) -> dict[str, object]:
    """One round counted; everything an event."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ripeline.db"
        run = Run(file, events)
        run.count()
        run.close()
        size, owners = owners_of_pages(file)
    return {
        "statements": round(run.statements / len(events), 3),
        "rows": round(run.rows / len(events), 2),
        "rows_seen": round(run.seen_rows / len(events), 2),
        "wal_bytes": _by_owner(run.wal, owners, size, len(events)),
        "wal_bytes_of_append": _by_owner(run.appended_wal, owners, size, len(events)),
        "disk_bytes": _by_owner(Counter(dict.fromkeys(owners, 1)), owners, size, len(events)),
    }


def _by_owner(pages: Counter[int], owners: dict[int, str], size: int, events: int) -> dict[str, float]:
    found: Counter[str] = Counter()
    for page, times in pages.items():
        found[owners.get(page, "free")] += times * size
    told = {name: round(count / events, 1) for name, count in found.most_common() if count / events >= 0.5}
    return {"all": round(found.total() / events, 1), **told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for name, traffic in (("door", at_the_door), ("known", of_known)):
        events = list(traffic(options.events))
        rounds = [timed(events) for _ in range(options.rounds)]
        for key, what in (("fold", "fold"), ("seen", "index of what was seen")):
            values = sorted(each[key] for each in rounds)
            speed = min(each["calibration_ms"] for each in rounds)
            figure = {"figure": f"{what}, {name}: CPU µs an event", "value": round(values[0], 1)}
            print(json.dumps(figure | {"high": round(values[-1], 1), "calibration_ms": round(speed, 1)}), flush=True)
        for key, value in counted(events).items():
            print(json.dumps({"figure": f"fold, {name}: {key} an event", "value": value}), flush=True)


if __name__ == "__main__":
    main()
