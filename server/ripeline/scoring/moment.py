"""What the rules look at: one event with its lead and visitor at that time, and its match with one rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from ripeline.domain.event import Event
from ripeline.scoring.change import Line, Reason
from ripeline.scoring.known import known_about
from ripeline.scoring.scored import ScoredRule
from ripeline.scoring.state import LeadState, VisitorState, Waiting


class Moment(Struct, gc=False):
    """One event as the rules see it: the lead and the visitor at that time, its item, and its own flaw.

    `flaw` is why it is worth nothing to any rule (`suspect`, `duplicate`), None: nothing is wrong with it. `stopped`
    are the matches that from then on wait for their prerequisite.
    """

    state: LeadState
    visitor: VisitorState
    event: Event
    item: str
    day_of: Callable[[int], int]
    flaw: Reason | None = None
    stopped: list[tuple[ScoredRule, Waiting]] | None = None
    so_far: dict[str, Any] | None = None

    @property
    def day(self) -> int:
        """The number of the local day."""
        return self.day_of(self.event.at)

    @property
    def known(self) -> dict[str, Any]:
        """What is known about the lead, by attribute; read once, when a rule asks."""
        if self.so_far is None:
            self.so_far = known_about(self.state)
        return self.so_far


class Match(Struct, gc=False):
    """An event that matches a rule, and the thousandths it is still worth after the steps so far.

    `moment` is when it is judged; `waited` is the earlier match this is about when it is paid afterwards.
    """

    rule: ScoredRule
    moment: Moment
    points: int
    waited: Waiting | None = None

    @property
    def item(self) -> str:
        return self.moment.item if self.waited is None else self.waited.item


def match(rule: ScoredRule, moment: Moment) -> Match | None:
    """What is left to ask of a rule found by kind (`on`) and place: the rest of `where`, `lead`, `values`."""
    event = moment.event
    if rule.where is not None and not rule.where(event, moment.visitor.session):
        return None
    if rule.lead is not None and not rule.lead(moment.known):
        return None
    points = rule.points if rule.worth is None else rule.worth(event)
    return None if points is None else Match(rule, moment, points)


def line(rule: ScoredRule, event: Event, points: int, reason: Reason | None = None) -> Line:
    """One ledger entry of a rule, hung on the event."""
    return Line(rule.model_id, rule.id, event.id, event.seq, event.at, points, reason)
