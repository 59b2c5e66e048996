"""How spread are the scores? How many leads have how many points, and where the middle and the top tenth begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ripeline.domain.points import THOUSANDTHS
from ripeline.truth.lives import COLD, Lives

#: So many steps at most make the picture.
STEPS: Final = 24


@dataclass(frozen=True, slots=True)
class Step:
    """`leads` with `low` ≤ score < `high`, in thousandths; of the first step also all below, of the last all above."""

    low: int
    high: int
    leads: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Scores as they were before the outcome. `middle`: half the leads have that or less; `top`: a tenth has that or
    more; `none`: leads at 0 or below; `bands` from the lowest (cold) up, with how many are in each."""

    leads: int
    steps: tuple[Step, ...]
    middle: int
    top: int
    none: int
    bands: tuple[tuple[str, int], ...]


def spread(lives: Lives) -> Spread:
    """The first question."""
    scores = sorted(life.score for life in lives.all)
    return Spread(
        leads=len(scores),
        steps=_steps(scores),
        middle=scores[(len(scores) - 1) // 2] if scores else 0,
        top=scores[-max(1, len(scores) // 10)] if scores else 0,
        none=sum(score <= 0 for score in scores),
        bands=_bands(lives),
    )


def _steps(scores: Sequence[int]) -> tuple[Step, ...]:
    if not scores:
        return ()
    low, high = (_whole(scores[len(scores) // 100]), _whole(scores[-1 - len(scores) // 100]))
    width = max(1, -(-(high - low + 1) // STEPS))
    found = Counter(min(max(_whole(score), low), high) for score in scores)
    counted = Counter[int]()
    for whole, leads in found.items():
        counted[(whole - low) // width] += leads
    last = (high - low) // width
    return tuple(
        Step((low + place * width) * THOUSANDTHS, (low + (place + 1) * width) * THOUSANDTHS, counted[place])
        for place in range(last + 1)
    )


def _whole(score: int) -> int:
    return score // THOUSANDTHS


def _bands(lives: Lives) -> tuple[tuple[str, int], ...]:
    """Each lead in the highest band whose `enter` its last score reaches."""
    bands = [(band.name, band.enter) for band in lives.model.bands]
    counted = Counter(
        next((name for name, enter in reversed(bands) if life.score >= enter), COLD) for life in lives.all
    )
    return ((COLD, counted[COLD]), *((name, counted[name]) for name, _ in bands))
