"""How long a connection may keep us waiting, and who goes when there is no room: what uvicorn leaves to a proxy.

Without it whoever opens sockets and says nothing, or asks and never reads, keeps everybody else out.
"""

from __future__ import annotations

import asyncio
from math import inf
from operator import attrgetter
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MOST_CONNECTIONS: Final = 1_000

#: Seconds until a request's headers must be there, and in which a client must have read some of the 64 KiB that wait.
HEAD_SECONDS: Final = 10.0
READ_SECONDS: Final = 60.0

#: When there is no room, so many of those that keep us waiting go at once: one look at all of them for many newcomers.
ROOM_FOR: Final = 50

_RETRY_AFTER_SECONDS: Final = 5
# How long a connection beyond the cap may take to hear that it is one.
_FAREWELL_SECONDS: Final = 1.0
# How long one that is being closed may take to read what it was told.
_LINGER_SECONDS: Final = 10.0


class BoundedConnection(HttpToolsProtocol):
    """408 for clients that are late, 503 for too many connections, an end for those that never read.

    One lazy timer a connection: a request only moves its deadline. When all connections are taken, those that have
    kept us waiting longest make room for a newcomer; who waits for us is never sent away for one.
    """

    most_connections = MOST_CONNECTIONS
    head_seconds = HEAD_SECONDS
    read_seconds = READ_SECONDS
    linger_seconds = _LINGER_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = inf
        self._read_by = inf
        self._idle_by = inf
        self._since = 0.0
        self._in_head = True
        self._received = 0
        self._is_surplus = False
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self.loop.time()
        self._is_surplus = len(self.connections) > self.most_connections and not self._make_room()
        self._expect_within(_FAREWELL_SECONDS if self._is_surplus else self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def eof_received(self) -> None:
        # The transport closes itself now, once what is on its way has been read.
        self._linger()

    def on_response_complete(self) -> None:
        """As uvicorn does it, but by the lazy timer: one of its own for each request costs as much as its answer."""
        self._since = self.loop.time()
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._linger()
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle_by = self._since + self.timeout_keep_alive
            self._look_at(self._idle_by)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._idle_by = inf
        self._linger()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._since = self.loop.time()
        self._read_by = self._since + self.read_seconds
        self._look_at(self._read_by)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_by = inf

    def _expect_within(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds
        self._look_at(self._deadline)

    def _linger(self) -> None:
        """It is closed as soon as all is sent, or when nobody reads it."""
        self._expect_within(self.linger_seconds)

    def _look_at(self, moment: float) -> None:
        if self._timer is not None and self._timer.when() > moment:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self.loop.call_at(moment, self._look)

    def _look(self) -> None:
        self._timer = None
        now = self.loop.time()
        # While we do not read, the client cannot be late.
        if self.flow.read_paused and self._deadline < inf and not self.transport.is_closing():
            self._deadline = max(self._deadline, now + self.head_seconds)
        due = min(self._deadline, self._read_by)
        if now < min(due, self._idle_by) < inf:
            self._look_at(min(due, self._idle_by))
        elif due <= now:
            self._send_away(408)
        elif self._idle_by <= now:
            self.timeout_keep_alive_handler()

    @property
    def _keeps_us_waiting(self) -> bool:
        """For a request, for the rest of one, or for having read its answer."""
        if self.flow.write_paused or self.cycle is None or self.cycle.response_complete:
            return True
        return self.cycle.more_body and not self.flow.read_paused

    def _make_room(self) -> bool:
        """Whether there is room for one more, now that those who kept us waiting longest have gone."""
        here = [each for each in self.connections if isinstance(each, BoundedConnection) and each is not self]
        here = [each for each in here if not each.transport.is_closing()]
        if len(here) < self.most_connections:
            return True
        waiting = sorted((each for each in here if each._keeps_us_waiting), key=attrgetter("_since"))
        for each in waiting[:ROOM_FOR]:
            each._send_away(503)
        return bool(waiting)

    def _send_away(self, status: int) -> None:
        """Who never began a request is told nothing; who does not read could not be told."""
        if self.flow.write_paused or self.transport.is_closing():
            self.transport.abort()
        elif self._in_head and not self._received:
            self.transport.close()
            self._linger()
        else:
            self._refuse(status)

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
        self.pipeline.clear()
        self.transport.close()
        self._linger()
