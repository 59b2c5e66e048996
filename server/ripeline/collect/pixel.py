"""`GET /p.gif`: a page view without the script, for readers without JavaScript. Always a picture."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ripeline.auth.guard import public
from ripeline.collect.arrivals import Arrival
from ripeline.collect.browser_steps import (
    INTO_EVENTS,
    count_received,
    drop_prefetched,
    find_site,
    leave_out_own_address,
    limit_rate,
)
from ripeline.collect.decoding import Envelope
from ripeline.collect.intake import Intake
from ripeline.collect.refusals import Drop, Refused
from ripeline.collect.storing import store
from ripeline.domain.event import PAGE
from ripeline.domain.urls import UnusableUrl, canonical_url, split_url

PATH: Final = "/p.gif"

_GIF: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HEADERS: Final = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}


@public
async def pixel(request: Request) -> Response:
    """Stores one page view where the address says `c=1`: the owner's word that no consent is needed."""
    intake: Intake = request.app.state.intake
    arrival = Arrival(request.scope, intake.clock())
    headers = dict(_HEADERS)
    try:
        cookie = await _take(intake, arrival, request.query_params)
        headers |= {"Set-Cookie": cookie.decode()} if cookie else {}
    except Refused as refusal:
        intake.tally.turn_away(arrival.received)
        # A broken picture would show; whoever wonders reads the header.
        headers["X-Ripeline-Refused"] = refusal.code
    if arrival.drop is not None:
        headers["X-Ripeline-Dropped"] = arrival.drop.value
        intake.drops.count(arrival.drop, 1, arrival.received_at)
    return Response(_GIF, headers=headers, media_type="image/gif")


async def _take(intake: Intake, arrival: Arrival, query: Mapping[str, str]) -> bytes | None:
    """Store the page view; the cookie that its reader gets, if any. Raises `Refused`."""
    if arrival.method != "GET":
        return None
    arrival.drop = _reason_to_drop(arrival, query)
    if arrival.drop is not None:
        return None
    limit_rate(intake, arrival)
    # Without `u` the page is where the browser says it comes from.
    url = query.get("u") or arrival.headers.get(b"referer", b"").decode("latin-1")
    _check_origin(intake, arrival, url)
    _read(arrival, query, url)
    for step in (find_site, drop_prefetched, leave_out_own_address, *INTO_EVENTS, count_received):
        step(intake, arrival)
    if arrival.rejected:
        raise Refused(400, arrival.rejected[0][1], "this page view cannot be read")
    accepted = await store(intake.running, arrival.events)
    intake.tally.answer(accepted, len(arrival.events) - accepted, 0)
    if accepted and arrival.origin is not None:
        intake.sites.saw(arrival.site, arrival.origin, arrival.received_at)
    return arrival.set_cookie


def _reason_to_drop(arrival: Arrival, query: Mapping[str, str]) -> Drop | None:
    if query.get("c") != "1":
        return Drop.NO_CONSENT
    objects = arrival.headers.get(b"sec-gpc") == b"1" and query.get("gpc") != "ignore"
    return Drop.OPTED_OUT if objects else None


def _read(arrival: Arrival, query: Mapping[str, str], url: str) -> None:
    """The keys are those of `/e`; a reader whose browser keeps no cookies is somebody new each time."""
    item = {"i": token_urlsafe(12), "n": PAGE, "u": url, "r": query.get("r"), "h": query.get("h")}
    arrival.envelope = Envelope(s=query.get("s"), v=query.get("v") or token_urlsafe(12))
    arrival.items = (item,)


def _check_origin(intake: Intake, arrival: Arrival, url: str) -> None:
    """Pictures are asked for without an Origin: the page's own stands for it."""
    try:
        page = split_url(canonical_url(url))
    except UnusableUrl as problem:
        raise Refused(400, "bad_url", str(problem)) from problem
    arrival.origin = f"{page.scheme}://{page.host}".encode()
    intake.sites.refresh(arrival.received_at)
    intake.sites.cors(arrival.origin)
