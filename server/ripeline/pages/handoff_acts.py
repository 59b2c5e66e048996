"""What sales does with a hand-off on Ready, each with the word that takes it back; inside the person's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, cast

from ripeline.errors import Conflict, NotFound
from ripeline.fold.desk import Desk
from ripeline.fold.selling import (
    Outcome,
    OutcomeWord,
    VerdictWord,
    Word,
    claim,
    end_with,
    judge_handoff,
    release,
    snooze,
    take_back_end,
    take_back_verdict,
)
from ripeline.store.handoff_deeds import OneHandoff, handoff_by_id
from ripeline.templating.times import local

#: In the morning of the next day (local time) those who did not answer are there again.
AGAIN_AT: Final = time(8)

#: In these states a hand-off is before sales.
WITH_SALES: Final = frozenset({"open", "claimed", "snoozed"})


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person (a user's id) asks for about one hand-off; `value` in thousandths, None: not said."""

    handoff: int
    person: int
    what: str
    value: int | None = None


def _claim(desk: Desk, ask: Ask) -> str:
    claim(desk, ask.handoff, ask.person)
    return "release"


def _release(desk: Desk, ask: Ask) -> str:
    _may_act(desk, ask)
    release(desk, ask.handoff)
    return "claim"


def _snooze(desk: Desk, ask: Ask) -> str:
    _may_act(desk, ask)
    snooze(desk, ask.handoff, next_morning(desk.by.at, desk.ruleset.timezone))
    return "wake"


def _wake(desk: Desk, ask: Ask) -> str:
    """Before sales again now: before whoever had taken it, else before everybody."""
    found = _may_act(desk, ask)
    if found.owner_id is None:
        release(desk, ask.handoff)
    else:
        claim(desk, ask.handoff, ask.person)
    return "snooze"


def _judge(desk: Desk, ask: Ask) -> str:
    """Whoever says how a call went has made it: the hand-off is theirs."""
    was_free = _may_act(desk, ask).owner_id is None
    if was_free:
        claim(desk, ask.handoff, ask.person)
    judge_handoff(desk, ask.handoff, Word(cast(VerdictWord, ask.what)))
    return "free" if was_free else "reopen"


def _reopen(desk: Desk, ask: Ask) -> str:
    _is_own(desk, ask)
    take_back_verdict(desk, ask.handoff)
    return ""


def _free(desk: Desk, ask: Ask) -> str:
    """Take a verdict back that was said of one nobody had taken."""
    _reopen(desk, ask)
    release(desk, ask.handoff)
    return ""


def _end(desk: Desk, ask: Ask) -> str:
    found = _is_own(desk, ask)
    end = Outcome(cast(OutcomeWord, ask.what), desk.by.at, ask.value)
    end_with(desk, found.lead, found.model, end)
    return "unend"


def _unend(desk: Desk, ask: Ask) -> str:
    _is_own(desk, ask)
    take_back_end(desk, ask.handoff)
    return ""


#: Each gives the button that takes it back, "" for none.
ACTS: Final[dict[str, Callable[[Desk, Ask], str]]] = {
    "claim": _claim,
    "release": _release,
    "snooze": _snooze,
    "wake": _wake,
    "too_early": _judge,
    "right_time": _judge,
    "too_late": _judge,
    "off_target": _judge,
    "reopen": _reopen,
    "free": _free,
    "won": _end,
    "lost": _end,
    "unend": _unend,
}


def next_morning(now: int, timezone: str) -> int:
    """Tomorrow at eight o'clock there; all in ms."""
    here = local(now, timezone)
    return int(datetime.combine(here.date() + timedelta(days=1), AGAIN_AT, here.tzinfo).timestamp() * 1000)


def _may_act(desk: Desk, ask: Ask) -> OneHandoff:
    """It is before sales, and nobody else's. Raises `NotFound`, `Conflict`."""
    found = handoff_by_id(desk.conn, ask.handoff)
    if found is None:
        raise NotFound("hand-off", ask.handoff)
    if found.state not in WITH_SALES or found.owner_id not in (None, ask.person):
        raise Conflict("it is somebody else's, or over")
    return found


def _is_own(desk: Desk, ask: Ask) -> OneHandoff:
    """It is that person's, closed or not. Raises `Conflict`."""
    found = handoff_by_id(desk.conn, ask.handoff)
    if found is None or found.owner_id != ask.person:
        raise Conflict("it is not yours")
    return found
