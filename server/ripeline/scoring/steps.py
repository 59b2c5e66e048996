"""The order of work for one event and one rule: match, then the steps of `ORDER_OF_WORK`, then a ledger line.

A step says why the match is worth nothing, or lets it go on. A match that is stopped has used up what the steps before
took, and nothing of the later ones.
"""

from __future__ import annotations

from typing import Final

from ripeline.scoring.brief import brief
from ripeline.scoring.change import Line, Reason
from ripeline.scoring.moment import Match, line
from ripeline.scoring.once import use
from ripeline.scoring.retro import forget_repeats, stop
from ripeline.scoring.scored import ScoredRule, Step

#: How far back the period of a cap reaches from the mark of an award: in days, in ms, and 1 where all marks are 0.
_PERIODS: Final = {"day": 1, "24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000, "ever": 1}


def after(match: Match) -> Reason | None:
    """What must have come before has not, or too long ago."""
    rule = match.rule
    if rule.prerequisite is None:
        return None
    met_at = match.moment.state.met.get(rule.prerequisite)
    if met_at is not None and (rule.within is None or met_at > match.moment.event.at - rule.within):
        return None
    if rule.retro:
        stop(match)
    return "not_yet" if met_at is None else "outside_window"


def suspect_or_duplicate(match: Match) -> Reason | None:
    """The event itself is worth nothing."""
    return match.moment.flaw


def once_per(match: Match) -> Reason | None:
    """The same has been paid before, as long as that is remembered."""
    rule = match.rule
    if rule.once is None:
        return None
    if not use(rule.number, rule.once, match.moment):
        return "repeat"
    if rule.retro:
        forget_repeats(rule, match.moment)
    return None


def count(match: Match) -> Reason | None:
    """Not yet as often as asked; the match that makes it so many spends them all. Of a distinct item only the latest
    match counts."""
    asked = match.rule.count
    if asked is None:
        return None
    at, item = match.moment.event.at, brief(match.item) if asked.distinct else ""
    counted, number = match.moment.state.counted, match.rule.number
    kept = [
        each
        for each in counted.get(number, ())
        if each[0] > at - asked.within and not (asked.distinct and each[1] == item)
    ]
    counted[number] = [*kept, (at, item)] if len(kept) + 1 < asked.n else []
    return "counting" if counted[number] else None


def cap(match: Match) -> Reason | None:
    """Pay what is left under the cap; what a rule takes away is never limited."""
    limit = match.rule.cap
    if limit is None:
        return None
    moment, number = match.moment, match.rule.number
    mark = moment.event.at if limit.per not in ("day", "ever") else moment.day if limit.per == "day" else 0
    begin = mark - _PERIODS[limit.per]
    awards = moment.state.awards.setdefault(number, [])
    if awards and awards[0][0] <= begin:
        awards[:] = [award for award in awards if award[0] > begin]
    if match.points > 0:
        match.points = min(match.points, limit.points - sum([points for _, points in awards]))
        if match.points <= 0:
            return "capped"
    if awards and awards[-1][0] == mark:
        awards[-1] = (mark, awards[-1][1] + match.points)
    else:
        awards.append((mark, match.points))
    return None


#: scoring.md, "Order of work for one event and one rule"; the ledger line comes after the last.
ORDER_OF_WORK: Final[tuple[Step, ...]] = (after, suspect_or_duplicate, once_per, count, cap)

#: What is left of it for a match whose prerequisite was met only afterwards.
_AFTERWARDS: Final = ORDER_OF_WORK[ORDER_OF_WORK.index(count) :]


def steps_of(rule: ScoredRule) -> tuple[Step, ...]:
    """The steps that ask something of this rule: the others would let every match go on."""
    asked: dict[Step, bool] = {
        after: rule.prerequisite is not None,
        suspect_or_duplicate: True,
        once_per: rule.once is not None,
        count: rule.count is not None,
        cap: rule.cap is not None,
    }
    return tuple(step for step in ORDER_OF_WORK if asked[step])


def judge(match: Match, afterwards: bool = False) -> Line:
    """The ledger line of a match: what is left of its points after every step, or why one stopped it.

    `afterwards`: it waited for its prerequisite, which was met just now.
    """
    for step in _AFTERWARDS if afterwards else match.rule.steps:
        reason = step(match)
        if reason is not None:
            return line(match.rule, match.moment.event, 0, reason)
    return line(match.rule, match.moment.event, match.points)
