"""Callers who want to know when what was accepted so far has become scores."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass

from ripeline.errors import LogRefused
from ripeline.log.queue import EventLog


@dataclass(slots=True)
class _Settler:
    """Waits until the first `accepted` events of the log are folded."""

    accepted: int
    future: asyncio.Future[int]
    loop: asyncio.AbstractEventLoop


class Settlers:
    """Who waits for the fold; rings the log's bell so that it does not dawdle."""

    def __init__(self, events: EventLog) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._waiting: deque[_Settler] = deque()
        self._closed = ""

    def __len__(self) -> int:
        return len(self._waiting)

    async def wait(self) -> int:
        """How many of the events accepted before this call have no score: 0, or more when the fold fails."""
        loop = asyncio.get_running_loop()
        settler = _Settler(self._events.accepted, loop.create_future(), loop)
        with self._lock:
            if self._closed:
                raise LogRefused(self._closed)
            self._waiting.append(settler)
        self._events.bell.set()
        return await settler.future

    def tell(self, unfolded: int) -> None:
        """Answer everybody whose events have their outcome."""
        for _ in range(len(self._waiting)):
            settler = self._waiting.popleft()
            if settler.accepted <= self._events.answered:
                _answer(settler, unfolded)
            else:
                self._waiting.append(settler)

    def refuse_all(self, reason: str) -> None:
        """Take no more and let go of everybody who waits."""
        with self._lock:
            self._closed = reason
        while self._waiting:
            _answer(self._waiting.popleft(), LogRefused(reason))


def _answer(settler: _Settler, result: int | Exception) -> None:
    if not settler.loop.is_closed():
        settler.loop.call_soon_threadsafe(_resolve, settler.future, result)


def _resolve(future: asyncio.Future[int], result: int | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
