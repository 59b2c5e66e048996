"""HTTP requests with an end: what uvicorn leaves to a proxy in front, which a small server does not have.

Without it dripped headers stay for ever, and one stalled body holds up the shutdown.
"""

from __future__ import annotations

import logging
from asyncio import Event
from functools import partial
from math import inf
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from ripeline.connections import BoundedConnection

log = logging.getLogger(__name__)

LARGEST_HEAD: Final = 32 * 1024

#: Seconds until a request's body must be there, at a speed no real client stays under.
BODY_SECONDS: Final = 15.0
SLOWEST_BYTES_A_SECOND: Final = 500
#: However quick it was before: a body that stops coming for so long will not go on.
SILENT_SECONDS: Final = 30.0

#: Requests that may wait for the answer of the one before; a browser sends no second one.
MOST_PIPELINED: Final = 32

#: How much of a body is read and thrown away after its answer: clients that are cut off while they send never read it.
MOST_DISCARDED: Final = 4 * 1024 * 1024

#: Larger bodies are read as they come, by the application, and wait for their turn: they take longer to take apart.
LARGEST_QUICK_BODY: Final = 4 * 1024

#: Who is told of messages in a quick request: nobody waits for them.
_UNHEARD: Final = Event()


class BoundedHttpProtocol(BoundedConnection):
    """408 for slow requests, 413 and 431 for huge ones, 503 for what a shutdown cuts off; and the quick door."""

    body_seconds = BODY_SECONDS
    silent_seconds = SILENT_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._body_began = 0.0
        self._is_discarding = False
        self._quick: RequestResponseCycle | None = None
        self._quick_url = getattr(self.app, "quick_path", "").encode()

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._is_surplus:
            self._refuse(503)
            return
        self._idle_by = inf
        if self._deadline == inf:
            self._since = self.loop.time()
            self._expect_within(self.head_seconds)
        if self._in_head:
            self._received += len(data)
        super().data_received(data)
        if self._in_head and self._received > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        if self._is_refused:
            # What else came in this piece, thousands of requests perhaps, is not even looked at.
            raise ConnectionAbortedError
        super().on_message_begin()

    def send_400_response(self, msg: str) -> None:
        if not self._is_refused:
            super().send_400_response(msg)

    def on_headers_complete(self) -> None:
        # Only a piece that large can hold a head that large, so the usual request is not measured.
        if self._received > LARGEST_HEAD and self._head_size() > LARGEST_HEAD:
            self._refuse(431)
            return
        if len(self.pipeline) >= MOST_PIPELINED:
            self._refuse(503)
            return
        self._in_head = self._is_discarding = False
        self._received = 0
        self._since = self._body_began = self.loop.time()
        self._deadline = self._body_began + self.body_seconds
        if self._is_quick():
            self._begin_quickly()
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._is_refused:
            return
        self._received += len(body)
        if self.cycle.response_complete:
            self._discard()
            return
        self._since = self.loop.time()
        slowest = self._body_began + self.body_seconds + self._received / SLOWEST_BYTES_A_SECOND
        self._deadline = min(slowest, self._since + self.silent_seconds)
        if self.cycle is self._quick:
            self.cycle.body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._is_refused:
            return
        self._in_head = True
        self._received = 0
        self._deadline = inf
        if self.cycle is self._quick:
            self._take_quickly(self.cycle)
        else:
            super().on_message_complete()

    def _is_quick(self) -> bool:
        """A small event to the app's quick door; whatever is special about a request goes the usual way."""
        if self.url != self._quick_url or self.parser.get_method() != b"POST" or self.parser.should_upgrade():
            return False
        is_busy = self.cycle is not None and not self.cycle.response_complete
        if is_busy or self.expect_100_continue or self.flow.write_paused:
            return False
        for name, length in self.headers:
            if name == b"content-length":
                return length.isdigit() and len(length) <= 5 and int(length) <= LARGEST_QUICK_BODY
        return False

    def _begin_quickly(self) -> None:
        """What uvicorn does, without what only a task needs."""
        version, scope = self.parser.get_http_version(), self.scope
        scope["method"], scope["http_version"] = "POST", version
        scope["path"], scope["raw_path"], scope["query_string"] = self.url.decode("ascii"), self.url, b""
        self._quick = self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=_UNHEARD,
            expect_100_continue=False,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )

    def _take_quickly(self, cycle: RequestResponseCycle) -> None:
        """No task, no messages: half of what an event costs the event loop. The app replies when it is stored."""
        self._quick, cycle.more_body = None, False
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

    def _discard(self) -> None:
        """More of a body that is answered already."""
        if not self._is_discarding:
            self._is_discarding = True
            self._deadline = self.loop.time() + self.body_seconds
        if self._received > MOST_DISCARDED:
            self._refuse(413)
