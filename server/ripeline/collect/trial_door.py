"""`POST /e/test`: what a visit with a signed link would be worth. Scored in memory, and never stored."""

from __future__ import annotations

import json
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from ripeline.auth.guard import public
from ripeline.auth.trials import Trial, read_trial
from ripeline.collect.answers import Answer, Header, json_answer, refusal_answer, send_answer
from ripeline.collect.arrivals import Arrival
from ripeline.collect.bodies import read_body
from ripeline.collect.browser_steps import check_headers, check_method, decode_body, limit_rate
from ripeline.collect.intake import Intake
from ripeline.collect.refusals import ClientLeft, Refused
from ripeline.collect.trial_story import Stop, ignored_story, trial_story

#: Beside the endpoint, so that whoever proxies that proxies this too.
SUFFIX: Final = "/test"

# The token is what is asked for: without one there is nothing to read.
_ANYWHERE: Final[Header] = (b"access-control-allow-origin", b"*")


class _Ticket(msgspec.Struct):
    test: str = ""


_TICKET: Final = msgspec.json.Decoder(_Ticket)


@public
class TrialDoor:
    """The ASGI endpoint; the body is that of `/e` with the token as `test`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        intake: Intake = scope["app"].state.intake
        arrival = Arrival(scope, intake.clock())
        try:
            answer = await _take(intake, arrival, receive)
        except ClientLeft:
            return
        except Refused as refusal:
            answer = refusal_answer(refusal, [_ANYWHERE])
        await send_answer(send, answer)


async def _take(intake: Intake, arrival: Arrival, receive: Receive) -> Answer:
    for step in (check_method, limit_rate, check_headers):
        step(intake, arrival)
    with intake.room.kept(arrival.headers):
        arrival.body = await read_body(receive)
    trial = _trial(intake, arrival)
    if trial.purpose == "ignore":
        story = ignored_story(trial.locale)
    else:
        decode_body(intake, arrival)
        stops = _stops(intake, arrival)
        story = await run_in_threadpool(trial_story, intake, arrival, trial.locale, stops)
    return json_answer(
        200, json.dumps(story, ensure_ascii=False).encode(), [_ANYWHERE, (b"cache-control", b"no-store")]
    )


def _trial(intake: Intake, arrival: Arrival) -> Trial:
    try:
        token = _TICKET.decode(arrival.body).test
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        token = ""
    trial = read_trial(intake.running.secret, token, arrival.received_at)
    if trial is None:
        raise Refused(403, "bad_link", "this link is not ours, or too old: make a new one on the Install page")
    return trial


def _stops(intake: Intake, arrival: Arrival) -> list[Stop]:
    """What would stop real visits from there; a test goes on all the same."""
    stops: list[Stop] = []
    intake.sites.refresh(arrival.received_at)
    intake.own.refresh(arrival.received_at)
    try:
        intake.sites.cors(arrival.origin or b"null")
    except Refused:
        stops.append("origin")
    try:
        arrival.site = intake.sites.site_of(arrival.envelope.s)
    except Refused:
        stops.append("site")
    if intake.own.has_addresses and intake.own.is_own_address(intake.addresses.of(arrival.scope, arrival.headers)):
        stops.append("own_address")
    return stops
