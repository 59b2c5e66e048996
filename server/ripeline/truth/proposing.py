"""What a review proposes: another threshold, other points for rules that set good calls apart from bad ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ripeline.rules.model import Model, Rule
from ripeline.truth.lives import Life
from ripeline.truth.shares import Share, differ, share
from ripeline.truth.tops import WORTH_A_CALL

#: Fewer words on either side propose nothing.
_FEW: Final = 3
_MOST_RULES: Final = 3
#: A difference of less between the two sides is none.
_LEAST: Final = 0.25
_STEPS: Final = (-10, -5, -2, 0, 1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Judged:
    """A lead and the word said on it in the review."""

    life: Life
    verdict: str

    @property
    def is_worth(self) -> bool:
        return self.verdict in WORTH_A_CALL


@dataclass(frozen=True, slots=True)
class ThresholdProposal:
    """At `at` (thousandths) instead of `now`, `right` of the `of` words would have been met instead of `right_now`:
    calls worth making above it, the others below."""

    at: int
    now: int
    right: int
    right_now: int
    of: int


@dataclass(frozen=True, slots=True)
class RuleProposal:
    """A rule that paid for `worth` of the calls worth making and for `other` of the others; whole `points` to try.

    `is_proven`: the two shares differ, though every rule was looked at.
    """

    rule: Rule
    worth: Share
    other: Share
    points: int
    is_proven: bool


def propose_threshold(model: Model, judged: Sequence[Judged]) -> ThresholdProposal | None:
    """The threshold that would have met most of what was said, nearest to the one in force; None when that is it."""
    band = model.handoff_band
    if band is None or not _is_enough(judged):
        return None
    candidates = {band.enter, *(max(1000, each.life.score // 1000 * 1000) for each in judged)}
    right = {at: sum((each.life.score >= at) == each.is_worth for each in judged) for at in candidates}
    best = min(candidates, key=lambda at: (-right[at], abs(at - band.enter)))
    if right[best] <= right[band.enter]:
        return None
    return ThresholdProposal(best, band.enter, right[best], right[band.enter], len(judged))


def propose_points(model: Model, judged: Sequence[Judged]) -> tuple[RuleProposal, ...]:
    """The rules that set the two sides furthest apart, each with the next packet in that direction."""
    if not _is_enough(judged):
        return ()
    paid = {rule for each in judged for rule in each.life.times}
    rules = [rule for rule in model.rules if rule.points is not None and rule.id in paid]
    found = [each for rule in rules if (each := _proposal(rule, judged, len(rules))) is not None]
    return tuple(sorted(found, key=lambda each: -abs(each.worth.rate - each.other.rate))[:_MOST_RULES])


def _proposal(rule: Rule, judged: Sequence[Judged], comparisons: int) -> RuleProposal | None:
    worth = [each for each in judged if each.is_worth]
    other = [each for each in judged if not each.is_worth]
    one = share(sum(rule.id in each.life.times for each in worth), len(worth), comparisons)
    two = share(sum(rule.id in each.life.times for each in other), len(other), comparisons)
    apart, points = one.rate - two.rate, (rule.points or 0) / 1000
    if abs(apart) < _LEAST:
        return None
    tried = _up(points) if apart > 0 else _down(points)
    return RuleProposal(rule, one, two, tried, differ(one, two)) if tried != points else None


def _up(points: float) -> int:
    return next((step for step in _STEPS if step > points), _STEPS[-1])


def _down(points: float) -> int:
    return next((step for step in reversed(_STEPS) if step < points), _STEPS[0])


def _is_enough(judged: Sequence[Judged]) -> bool:
    worth = sum(each.is_worth for each in judged)
    return min(worth, len(judged) - worth) >= _FEW
