"""`python -m benchmarks.batches`: scored events a second when a program sends twenty a request, against the floor.

    python -m benchmarks.batches [--rounds 3] [--seconds 6] [--connections 8]

`POST /api/events`, the time until the last event was folded counted in; the floor is the one-INSERT server of
`make bench`, one event a request at 32 connections, in the same round. Stored must equal accepted, or the run fails.
"""

from __future__ import annotations

import argparse
import os
import statistics

from benchmarks.__main__ import emit, measure
from benchmarks.subject import Ripeline, Subject


class Batches(Ripeline):
    """The product, asked by a program that may write."""

    load = "batches.lua"
    events_a_request = 20

    def __enter__(self) -> Batches:
        super().__enter__()
        os.environ["BENCH_TOKEN"] = self.make_token("batches", "write")
        return self


def one_round(connections: int, seconds: float, number: int) -> dict[str, float]:
    with Subject("one-insert") as floor:
        measure(floor, 32, 1, f"w{number}")
        least = measure(floor, 32, seconds, f"r{number}")
    with Batches() as subject:
        measure(subject, connections, 1, f"w{number}")
        found = measure(subject, connections, seconds, f"r{number}")
    return {
        "events a second": found.accepted_per_s,
        "times the floor's": found.accepted_per_s / least.accepted_per_s,
        "CPU us an event": found.cpu_us,
        "p99 ms a request": found.p99_ms,
        "the floor's events a second": least.accepted_per_s,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batches", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    rounds = [one_round(options.connections, options.seconds, number) for number in range(1, options.rounds + 1)]
    for name in rounds[0]:
        found = [each[name] for each in rounds]
        emit(
            f"batches of {Batches.events_a_request}: {name}",
            value=round(statistics.median(found), 2),
            low=round(min(found), 2),
            high=round(max(found), 2),
        )


if __name__ == "__main__":
    main()
