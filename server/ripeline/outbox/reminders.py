"""One reminder two days after an alert by e-mail, when the hand-off is still open: a chore of the writer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from ripeline.store.database import Connection, transaction
from ripeline.store.reminder_rows import due_reminders, put_reminder

AFTER_MS: Final = 2 * 86_400_000

#: Who could not be reminded in time, because the server was down, is reminded of no old story.
_AT_MOST_MS: Final = 5 * 86_400_000
_EVERY_MS: Final = 5 * 60_000
_A_STEP: Final = 100


class Reminders:
    """Looks every five minutes who is to be reminded; `clock` in ms."""

    def __init__(self, conn: Connection, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._conn = conn
        self._clock = clock
        self._next = 0

    def step(self) -> int:
        """Put some on their way, each once for ever: how many."""
        now = self._clock()
        if now < self._next:
            return 0
        with transaction(self._conn):
            due = due_reminders(self._conn, now - _AT_MOST_MS, now - AFTER_MS, _A_STEP)
            for each in due:
                put_reminder(self._conn, each, now)
        if len(due) < _A_STEP:
            self._next = now + _EVERY_MS
        return len(due)
