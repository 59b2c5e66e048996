"""`/c/…`, `/o/….gif`, `/u/…`: links of e-mails, opened by people and by whatever looks at e-mails before them."""

from __future__ import annotations

import string
from base64 import b64decode
from functools import partial
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from ripeline.auth.forms import page
from ripeline.auth.guard import public
from ripeline.collect.clicks import Click
from ripeline.collect.intake import Intake
from ripeline.collect.refusals import Refused
from ripeline.collect.scanners import suspect_request
from ripeline.collect.storing import store_counted, submit
from ripeline.domain.event import Event
from ripeline.domain.links import LASTS_MS, Link, events_of, landing_address
from ripeline.log.queue import Outcome
from ripeline.tally import Tally

_GIF: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_NONE: Final = "This link is not one of ours, or was cut short on its way."


@public
async def click(request: Request) -> Response:
    """To the signed target, whatever else is the matter."""
    intake: Intake = request.app.state.intake
    link = intake.mail.signer.read(request.path_params["token"], "click")
    if link is None:
        return PlainTextResponse(_NONE, 404)
    target = _take_click(intake, request, link) if _counts(intake, request, link) else link.target
    # The page may know which webmail it was, as it would have without us.
    headers = {
        "Location": quote(target, safe=string.punctuation),
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Robots-Tag": "noindex",
    }
    return Response(status_code=302, headers=headers)


@public
async def opened(request: Request) -> Response:
    """A picture of one pixel, whatever else is the matter."""
    intake: Intake = request.app.state.intake
    link = intake.mail.signer.read(request.path_params["token"], "open")
    if link is not None and _counts(intake, request, link):
        at = intake.clock()
        suspect = suspect_request(link, request.method, dict(request.scope["headers"]), at)
        _keep(intake, events_of(link, at, suspect=suspect))
    # Webmail shows it from a site of its own.
    return Response(_GIF, headers={"Cross-Origin-Resource-Policy": "cross-origin"}, media_type="image/gif")


@public
async def show_unsubscribe(request: Request) -> Response:
    """A page with a button: scanners follow links, and press nothing."""
    return _unsubscribe_page(request, is_done=False)


@public
async def unsubscribe(request: Request) -> Response:
    """The button, and the one click of a mailbox (RFC 8058); stored when this answers."""
    intake: Intake = request.app.state.intake
    link = intake.mail.signer.read(request.path_params["token"], "unsubscribe")
    if link is None:
        return PlainTextResponse(_NONE, 404)
    try:
        await store_counted(intake.running, events_of(link, intake.clock()))
    except Refused as refusal:
        return PlainTextResponse("Please try again.", 503, {"Retry-After": str(refusal.retry_after or 1)})
    return _unsubscribe_page(request, is_done=True)


def _unsubscribe_page(request: Request, is_done: bool) -> Response:
    intake: Intake = request.app.state.intake
    link = intake.mail.signer.read(request.path_params["token"], "unsubscribe")
    if link is None:
        return PlainTextResponse(_NONE, 404)
    answer: HTMLResponse = page(request, "unsubscribe.html", 200, email=link.to, is_done=is_done)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _counts(intake: Intake, request: Request, link: Link) -> bool:
    """Not when it is too old, nor when this address sends too much."""
    at, headers = intake.clock(), dict(request.scope["headers"])
    is_old = at - link.sent_at > LASTS_MS
    return not is_old and not intake.rates.wait_seconds(intake.addresses.of(request.scope, headers), at / 1000)


def _take_click(intake: Intake, request: Request, link: Link) -> str:
    """Where to go: to a page that can tell, with the click's id. Suspects are kept, files are paid at once."""
    at, headers = intake.clock(), dict(request.scope["headers"])
    together = intake.mail.watch.note(link, at)
    if together and (overtaken := intake.mail.watch.overtaken(link)):
        intake.mail.suspect_late(intake.running, overtaken, together)
    suspect = suspect_request(link, request.method, headers, at) or together
    if suspect:
        _keep(intake, events_of(link, at, suspect=suspect))
    elif link.leads_to_file:
        known = intake.cookies.visitor_of(headers.get(b"cookie", b""))
        events = events_of(link, at, visitor=known)
        intake.mail.watch.keep(link, at, [event.id for event in events])
        _keep(intake, events)
    elif intake.sites.may_be_own(link.target):
        return landing_address(link.target, intake.mail.clicks.sent_on(Click(link, at)))
    return link.target


def _keep(intake: Intake, events: list[Event]) -> None:
    """Hand to the log without waiting: nobody who opens a link waits for us, and nothing was promised."""
    tally = intake.running.tally
    tally.received += len(events)
    try:
        submit(intake.running, events, partial(_count, tally, len(events)))
    except Refused:
        tally.turn_away(len(events))


def _count(tally: Tally, sent: int, stored: Outcome) -> None:
    """What went wrong in the log is in its own report."""
    if isinstance(stored, Exception):
        tally.turn_away(sent)
    else:
        accepted = sum(stored)
        tally.answer(accepted, sent - accepted, 0)
