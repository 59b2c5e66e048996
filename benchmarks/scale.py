"""`make scale`: a million leads and twenty million events made, and the marks measured while more come in.

    python -m benchmarks.scale [--leads N] [--events N] [--folder F] [--rate N] [--only pages,weight,jobs,speed]

A folder that is named is kept, and used again when it is there. One JSON line a figure, a table at the end.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.__main__ import measure
from benchmarks.scale_data import build
from benchmarks.scale_figures import Figures
from benchmarks.scale_jobs import (
    measure_backup,
    measure_nights,
    measure_rescore,
    measure_weight,
    measure_what_ifs,
)
from benchmarks.scale_pages import measure_pages
from benchmarks.scale_server import Grown
from benchmarks.subject import Ripeline
from ripeline.fold.rescore import processors

_PARTS: Final = ("weight", "pages", "speed", "jobs")
_ROUNDS: Final = 3
_SECONDS: Final = 5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--folder", type=Path, help="kept, and used again")
    parser.add_argument("--rate", type=int, default=1_000, help="events a second that come in meanwhile")
    parser.add_argument("--only", default=",".join(_PARTS))
    options = parser.parse_args()
    figures = Figures()
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-")))
        if not (folder / "data").exists():
            begin = time.perf_counter()
            build(folder / "data", options.leads, options.events)
            figures.tell("seconds to build it", time.perf_counter() - begin)
        try:
            run(folder, options, figures)
        finally:
            print(figures.table())


def run(folder: Path, options: argparse.Namespace, figures: Figures) -> None:
    parts, file = options.only.split(","), folder / "data" / "ripeline.db"
    if "weight" in parts:
        measure_weight(file, figures)
    if "pages" in parts:
        starts = [_start(folder) for _ in range(_ROUNDS)]
        clock, cpu = (median([each[place] for each in starts]) for place in (0, 1))
        figures.tell("start until ready: s", clock, 1, cpu=cpu)
        figures.tell("import of the command: s", median([_imported() for _ in range(_ROUNDS)]), 0.3)
        with Grown(folder) as server:
            with server.loaded(options.rate) as load:
                measure_pages(server, figures)
                measure_backup(folder, figures)
                figures.tell("resident memory now: MB", server.megabytes())
            figures.tell("events/s that came in meanwhile", load.rate)
            figures.tell("resident memory, at its highest: MB", server.peak_megabytes(), 150)
    if "speed" in parts:
        _speed(folder, figures)
    if "jobs" in parts:
        measure_what_ifs(file, figures)
        measure_rescore(file, figures, processors())
        measure_nights(options.leads, figures)


def _start(folder: Path) -> tuple[float, float]:
    """By the clock, and of CPU."""
    with Grown(folder) as server:
        return server.started, server.cpu_seconds()


def _imported() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "ripeline", "--help"], check=True, capture_output=True)
    return time.perf_counter() - begin


def _speed(folder: Path, figures: Figures) -> None:
    """As many events as it takes, on an empty database and on the large one in turn: by the clock, and by CPU."""
    ratios, costs, rates = [], [], []
    for number in range(_ROUNDS):
        both = []
        for server in (Ripeline(), Grown(folder)):
            with server:
                measure(server, 32, 1, f"w{number}{time.time_ns() % 10**9}")
                both.append(measure(server, 32, _SECONDS, f"s{number}{time.time_ns() % 10**9}"))
        empty, full = both
        rates.append(full.accepted_per_s)
        ratios.append(full.accepted_per_s / empty.accepted_per_s)
        costs.append(full.cpu_us / empty.cpu_us)
    figures.tell("events/s at full size", median(rates))
    figures.tell("events/s: full size to empty", median(ratios), 0.8, at_least=True)
    figures.tell("CPU an event: full size to empty", median(costs))


if __name__ == "__main__":
    main()
