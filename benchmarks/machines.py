"""Past one machine, simulated: collectors, a log partitioned by lead, folds that each own some partitions.

`python -m benchmarks.machines` prints one JSON line a case; docs/decisions/0030 rests on them. Nothing of Ripeline
runs; the costs are those measured on one machine (docs/benchmarks.md), seconds are simulated, chance is seeded.
"""

from __future__ import annotations

import json
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Final

#: Seconds of CPU an event at the door (parsing, checks, its part of a commit), and in the fold, alone in its process.
DOOR: Final = 110e-6
FOLD: Final = 65e-6
#: Seconds of one transaction of the fold besides its events: a round trip and a sync of a database server.
COMMIT: Final = 4e-3
BATCH: Final = 500
#: Seconds a simulated step takes.
STEP: Final = 0.005


@dataclass(frozen=True, slots=True)
class Plan:
    """So many machines of each kind, and how events arrive: `rate` a second, `hot` the share of the busiest partition,
    `across` the share that tells a partition about a lead of another (an identify on a second device)."""

    collectors: int
    folds: int
    partitions: int
    rate: float
    hot: float = 0.0
    across: float = 0.05


@dataclass(slots=True)
class Partition:
    """Events that wait, as (when they came, how many)."""

    waiting: deque[tuple[float, float]] = field(default_factory=deque)

    def take(self, most: float) -> list[tuple[float, float]]:
        taken = []
        while self.waiting and most > 0:
            at, count = self.waiting.popleft()
            part = min(count, most)
            if part < count:
                self.waiting.appendleft((at, count - part))
            taken.append((at, part))
            most -= part
        return taken


@dataclass(frozen=True, slots=True)
class Outcome:
    """Events a second taken at the doors and folded, the fold's lag (s, p99), the busiest fold's share of its time."""

    accepted: float
    folded: float
    lag_p99: float
    busiest: float


def simulate(plan: Plan, seconds: float = 30.0, seed: int = 9) -> Outcome:
    chance = random.Random(seed)
    partitions = [Partition() for _ in range(plan.partitions)]
    shares = _shares(plan)
    free_at, busy = [0.0] * plan.folds, [0.0] * plan.folds
    accepted = folded = now = 0.0
    lags: list[tuple[float, float]] = []
    limit = plan.collectors / DOOR * STEP
    while now < seconds:
        arrived = min(plan.rate * STEP, limit)
        accepted += arrived
        for partition, share in zip(partitions, shares, strict=True):
            count = arrived * share * chance.uniform(0.7, 1.3)
            partition.waiting.append((now, count))
        for fold in range(plan.folds):
            while free_at[fold] <= now:
                batch = _next_batch(partitions[fold :: plan.folds])
                if not batch:
                    break
                count = sum(each for _, each in batch)
                # What concerns a lead elsewhere is handed on as a message and folded there as well.
                took = count * FOLD * (1 + plan.across) + COMMIT
                start = max(now, free_at[fold])
                free_at[fold], busy[fold] = start + took, busy[fold] + took
                folded += count
                lags += [(start + took - at, each) for at, each in batch]
        now += STEP
    return Outcome(accepted / seconds, folded / seconds, _p99(lags), max(busy) / seconds)


def _shares(plan: Plan) -> list[float]:
    even = (1 - plan.hot) / plan.partitions
    return [even + (plan.hot if number == 0 else 0.0) for number in range(plan.partitions)]


def _next_batch(own: list[Partition]) -> list[tuple[float, float]]:
    """Of the partition whose oldest event waits longest."""
    waiting = [partition for partition in own if partition.waiting]
    oldest = min(waiting, key=lambda partition: partition.waiting[0][0], default=None)
    return oldest.take(BATCH) if oldest else []


def _p99(lags: list[tuple[float, float]]) -> float:
    total = sum(count for _, count in lags)
    seen = 0.0
    for lag, count in sorted(lags):
        seen += count
        if seen >= 0.99 * total:
            return lag
    return 0.0


CASES: Final = {
    "one of each": Plan(1, 1, 1, 8_000),
    "two collectors, two folds": Plan(2, 2, 16, 16_000),
    "eight and eight": Plan(8, 8, 64, 60_000),
    "eight and eight, one partition has a tenth": Plan(8, 8, 64, 60_000, hot=0.1),
    "eight and eight, one partition has a third": Plan(8, 8, 64, 60_000, hot=1 / 3),
    "eight and eight, every second event across": Plan(8, 8, 64, 60_000, across=0.5),
}


def main() -> None:
    for name, plan in CASES.items():
        found = simulate(plan)
        print(
            json.dumps(
                {
                    "case": name,
                    "offered_per_s": plan.rate,
                    "accepted_per_s": round(found.accepted),
                    "folded_per_s": round(found.folded),
                    "lag_p99_ms": round(found.lag_p99 * 1000),
                    "busiest_fold": round(found.busiest, 2),
                }
            )
        )


if __name__ == "__main__":
    main()
