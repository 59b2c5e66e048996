"""What one event, or time alone, did to one lead: ledger lines, a session, crossings."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from ripeline.domain.session import Session

#: Why a matching event was worth 0 to a rule (None in `Line.reason`: it was paid).
Reason = Literal["not_yet", "suspect", "duplicate", "repeat", "counting", "capped", "outside_window"]


class Line(Struct, frozen=True, gc=False):
    """One ledger entry: model and rule ids, the event it hangs on, when (ms), thousandths, and why none if none.

    A line about silence is dated at the midnight it begins, and hangs on the last activity before it.
    """

    model: str
    rule: str
    event: str
    seq: int
    at: int
    points: int
    reason: Reason | None = None


class Crossing(Struct, frozen=True, gc=False):
    """The lead entered (or left) a band of a model at this event, or at a midnight (see `midnight_name`; `seq` 0)."""

    model: str
    band: str
    entered: bool
    event: str
    seq: int
    at: int
    score: int


class Change(Struct, frozen=True, gc=False):
    """Everything one event did, with what time did before it; or what time alone did.

    `session` is the running one after it, None where there is none (time alone, points given by a person); `started`
    if the event began it. `asked` are the models whose hand-off was asked for by a rule.
    """

    session: Session | None
    started: bool
    lines: list[Line]
    crossings: list[Crossing]
    asked: list[str]
