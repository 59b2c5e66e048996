"""`python -m benchmarks.even`: what an event costs at the rates sites have, the floor and Ripeline by turns.

    python -m benchmarks.even [--rounds 3] [--seconds 6] [--rates 100,300,1000]

256 senders who each wait long between two events, at moments of their own, so that the rate hardly depends on how soon
they are answered. CPU is counted until the last event was folded. Nobody may be turned away, or the run fails.
"""

from __future__ import annotations

import argparse
import statistics

from benchmarks.__main__ import Figures, emit, measure
from benchmarks.subject import Ripeline, Subject

_SENDERS = 256


def at_rate(subject: Subject, rate: int, seconds: float, number: int) -> Figures:
    """One subject, on an empty database, at so many events a second."""
    subject.load = "even.lua"
    pause = 1000 * _SENDERS // rate
    with subject:
        measure(subject, _SENDERS, 2, f"w{number}", pause)
        found = measure(subject, _SENDERS, seconds, f"r{number}", pause)
    if found.failed:
        raise SystemExit(f"{subject.name}: {found.failed} were turned away at {rate} events/s")
    return found


def report(rate: int, rounds: list[tuple[Figures, Figures]]) -> None:
    """Median, lowest and highest of each; `ratio` against the floor of the same round."""
    for key in ("accepted_per_s", "cpu_us", "p50_ms", "p99_ms"):
        for place, name in enumerate(("one-insert", "ripeline")):
            values = [getattr(one[place], key) for one in rounds]
            emit(
                f"{name}, {rate} events/s evenly: {key}",
                value=round(statistics.median(values), 2),
                low=round(min(values), 2),
                high=round(max(values), 2),
                ratio=round(statistics.median(getattr(one[place], key) / getattr(one[0], key) for one in rounds), 3),
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.even", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rates", default="100,300,1000")
    options = parser.parse_args()
    for rate in map(int, options.rates.split(",")):
        rounds = [
            (at_rate(Subject("one-insert"), rate, options.seconds, n), at_rate(Ripeline(), rate, options.seconds, n))
            for n in range(1, options.rounds + 1)
        ]
        report(rate, rounds)


if __name__ == "__main__":
    main()
