"""`POST /api/handoffs/{id}/…` and `/api/outcomes`: what sales does and says."""

from __future__ import annotations

import time
from functools import partial
from typing import Final

from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts
from ripeline.api.bodies import Claim, OutcomeBody, Verdict
from ripeline.api.doing import author, done, moment_said
from ripeline.api.handoffs import handoff_facts
from ripeline.auth.guard import require_scope
from ripeline.domain.points import to_thousandths
from ripeline.errors import InvalidRequest, NotFound
from ripeline.fold.desk import Desk, LeadKey
from ripeline.fold.selling import (
    Outcome,
    Word,
    claim,
    end_with,
    judge_handoff,
    lift_end,
    release,
    snooze,
    take_back_verdict,
)
from ripeline.store.people import user_by_email
from ripeline.store.reading_handoffs import one_handoff

_A_DAY_MS: Final = 86_400_000
_MOST_VALUE: Final = 1e12


@require_scope("write")
@done
async def judge(request: Request, said: Verdict) -> Facts:
    """`POST /api/handoffs/{id}/verdict`."""
    id = asked.row_id(request)
    if said.verdict is None:
        await _do(request, partial(take_back_verdict, handoff=id))
    else:
        await _do(request, partial(judge_handoff, handoff=id, word=Word(said.verdict, said.note)))
    return _as_it_is(request, id)


@require_scope("write")
@done
async def take(request: Request, wish: Claim) -> Facts:
    """`POST /api/handoffs/{id}/claim`: claim it for a person, give it back, or put it off (a day, unless said)."""
    id = asked.row_id(request)
    if wish.action == "claim":
        await _do(request, partial(_claim, handoff=id, email=wish.owner))
    elif wish.action == "release":
        await _do(request, partial(release, handoff=id))
    else:
        until = moment_said("until", wish.until, _now() + _A_DAY_MS)
        await _do(request, partial(snooze, handoff=id, until=until))
    return _as_it_is(request, id)


@require_scope("write")
@done
async def outcome(request: Request, said: OutcomeBody) -> Facts:
    """`POST /api/outcomes`: won or lost; null takes back what was said."""
    lead = _lead_of(said)
    if said.outcome is None:
        await _do(request, partial(lift_end, key=lead, model=said.model))
        return {"outcome": None, "new": True}
    if said.value is not None and not abs(said.value) <= _MOST_VALUE:
        raise InvalidRequest("value", f"must be a number up to {_MOST_VALUE:.0f}")
    value = None if said.value is None else to_thousandths(said.value)
    now = _now()
    end = Outcome(said.outcome, moment_said("at", said.at, now, latest=now), value)
    server = asked.running(request)
    is_new = await server.do(partial(end_with, key=lead, model=said.model, end=end), await author(request))
    return {"outcome": said.outcome, "new": is_new}


def _lead_of(said: OutcomeBody) -> LeadKey:
    lead = said.lead if said.lead is not None else said.email
    if lead is None or (said.lead is not None and said.email is not None):
        raise InvalidRequest("email", "say whose outcome it is: an `email`, or a `lead` by its id")
    return lead


def _claim(desk: Desk, handoff: int, email: str | None) -> None:
    if not email:
        raise InvalidRequest("owner", "say who claims it, by the e-mail they sign in with")
    user = user_by_email(desk.conn, email.strip().lower())
    if user is None or user.disabled_at is not None:
        raise NotFound("person", email)
    claim(desk, handoff, user.id)


async def _do(request: Request, deed: partial[None]) -> None:
    await asked.running(request).do(deed, await author(request))


def _as_it_is(request: Request, id: int) -> Facts:
    with asked.running(request).reading() as (conn, ruleset):
        return handoff_facts(one_handoff(conn, ruleset, id))


def _now() -> int:
    return time.time_ns() // 1_000_000
