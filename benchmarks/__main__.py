"""`make bench`: the floors and Ripeline's `/e`, interleaved in one run; one JSON line a figure.

    python -m benchmarks [--rounds 3] [--seconds 6] [--connections 32,256] [--peer runlight]

A figure is the median over the rounds, with its lowest and highest; `ratio` is against the one-INSERT floor of the
same round. Accepted/s counts the time until the last event was folded. Stored must equal accepted, or the run fails.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.cost import month
from benchmarks.peer import PEERS
from benchmarks.subject import HERE, Ripeline, Subject

FLOORS = ("raw-asgi", "starlette-json", "one-insert")


@dataclass(frozen=True, slots=True)
class Figures:
    """One subject under one load: events a second, ms, µs of CPU an event, MB."""

    accepted_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    peak_mb: float
    failed: int


def wrk(subject: Subject, connections: int, seconds: float, run: str, pause_ms: int = 0) -> dict[str, int]:
    """Load one subject from two threads; what `done` in every.lua printed."""
    command = [
        "wrk",
        "-t2",
        f"-c{connections}",
        f"-d{seconds:.0f}s",
        "--timeout",
        "30s",
        "-s",
        str(HERE / subject.load),
    ]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{subject.port}", "--", run, str(pause_ms), subject.site],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
    )
    figures: dict[str, int] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def measure(subject: Subject, connections: int, seconds: float, run: str, pause_ms: int = 0) -> Figures:
    before_cpu, before_stored, start = subject.cpu_seconds(), subject.stored(), time.perf_counter()
    load = wrk(subject, connections, seconds, run, pause_ms)
    answered = time.perf_counter()
    subject.settle()
    accepted = (load["requests"] - load["failed"]) * subject.events_a_request
    took = load["us"] / 1e6 + (time.perf_counter() - answered)
    stored = subject.stored()
    if stored is not None and before_stored is not None and stored - before_stored < accepted:
        raise SystemExit(f"{subject.name}: accepted {accepted} but stored {stored - before_stored}")
    assert took <= time.perf_counter() - start + 1
    return Figures(
        accepted_per_s=accepted / took,
        p50_ms=load["p50"] / 1000,
        p99_ms=load["p99"] / 1000,
        cpu_us=(subject.cpu_seconds() - before_cpu) / max(1, accepted) * 1e6,
        peak_mb=subject.peak_megabytes(),
        failed=load["failed"],
    )


def one_round(connections: int, seconds: float, number: int, peers: list[str]) -> dict[str, Figures]:
    """Every floor, peer and Ripeline, one after the other, each in a fresh process on an empty database."""
    figures: dict[str, Figures] = {}
    for subject in (*map(Subject, FLOORS), *(PEERS[name]() for name in peers), Ripeline()):
        with subject:
            measure(subject, connections, 1, f"w{number}")
            figures[subject.name] = measure(subject, connections, seconds, f"r{number}")
            if number == 1 and connections == 32:
                subject.stop()
                weigh(subject, figures[subject.name])
    return figures


def weigh(subject: Subject, figures: Figures) -> None:
    """What an event takes on disk, and what one machine then carries in a month."""
    size = subject.bytes_per_event()
    if size is not None:
        emit(f"{subject.name}: bytes an event", value=round(size, 1))
        emit(f"{subject.name}: a month at a tenth of two cores", **asdict(month(figures.cpu_us, size)))


def report(connections: int, rounds: list[dict[str, Figures]]) -> None:
    for name in rounds[0]:
        for key in asdict(rounds[0][name]):
            values = [getattr(one[name], key) for one in rounds]
            ratios = [getattr(one[name], key) / max(1e-9, getattr(one["one-insert"], key)) for one in rounds]
            emit(
                f"{name}, {connections} connections: {key}",
                value=round(statistics.median(values), 2),
                low=round(min(values), 2),
                high=round(max(values), 2),
                ratio=round(statistics.median(ratios), 3) if key != "failed" else None,
            )


def fold_lag(rate: int, seconds: float) -> None:
    """Sample how long events wait to be folded under a steady rate: paused connections, an open loop near enough."""
    with Ripeline() as subject:
        # Each connection sends every `pause` ms, so that many of them make the rate.
        connections, pause = (32, max(1, round(32_000 / rate))) if rate > 320 else (2, round(2_000 / rate))
        lags: list[float] = []
        ended = threading.Event()

        def sample() -> None:
            while not ended.wait(0.02):
                lags.append(subject.lag_ms())

        sampler = threading.Thread(target=sample)
        sampler.start()
        load = wrk(subject, connections, seconds, "lag", pause)
        ended.set()
        sampler.join()
    lags.sort()
    emit(
        f"fold lag p99 ms at {load['requests'] / (load['us'] / 1e6):.0f} events/s",
        value=round(lags[int(len(lags) * 0.99)], 1),
        samples=len(lags),
    )


def emit(figure: str, **values: object) -> None:
    print(json.dumps({"figure": figure, **{k: v for k, v in values.items() if v is not None}}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--connections", default="32,256")
    parser.add_argument("--peer", action="append", default=[], choices=sorted(PEERS))
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is needed for this: apt-get install wrk")
    steady = 0.0
    for connections in map(int, options.connections.split(",")):
        rounds = [one_round(connections, options.seconds, each, options.peer) for each in range(1, options.rounds + 1)]
        report(connections, rounds)
        steady = steady or statistics.median(one["ripeline"].accepted_per_s for one in rounds)
    fold_lag(round(steady * 0.7), options.seconds)
    fold_lag(100, options.seconds)
    for script in sorted(Path(HERE).glob("replay.py")):
        subprocess.run([sys.executable, str(script)], check=True)


if __name__ == "__main__":
    main()
