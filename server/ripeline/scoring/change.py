"""What one event did to one lead: ledger lines, a session, crossings."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from ripeline.domain.session import Session

#: Why a matching event was worth 0 to a rule (None in `Line.reason`: it was paid).
Reason = Literal["not_yet", "suspect", "duplicate", "repeat", "counting", "capped", "outside_window"]


class Line(Struct, frozen=True, gc=False):
    """One ledger entry: model and rule ids, the event it hangs on, when (ms), thousandths, and why none if none."""

    model: str
    rule: str
    event: str
    seq: int
    at: int
    points: int
    reason: Reason | None = None


class Crossing(Struct, frozen=True, gc=False):
    """The lead entered (or left) a band of a model at this event."""

    model: str
    band: str
    entered: bool
    event: str
    seq: int
    at: int
    score: int


class Change(Struct, frozen=True, gc=False):
    """Everything one event did; `session` is the running one after it, `started` if this event began it."""

    session: Session
    started: bool
    lines: list[Line]
    crossings: list[Crossing]
    asked: list[str]
