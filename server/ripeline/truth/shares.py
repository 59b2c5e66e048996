"""How many of how many, and how sure that is: Wilson's interval, and when two shares may be said to differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from statistics import NormalDist
from typing import Final

#: Of a hundred intervals made so, five miss the truth.
DOUBT: Final = 0.05

#: With fewer outcomes than these nothing is said in numbers.
ENOUGH_OUTCOMES: Final = 20


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, and the interval (0..1) the true share lies in; nothing of nothing may be anything."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """0..1; 0 of nobody."""
        return self.part / self.whole if self.whole else 0.0


def share(part: int, whole: int, comparisons: int = 1) -> Share:
    """With Wilson's score interval (E. B. Wilson, 1927), at 95 %.

    Who looks at many shares and picks the striking ones sees chance: with so many `comparisons` the intervals are so
    much wider that all of them together are right 95 times of 100 (Bonferroni).
    """
    if not whole:
        return Share(0, 0, 0.0, 1.0)
    z = _z(comparisons)
    rate, square = part / whole, z * z
    middle = (rate + square / (2 * whole)) / (1 + square / whole)
    half = z / (1 + square / whole) * sqrt(rate * (1 - rate) / whole + square / (4 * whole * whole))
    return Share(part, whole, max(0.0, middle - half), min(1.0, middle + half))


def differ(one: Share, other: Share) -> bool:
    """Whether that is proven: their intervals do not overlap."""
    return one.low > other.high or other.low > one.high


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one share the other is; `low` and `high` hold 1 exactly when the two intervals overlap.

    None where it has no bound, or there is nothing to divide by.
    """

    value: float | None
    low: float
    high: float | None


def ratio(one: Share, other: Share) -> Ratio:
    """`one` against `other`."""
    return Ratio(
        one.rate / other.rate if other.rate else None,
        one.low / other.high if other.high else 0.0,
        one.high / other.low if other.low else None,
    )


@lru_cache(maxsize=256)
def _z(comparisons: int) -> float:
    return NormalDist().inv_cdf(1 - DOUBT / (2 * max(comparisons, 1)))
