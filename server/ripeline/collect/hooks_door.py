"""`POST /hooks/{tool}`: what e-mail tools report of e-mails they sent."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any, Final

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ripeline.auth.secrets import is_same
from ripeline.auth.tokens import basic_pair, bearer_key
from ripeline.collect.answers import refusal_answer
from ripeline.collect.bodies import JSON, MOST_EVENTS, check_length, check_type, read_body
from ripeline.collect.decoding import loads
from ripeline.collect.intake import Intake
from ripeline.collect.refusals import ClientLeft, Refused
from ripeline.collect.scanners import suspect_agent
from ripeline.collect.storing import store_counted, turn_away
from ripeline.domain.event import EMAIL_OPEN, Event
from ripeline.domain.mail_tools import TOOLS
from ripeline.domain.wire_mail import Ignored, parse_report

LARGEST_BODY: Final = 1024 * 1024
_SIGNED: Final = "mailgun"


async def hook(request: Request) -> Response:
    """200 once all that counts is stored: with what was ignored and why, since tools send again whatever is refused."""
    try:
        reports = await _reports(request)
        return JSONResponse(await _take(request.app.state.intake, request.path_params["tool"], reports))
    except ClientLeft:
        return Response(status_code=400)
    except Refused as refusal:
        turn_away(request.app.state.intake.running, refusal)
        answer = refusal_answer(refusal)
        return Response(answer.body, answer.status, {name.decode(): value.decode() for name, value in answer.headers})


hook.access = "hook"  # type: ignore[attr-defined]


async def _reports(request: Request) -> list[object]:
    """What was sent, once it is known that the tool sent it."""
    tool, headers = request.path_params["tool"], dict(request.scope["headers"])
    if tool not in TOOLS:
        raise Refused(404, "not_found", f"there is {', '.join(TOOLS)}")
    if tool != _SIGNED:
        _check_key(request)
    check_type(headers, (JSON,))
    check_length(headers, LARGEST_BODY)
    body = loads(await read_body(request.receive, LARGEST_BODY))
    if tool == _SIGNED:
        return [_signed(request.app.state.intake, body)]
    return body if isinstance(body, list) else [body]


def _check_key(request: Request) -> None:
    """A token of scope `write`, as the tool can send it: in its address, or as user name or password."""
    intake: Intake = request.app.state.intake
    authorization = request.headers.get("authorization", "")
    user, password = basic_pair(authorization)
    refusals: list[Refused] = []
    for key in (request.query_params.get("key", ""), bearer_key(authorization), password, user):
        try:
            return intake.tokens.check_key(key, "write", intake.clock())
        except Refused as refusal:
            refusals.append(refusal)
    # A token that may too little says more than none.
    raise max(refusals, key=lambda refusal: refusal.status)


def _signed(intake: Intake, body: Any) -> object:
    """What Mailgun reports, if its signature is right."""
    key = intake.running.settings.mailgun_key
    if not key:
        raise Refused(401, "unauthorized", "RIPELINE_MAILGUN_KEY, the key Mailgun signs with, is not set")
    signature = body.get("signature") if isinstance(body, dict) else None
    given = signature if isinstance(signature, dict) else {}
    # Only what is plain: the text of something deep cannot be made.
    said = {name: str(value) for name, value in given.items() if isinstance(value, str | int)}
    signed = f"{said.get('timestamp')}{said.get('token')}".encode("utf-8", "replace")
    if not is_same(hmac.new(key.encode(), signed, sha256).hexdigest(), said.get("signature", "")):
        raise Refused(401, "unauthorized", "the signature is not Mailgun's")
    return body.get("event-data")


async def _take(intake: Intake, tool: str, reports: list[object]) -> dict[str, Any]:
    received_at, accepted = intake.clock(), 0
    ignored: list[dict[str, Any]] = []
    events: list[Event] = []
    for place, report in enumerate(reports):
        try:
            events.append(_judged(parse_report(tool, report, received_at)))
        except Ignored as reason:
            ignored.append({"i": place, "reason": str(reason)})
    for start in range(0, len(events), MOST_EVENTS):
        accepted += await store_counted(intake.running, events[start : start + MOST_EVENTS])
    return {"accepted": accepted, "duplicate": len(events) - accepted, "ignored": ignored}


def _judged(event: Event) -> Event:
    """Whoever opened it is looked at as if it had opened a link of ours."""
    if not event.agent or event.suspect:
        return event
    return replace(event, suspect=suspect_agent(event.agent.encode(), is_open=event.on == EMAIL_OPEN))
