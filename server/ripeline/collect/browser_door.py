"""`POST /e`: events of browsers. A bare ASGI object, because Request and Response cost as much as all the rest."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from ripeline.auth.guard import public
from ripeline.collect.answers import EXPOSED, Header, outcome, send_empty, send_json, send_refusal
from ripeline.collect.arrivals import Arrival
from ripeline.collect.bodies import read_body
from ripeline.collect.browser_steps import BEFORE_THE_BODY, WITH_THE_BODY, allow_origin
from ripeline.collect.intake import Intake
from ripeline.collect.refusals import ClientLeft, Refused
from ripeline.collect.storing import store


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
            await send_refusal(send, refusal, arrival.cors)
            return
        body = outcome(accepted, len(arrival.events) - accepted, arrival.rejected)
        await send_json(send, 202, body, _headers(arrival))


async def _take(intake: Intake, arrival: Arrival, receive: Receive) -> int:
    """Through all the steps into the log; returns how many events are new, once they are on disk."""
    for step in BEFORE_THE_BODY:
        step(intake, arrival)
    arrival.body = await read_body(receive)
    for step in WITH_THE_BODY:
        step(intake, arrival)
    accepted = await store(intake.running, arrival.events)
    if accepted and arrival.origin is not None:
        intake.sites.saw(arrival.site, arrival.origin, arrival.received_at)
    return accepted


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
