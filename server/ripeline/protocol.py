"""HTTP connections with an end: what uvicorn leaves to a proxy in front, which a small server does not have.

Without it dripped headers stay for ever, and one stalled body holds up the shutdown.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from math import inf
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 1_000
LARGEST_HEAD: Final = 32 * 1024

#: Seconds until a request's headers must be there, and its body at a speed no real client stays under.
HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 15.0
SLOWEST_BYTES_A_SECOND: Final = 500

#: How much of a body is read and thrown away after its answer: clients that are cut off while they send never read it.
MOST_DISCARDED: Final = 4 * 1024 * 1024

#: Larger bodies are read as they come, by the application.
LARGEST_QUICK_BODY: Final = 32 * 1024

_RETRY_AFTER_SECONDS: Final = 5
# How long a connection beyond the cap may take to hear that it is one.
_FAREWELL_SECONDS: Final = 1.0


class BoundedHttpProtocol(HttpToolsProtocol):
    """408 for slow requests, 431 for huge headers, 503 for too many connections and for what a shutdown cuts off.

    One lazy timer a connection: a request only moves its deadline.
    """

    most_connections = MOST_CONNECTIONS
    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = inf
        self._in_head = True
        self._received = 0
        self._body_began = 0.0
        self._is_surplus = False
        self._is_refused = False
        self._quick: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._is_surplus = len(self.connections) > self.most_connections
        self._expect_within(_FAREWELL_SECONDS if self._is_surplus else self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._is_surplus:
            self._refuse(503)
            return
        if self._deadline == inf:
            self._expect_within(self.head_seconds)
        if self._in_head:
            self._received += len(data)
        super().data_received(data)
        if self._in_head and self._received > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(431)

    def on_headers_complete(self) -> None:
        # Only a piece that large can hold a head that large, so the usual request is not measured.
        if self._received > LARGEST_HEAD and self._head_size() > LARGEST_HEAD:
            self._refuse(431)
            return
        self._in_head = False
        self._received = 0
        self._body_began = self.loop.time()
        self._deadline = self._body_began + self.body_seconds
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._is_refused:
            return
        self._received += len(body)
        self._deadline = self._body_began + self.body_seconds + self._received / SLOWEST_BYTES_A_SECOND
        if self._received > MOST_DISCARDED and self.cycle.response_complete:
            self._refuse(413)
            return
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._is_refused:
            return
        self._in_head = True
        self._received = 0
        self._deadline = inf
        super().on_message_complete()
        if self.cycle is self._quick:
            self._take_quickly(self.cycle)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if not self._is_quick(cycle, app):
            super()._start_asgi_task(cycle, app)
        elif cycle.more_body:
            self._quick = cycle
        else:
            self._take_quickly(cycle)

    def _is_quick(self, cycle: RequestResponseCycle, app: Any) -> bool:
        """A small event to the app's quick door; whatever is special about a request goes the usual way."""
        scope = cycle.scope
        if scope["path"] != getattr(app, "quick_path", None) or scope["method"] != "POST":
            return False
        if cycle.waiting_for_100_continue or self.flow.write_paused:
            return False
        for name, length in scope["headers"]:
            if name == b"content-length":
                return length.isdigit() and len(length) <= 5 and int(length) <= LARGEST_QUICK_BODY
        return False

    def _take_quickly(self, cycle: RequestResponseCycle) -> None:
        """No task, no messages: half of what an event costs the event loop. The app replies when it is stored."""
        self._quick = None
        try:
            self.app.take_quickly(cycle.scope, bytes(cycle.body), partial(self._reply, cycle))
        except Exception:
            log.exception("an event could not be taken")
            self._reply(cycle, (500, [(b"content-length", b"0"), (b"connection", b"close")], b""))

    def _reply(self, cycle: RequestResponseCycle, answer: tuple[int, list[tuple[bytes, bytes]], bytes]) -> None:
        if cycle.disconnected or cycle.response_complete:
            return
        status, headers, body = answer
        cycle.response_started = cycle.response_complete = True
        closes = status == 500 or not cycle.keep_alive
        lines = [b"%b: %b\r\n" % header for header in (*self.server_state.default_headers, *headers)]
        end = b"connection: close\r\n\r\n" if closes and status != 500 else b"\r\n"
        self.transport.write(b"".join([STATUS_LINE[status], *lines, end, body]))
        if closes:
            self.transport.close()
        cycle.on_response()

    def shutdown(self) -> None:
        """A request that is still coming in is cut off with 503; one that is being answered gets its answer."""
        if self._deadline < inf and (self._received or not self._in_head):
            self._refuse(503)
        else:
            super().shutdown()

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _expect_within(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds
        if self._timer is None:
            self._timer = self.loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._deadline == inf or self.transport.is_closing():
            return
        # While we do not read, the client cannot be late.
        if self.flow.read_paused:
            self._deadline = max(self._deadline, self.loop.time() + self.head_seconds)
        if self.loop.time() < self._deadline:
            self._timer = self.loop.call_at(self._deadline, self._look)
        elif self._in_head and not self._received:
            self.transport.close()
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Say why and close; an application that waits for the body learns that it will not come."""
        self._is_refused = True
        cycle = self.cycle
        is_answered = cycle is not None and cycle.response_started and not self._in_head
        if not is_answered:
            retry = b"retry-after: %d\r\n" % _RETRY_AFTER_SECONDS if status == 503 else b""
            self.transport.write(STATUS_LINE[status] + retry + b"content-length: 0\r\nconnection: close\r\n\r\n")
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()
