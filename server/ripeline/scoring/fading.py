"""What is left of points as days go by: `decay` of a rule, exact to the thousandth and the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from ripeline.rules.model import Decay

#: Digits enough that what lies just beside half a thousandth is told from it.
_DIGITS: Final = 60

#: (thousandths, whole local days since the award) → thousandths.
Left = Callable[[int, int], int]


class Fading(NamedTuple):
    """One decay: what is `left` of thousandths at an age in days, and the `next` age at which less is (None: it is
    gone)."""

    left: Left
    next: Callable[[int, int], int | None]


@lru_cache(maxsize=1_000)
def fading_of(decay: Decay) -> Fading:
    """A decay ready for use; half a thousandth is rounded away from zero."""
    exact = {"half_life": _half_life, "linear": _linear, "expire": _expire}[decay.kind](decay)
    left = lru_cache(maxsize=50_000)(exact)

    @lru_cache(maxsize=50_000)
    def next_age(points: int, age: int) -> int | None:
        now = left(points, age)
        if now == 0:
            return None
        # What is left only shrinks: look ever further ahead, then halve the last stretch.
        same, step = age, 1
        while left(points, same + step) == now:
            same, step = same + step, 2 * step
        less = same + step
        while less - same > 1:
            middle = (same + less) // 2
            same, less = (middle, less) if left(points, middle) == now else (same, middle)
        return less

    return Fading(left, next_age)


def _half_life(decay: Decay) -> Left:
    def left(points: int, age: int) -> int:
        # Halved that often, no number of so many bits is worth half a thousandth.
        if age > decay.days * (points.bit_length() + 1):
            return 0
        with localcontext(prec=_DIGITS):
            value = points * Decimal(2) ** (Decimal(-age) / decay.days)
            return int(value.to_integral_value(ROUND_HALF_UP))

    return left


def _linear(decay: Decay) -> Left:
    # "33.3%" was read as a number: this is the share as it was written.
    lost_a_day = Fraction(decay.share).limit_denominator(100_000) / decay.days
    lost, of = lost_a_day.numerator, lost_a_day.denominator

    def left(points: int, age: int) -> int:
        kept = max(0, of - lost * age)
        whole = (2 * abs(points) * kept + of) // (2 * of)
        return whole if points >= 0 else -whole

    return left


def _expire(decay: Decay) -> Left:
    return lambda points, age: points if age < decay.days else 0
