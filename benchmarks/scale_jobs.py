"""What takes longer than a page on a large database: what-ifs, a rescore, a backup, a night; and what it weighs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.pages import bytes_by_owner
from benchmarks.scale_figures import Figures
from benchmarks.subject import read_one, size_after_checkpoint
from benchmarks.sweep import one_night
from benchmarks.whatif import EDITS, answer
from ripeline.fold.rebuilding import Rescore, forget_rescore
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules, read_rules
from ripeline.store.authors import Said
from ripeline.store.database import Database, transaction
from ripeline.store.rescore import drop_next

#: So much of a rescore is done, and given up.
_PART: Final = 0.05


def measure_weight(file: Path, figures: Figures) -> None:
    """Bytes an event all told, after a checkpoint, and of the tables and indexes that take most. Nobody writes."""
    size, events = size_after_checkpoint(file), int(read_one(file, "SELECT count(*) FROM events"))
    figures.tell("bytes an event, all told", size / events, 200)
    for name, taken in islice(bytes_by_owner(file).items(), 12):
        figures.tell(f"bytes an event: {name}", taken / events)


def measure_what_ifs(file: Path, figures: Figures) -> None:
    rules = load_rules(EXAMPLE_RULES)
    database = Database(file)
    for change, edit in EDITS.items():
        took = answer(database, rules, edit)
        figures.tell(f"what-if, {change}: s", took.seconds, 3, cpu=took.busy)
    database.close()


def measure_backup(folder: Path, figures: Figures) -> None:
    """Beside a server that takes events."""
    target, begin = folder / "backup.zip", time.perf_counter()
    command = [sys.executable, "-m", "ripeline", "backup", str(target), "--data", str(folder / "data")]
    subprocess.run(command, check=True, capture_output=True)
    figures.tell("backup: s", time.perf_counter() - begin)
    figures.tell("backup: MB", target.stat().st_size / 1e6)
    target.unlink()


def measure_rescore(file: Path, figures: Figures, mates: int) -> None:
    """A part of one under other rules, as many processes as cores; then it is given up. Nobody else writes."""
    rules = read_rules(load_rules(EXAMPLE_RULES).text + "\n# measured\n")
    with closing(Database(file).writer()) as conn:
        work = Rescore.begun(conn, rules, Said("", int(time.time() * 1000)))
        work.hire(mates)
        begin, busy = 0.0, 0.0
        while not work.step(500):
            done, total = work.progress
            # What the processes take to start is not the speed of a rescore that lasts minutes.
            if not begin:
                begin, before, busy = time.perf_counter(), done, sum(os.times()[:2])
            if done >= _PART * total:
                break
        seconds, leads = time.perf_counter() - begin, work.progress[0] - before
        busy = sum(os.times()[:2]) - busy
        work.close()
        (events,) = conn.execute("SELECT count(*) FROM events").fetchone()
        part = leads / total * events
        # Of the process that writes; those that build are as busy as it leaves them.
        figures.tell("rescore of a part: events/s", part / seconds, 60_000, at_least=True, writer_us=busy / part * 1e6)
        with transaction(conn):
            drop_next(conn)
            forget_rescore(conn)


def measure_nights(leads: int, figures: Figures) -> None:
    """As many leads as the large database has, made for this: see `benchmarks.sweep`."""
    for name, fading, mark in (("all fade", leads, 60), ("1 % fade", leads // 100, 5)):
        night = one_night(leads, fading)
        figures.tell(f"a night in which {name}: s", night["seconds"], mark, cpu=night["busy"])
        figures.tell(f"a night in which {name}: longest step, ms", night["longest_ms"])
