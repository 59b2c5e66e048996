"""`POST /e`: events of browsers. A bare ASGI object, because Request and Response cost as much as all the rest."""

from __future__ import annotations

import logging
from asyncio import get_running_loop, sleep
from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.types import Receive, Scope, Send

from ripeline.auth.guard import public
from ripeline.collect.answers import (
    EXPOSED,
    Answer,
    Header,
    json_answer,
    outcome,
    refusal_answer,
    send_answer,
    send_empty,
)
from ripeline.collect.arrivals import Arrival
from ripeline.collect.bodies import read_body
from ripeline.collect.browser_steps import BEFORE_THE_BODY, WITH_THE_BODY, allow_origin, check_room
from ripeline.collect.intake import Intake
from ripeline.collect.refusals import ClientLeft, Refused
from ripeline.collect.storing import accepted_of, store, submit
from ripeline.log.queue import Outcome

log = logging.getLogger(__name__)

#: Seconds whoever sends too much waits to hear so: many at once would keep us busy with saying it.
_PAUSE: Final = 0.1

_ALL_STEPS: Final = (*BEFORE_THE_BODY, *WITH_THE_BODY)


@public
class BrowserDoor:
    """The ASGI endpoint; finds its `Intake` where the lifespan left it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        intake: Intake = scope["app"].state.intake
        arrival = Arrival(scope, intake.clock())
        try:
            if arrival.method == "OPTIONS":
                allow_origin(intake, arrival)
                await send_empty(send, 204, [*arrival.cors, *_PREFLIGHT])
                return
            accepted = await _take(intake, arrival, receive)
        except ClientLeft:
            return
        except Refused as refusal:
            intake.tally.turn_away(arrival.received)
            await sleep(_PAUSE if refusal.retry_after else 0.0)
            await send_answer(send, refusal_answer(refusal, arrival.cors))
            return
        await send_answer(send, answer_of(intake, arrival, accepted))


async def _take(intake: Intake, arrival: Arrival, receive: Receive) -> int:
    """Through all the steps into the log; returns how many events are new, once they are on disk."""
    for step in BEFORE_THE_BODY:
        step(intake, arrival)
    with intake.room.kept(arrival.headers):
        arrival.body = await read_body(receive)
        async with intake.room.turn():
            for step in (check_room, *WITH_THE_BODY):
                step(intake, arrival)
    return await store(intake.running, arrival.events, arrival.found, arrival.address, arrival.size)


def take_quickly(intake: Intake, scope: Scope, body: bytes, reply: Callable[[Answer], None]) -> None:
    """The same way for a body that is there whole, without a task: `reply` is called once, now or after the commit."""
    arrival = Arrival(scope, intake.clock())
    arrival.body = body
    try:
        for step in _ALL_STEPS:
            step(intake, arrival)
        if arrival.events:
            tell = partial(_finish, intake, arrival, reply)
            submit(intake.running, [*arrival.events, *arrival.found], tell, arrival.address, arrival.size)
        else:
            _reply_soon(reply, answer_of(intake, arrival, 0))
    except Refused as refusal:
        intake.tally.turn_away(arrival.received)
        _reply_soon(reply, refusal_answer(refusal, arrival.cors), _PAUSE if refusal.retry_after else 0.0)


def _reply_soon(reply: Callable[[Answer], None], answer: Answer, later: float = 0.0) -> None:
    """Answered on the spot, a client that asks again at once would be read again before anybody else is."""
    get_running_loop().call_later(later, reply, answer)


def _finish(intake: Intake, arrival: Arrival, reply: Callable[[Answer], None], stored: Outcome) -> None:
    try:
        try:
            answer = answer_of(intake, arrival, accepted_of(stored, len(arrival.events)))
        except Refused as refusal:
            intake.tally.turn_away(arrival.received)
            answer = refusal_answer(refusal, arrival.cors)
        reply(answer)
    except Exception:
        # The others of this commit wait for their answers.
        log.exception("a request could not be answered")


def answer_of(intake: Intake, arrival: Arrival, accepted: int) -> Answer:
    """The 202 of a request whose events are on disk, `accepted` of them new; also notes whence they came, and drops."""
    if accepted and arrival.origin is not None:
        intake.sites.saw(arrival.site, arrival.origin, arrival.received_at)
    if arrival.own:
        intake.own.saw(arrival.own)
    if arrival.drop is not None:
        intake.drops.count(arrival.drop, arrival.dropped, arrival.received_at)
    intake.tally.answer(accepted, len(arrival.events) - accepted, len(arrival.rejected))
    body = outcome(accepted, len(arrival.events) - accepted, arrival.rejected)
    return json_answer(202, body, _headers(arrival))


#: What a browser asks before it sends `application/json`; `text/plain` needs no asking.
_PREFLIGHT: list[Header] = [
    (b"vary", b"Origin"),
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"Content-Type"),
    (b"access-control-max-age", b"7200"),
]


def _headers(arrival: Arrival) -> list[Header]:
    if arrival.set_cookie is None and arrival.drop is None:
        return arrival.cors
    headers = list(arrival.cors)
    if arrival.set_cookie is not None:
        headers.append((b"set-cookie", arrival.set_cookie))
    if arrival.drop is not None:
        headers += [(b"x-ripeline-dropped", arrival.drop.value.encode()), EXPOSED]
    return headers
