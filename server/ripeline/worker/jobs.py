"""Work that other parts ask the writer to do, each piece in a transaction of its own."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from ripeline.errors import LogRefused
from ripeline.store.database import Connection, transaction
from ripeline.store.failures import failure_of, refusal_of

T = TypeVar("T")


@dataclass(slots=True)
class Job:
    """A function of the write connection, and the future its caller waits on."""

    work: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Jobs:
    """First asked, first done; `bell` wakes the writer."""

    def __init__(self, bell: threading.Event) -> None:
        self._bell = bell
        self._lock = threading.Lock()
        self._queue: deque[Job] = deque()
        self._closed = ""

    def __len__(self) -> int:
        return len(self._queue)

    async def ask(self, work: Callable[[Connection], T]) -> T:
        """The result of `work(conn)`, committed, or what it raised, rolled back.

        Raises `LogRefused` when the storage failed, and once this is closed.
        """
        loop = asyncio.get_running_loop()
        job = Job(work, loop.create_future(), loop)
        with self._lock:
            if self._closed:
                raise LogRefused(self._closed)
            self._queue.append(job)
        self._bell.set()
        result: T = await job.future
        return result

    def run(self, conn: Connection) -> int:
        """Do what is asked by now; how many pieces that was. Raises only when the storage is broken."""
        done = 0
        for _ in range(len(self._queue)):
            self._do(conn, self._queue.popleft())
            done += 1
        return done

    def _do(self, conn: Connection, job: Job) -> None:
        try:
            with transaction(conn):
                result = job.work(conn)
        except Exception as error:
            failure = failure_of(error)
            _answer(job, error=error if failure is None else refusal_of(error))
            if failure == "broken":
                raise
        else:
            _answer(job, result)

    def close(self, reason: str) -> None:
        """Take no more; what is asked already is still done."""
        with self._lock:
            self._closed = reason

    def refuse_all(self, reason: str) -> None:
        """Take no more and let go of everybody who waits."""
        self.close(reason)
        while self._queue:
            _answer(self._queue.popleft(), error=LogRefused(reason))


def _answer(job: Job, result: Any = None, error: Exception | None = None) -> None:
    # A loop that is gone has nobody waiting; the work is done all the same.
    if not job.loop.is_closed():
        job.loop.call_soon_threadsafe(_resolve, job.future, result, error)


def _resolve(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
