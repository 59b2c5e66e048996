"""`GET /live`: which leads have just changed, as server-sent events (WHATWG HTML, 9.2), for pages that are open.

A message is `{"leads": [ids], "ready": …, "bands": …, "all": …}`: what changed, and nothing about anybody.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ripeline.auth.guard import require
from ripeline.auth.logins import read_user
from ripeline.changes import Changes, Listener, Word
from ripeline.pages.desk import running_of

#: Seconds after which something is sent, so that nothing between us takes the connection for dead.
KEEP_ALIVE: Final = 25.0
#: Seconds after which the browser must ask again: no connection is for ever.
LONGEST: Final = 300.0

# A browser that lost us tries again after so many ms.
_RETRY: Final = b"retry: 3000\n\n"
_NOTHING: Final = b":\n\n"


@require("sales")
async def listen(request: Request) -> Response:
    """An open connection; 503 when there are too many, or too many of this person."""
    changes, person = running_of(request).changes, request.state.user.id
    if not changes.has_room(person):
        return Response(status_code=503, headers={"Retry-After": "60"})
    return _Live(changes, changes.listen(person), request)


class _Live(StreamingResponse):
    """What a listener hears, until it leaves, is let go, or has listened long enough."""

    def __init__(self, changes: Changes, listener: Listener, request: Request) -> None:
        # Who asks for the head alone hears nothing.
        content = _stream(listener, request) if request.method == "GET" else ()
        # nginx would keep it back until it is over.
        super().__init__(content, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._changes, self._listener = changes, listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Here, because a stream that is never begun never ends.
            self._changes.leave(self._listener)


async def _stream(listener: Listener, request: Request) -> AsyncIterator[bytes]:
    yield _RETRY
    until = monotonic() + LONGEST
    while not listener.is_over and monotonic() < until:
        word = await listener.next(KEEP_ALIVE)
        # Shut out or signed out meanwhile: the next word is for others.
        if await run_in_threadpool(read_user, request) is None:
            return
        yield _message(word) if word else _NOTHING


def _message(word: Word) -> bytes:
    facts = {"leads": sorted(word.leads), "ready": word.is_ready, "bands": word.is_bands, "all": word.is_all}
    return f"data: {json.dumps(facts)}\n\n".encode()


ROUTES: Final = [Route("/live", listen, methods=["GET"])]
