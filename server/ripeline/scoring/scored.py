"""A rule as the fold uses it: numbered, compiled, and for one kind of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ripeline.domain.event import Event
from ripeline.domain.session import Session
from ripeline.rules.model import Cap, Count
from ripeline.scoring.change import Reason

if TYPE_CHECKING:
    from ripeline.scoring.moment import Match

EventTest = Callable[[Event, Session], bool]
LeadTest = Callable[[Mapping[str, Any]], bool]

#: Why a match is worth nothing, None: it goes on to the next step.
Step = Callable[["Match"], Reason | None]


@dataclass(frozen=True, slots=True)
class Once:
    """How long a payment is remembered, and whether it is one for each item (and day, within a session)."""

    scope: Literal["session", "day", "lead"]
    by_item: bool
    by_day: bool


@dataclass(frozen=True, slots=True)
class ScoredRule:
    """One rule of one model, for one kind of event (`once` may differ by kind); a held rule is of no kind.

    `number` tells it from every other rule of the file, `model` is its model's place. `points` in thousandths, or
    `worth` of the event (None: no match). `place` and `where` are the two halves of `where`: what the place of the
    event decides, and the rest. `prerequisite` is the number of what must be met before it pays, at most `within` ms
    ago, `retro`: or afterwards; `meets` are those that an event matching it meets. `inactive` in days. Where something
    is None, nothing is asked; `steps` are those of the order of work that ask anything.
    """

    number: int
    model: int
    model_id: str
    id: str
    points: int
    worth: Callable[[Event], int | None] | None
    place: EventTest | None
    where: EventTest | None
    lead: LeadTest | None
    prerequisite: int | None
    within: int | None
    retro: bool
    meets: frozenset[int]
    count: Count | None
    cap: Cap | None
    handoff: bool
    is_fit: bool
    inactive: int | None
    stays: bool
    once: Once | None = None
    steps: tuple[Step, ...] = ()
