"""The order of work for one event and one rule: match, then the steps of `ORDER_OF_WORK`, then a ledger line.

A step says why the match is worth nothing, or lets it go on. A match that is stopped has used up what the steps before
took, and nothing of the later ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ripeline.domain.event import Event, item_of
from ripeline.scoring.change import Line, Reason
from ripeline.scoring.known import known_about
from ripeline.scoring.plan import ScoredRule
from ripeline.scoring.state import LeadState, UsedKey, VisitorState

#: How far back the period of a cap reaches from the mark of an award: in days, in ms, and 1 where all marks are 0.
_PERIODS: Final = {"day": 1, "24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000, "ever": 1}

#: The key of what is paid once whatever the item; no item holds a line break.
_WHATEVER_ITEM: Final = "\n"


class Moment:
    """One event as the rules see it: the lead and the visitor at that time, and its own flaw.

    `flaw` is why it is worth nothing to any rule (`suspect`, `duplicate`), None: nothing is wrong with it.
    """

    __slots__ = ("_day_of", "_known", "event", "flaw", "state", "visitor")

    def __init__(self, state: LeadState, visitor: VisitorState, event: Event, day_of: Callable[[int], int]) -> None:
        self.state = state
        self.visitor = visitor
        self.event = event
        self.flaw: Reason | None = "suspect" if event.suspect else None
        self._day_of = day_of
        self._known: dict[str, Any] | None = None

    @property
    def day(self) -> int:
        """The number of the local day."""
        return self._day_of(self.event.at)

    @property
    def known(self) -> dict[str, Any]:
        """What is known about the lead, by attribute; read once, when a rule asks."""
        if self._known is None:
            self._known = known_about(self.state)
        return self._known


class Match:
    """An event that matches a rule, and the thousandths it is still worth after the steps so far."""

    __slots__ = ("moment", "points", "rule")

    def __init__(self, rule: ScoredRule, moment: Moment, points: int) -> None:
        self.rule = rule
        self.moment = moment
        self.points = points


Step = Callable[[Match], Reason | None]


def match(rule: ScoredRule, moment: Moment) -> Match | None:
    """What is left to ask of a rule found by kind (`on`) and place: the rest of `where`, `lead`, `values`."""
    event = moment.event
    if rule.where is not None and not rule.where(event, moment.visitor.session):
        return None
    if rule.lead is not None and not rule.lead(moment.known):
        return None
    points = rule.points if rule.worth is None else rule.worth(event)
    return None if points is None else Match(rule, moment, points)


def after(match: Match) -> Reason | None:
    """What must have come before has not."""
    needed = match.rule.prerequisite
    return "not_yet" if needed is not None and needed not in match.moment.state.met else None


def suspect_or_duplicate(match: Match) -> Reason | None:
    """The event itself is worth nothing."""
    return match.moment.flaw


def once_per(match: Match) -> Reason | None:
    """The same has been paid before, as long as that is remembered."""
    once, moment = match.rule.once, match.moment
    if once is None:
        return None
    item = item_of(moment.event) if once.by_item else _WHATEVER_ITEM
    if once.scope == "session":
        used = moment.visitor.used
        item = f"{moment.day}{_WHATEVER_ITEM}{item}" if once.by_day else item
    elif once.scope == "day":
        used = _used_on(moment.state, moment.day)
    else:
        used = moment.state.used
    key = (match.rule.number, item)
    if key in used:
        return "repeat"
    used.add(key)
    return None


def cap(match: Match) -> Reason | None:
    """Pay what is left under the cap; what a rule takes away is never limited."""
    limit = match.rule.cap
    if limit is None:
        return None
    moment, number = match.moment, match.rule.number
    mark = moment.event.at if limit.per not in ("day", "ever") else moment.day if limit.per == "day" else 0
    begin = mark - _PERIODS[limit.per]
    awards = [award for award in moment.state.awards.get(number, ()) if award[0] > begin]
    moment.state.awards[number] = awards
    if match.points > 0:
        match.points = min(match.points, limit.points - sum(points for _, points in awards))
        if match.points <= 0:
            return "capped"
    if awards and awards[-1][0] == mark:
        awards[-1] = (mark, awards[-1][1] + match.points)
    else:
        awards.append((mark, match.points))
    return None


#: scoring.md, "Order of work for one event and one rule"; the ledger line comes after the last.
ORDER_OF_WORK: Final[tuple[Step, ...]] = (after, suspect_or_duplicate, once_per, cap)


def judge(match: Match) -> Line:
    """The ledger line of a match: what is left of its points after every step, or why one stopped it."""
    for step in ORDER_OF_WORK:
        reason = step(match)
        if reason is not None:
            return line(match.rule, match.moment.event, 0, reason)
    return line(match.rule, match.moment.event, match.points)


def line(rule: ScoredRule, event: Event, points: int, reason: Reason | None = None) -> Line:
    """One ledger entry of a rule, hung on the event."""
    return Line(rule.model_id, rule.id, event.id, event.seq, event.at, points, reason)


def _used_on(state: LeadState, day: int) -> set[UsedKey]:
    """What was paid on that day; events come in order, so an earlier day is never asked for again."""
    if state.today != day:
        state.today = day
        state.used_today.clear()
    return state.used_today
