"""How many events were dropped, day by day and for which reason: written beside the requests, one write at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import Any

from ripeline.collect.refusals import Drop
from ripeline.domain.times import iso_time
from ripeline.running import Running
from ripeline.store.suspects import count_drops


class Drops:
    """Counts at once and writes as soon as the write before is done; what a crash cuts off is not counted."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._waiting: Counter[str] = Counter()
        self._write: asyncio.Task[Any] | None = None

    def count(self, reason: Drop, events: int, now: int) -> None:
        """So many more at `now` (ms)."""
        self._waiting[reason.value] += events
        if self._write is None:
            self._begin(now)

    def _begin(self, now: int) -> None:
        counts, self._waiting = self._waiting, Counter()
        work = partial(count_drops, day=iso_time(now)[:10], counts=counts)
        self._write = asyncio.ensure_future(self._running.write(work))
        self._write.add_done_callback(partial(self._settle, now, counts))

    def _settle(self, now: int, counts: Counter[str], task: asyncio.Task[Any]) -> None:
        self._write = None
        if task.cancelled() or task.exception() is not None:
            self._waiting += counts
        elif self._waiting:
            self._begin(now)
