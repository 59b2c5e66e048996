"""What is answered while there is no server yet: before an upgrade the whole database is copied.

Without it whoever asks would wait for minutes, without a word, and a proxy would give up for them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

log = logging.getLogger(__name__)

_LINE_EVERY_SECONDS: Final = 5.0
_RETRY_AFTER_SECONDS: Final = 5
#: How long somebody may take to ask, and to read the answer.
_VISIT_SECONDS: Final = 5.0
_MOST_VISITS: Final = 500
_MOST_AT_ONCE: Final = 64 * 1024


class Starting:
    """Says how a start that lasts is going: in the log, and with 503 to whoever asks on the listening socket."""

    #: A start that is sooner done answers all who came meanwhile itself.
    patience_seconds = 1.0

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._said = "the server is starting"
        self._patient_until = self._next_line = time.monotonic() + self.patience_seconds
        self._visits = 0

    def tell(self, sentence: str) -> None:
        """What is being done now; any thread may say so, as often as it likes."""
        is_next = sentence.partition(":")[0] != self._said.partition(":")[0]
        self._said, now = sentence, time.monotonic()
        if now >= self._next_line or (is_next and now >= self._patient_until):
            self._next_line = now + _LINE_EVERY_SECONDS
            log.warning("%s", sentence)

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Who asks while the block runs, once that has lasted."""
        task = asyncio.create_task(self._answer())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _answer(self) -> None:
        await asyncio.sleep(self.patience_seconds)
        # Another handle of the same socket: closing it leaves those who still wait to the server.
        server = await asyncio.start_server(self._visit, sock=self._listener.dup())
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visits += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                if self._visits <= _MOST_VISITS:
                    async with asyncio.timeout(_VISIT_SECONDS):
                        writer.write(_answer_to(await reader.readuntil(b"\r\n\r\n"), self._said))
                        writer.write_eof()
                        # A client that is cut off while it sends never reads what it was told.
                        while await reader.read(_MOST_AT_ONCE):
                            pass
        finally:
            self._visits -= 1
            writer.close()


def _answer_to(head: bytes, said: str) -> bytes:
    """One answer, whole: 200 to who asks whether the process is there, else 503 as a page or as JSON."""
    asked = [*head.split(b" ", 2), b""][1].partition(b"?")[0]
    status, kind, more = "503 Service Unavailable", "application/json", f"Retry-After: {_RETRY_AFTER_SECONDS}\r\n"
    body = json.dumps({"status": said, "error": "starting", "problem": said})
    if asked.endswith(b"/livez"):
        status, body, more = "200 OK", json.dumps({"status": "ok"}), ""
    elif b"text/html" in head.lower():
        kind, body = "text/plain; charset=utf-8", f"Ripeline is starting: {said}. This page looks again by itself.\n"
        more += f"Refresh: {_RETRY_AFTER_SECONDS}\r\n"
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body.encode())}\r\n"
        f"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{more}Connection: close\r\n\r\n{body}"
    ).encode()
