"""Waiting a moment for company: while the event loop still reads what comes, writing would only fight it for the
interpreter, which costs both a third more; and a commit for each event costs more than all the rest of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

#: After a batch of so many calls there is so much to do that as many again are waited for, so long (seconds).
_BUSY: Final = 4
_MOMENT: Final = 0.001
#: Where more than so many calls a batch are usual, more are waited for, twice so long (seconds), until there are
#: enough; where more than so many events a second come, there are.
_ALONE: Final = 1.25
_HALF_A_PAUSE: Final = 0.005
_ENOUGH: Final = 16
_MANY: Final = 1_500
#: How long (seconds) they are counted.
_WHILE: Final = 0.1
#: But only where somebody comes in the second half of every fourth pause: callers who each wait for their answer before
#: they go on all come in the first, and waiting brings nobody. Tried again after so many batches.
_PAYS: Final = 0.25
_AGAIN: Final = 64
#: How long events may wait for other work (seconds): to interrupt it costs both.
_PATIENCE: Final = 0.05


class Gathering:
    """Between two batches of the log."""

    def __init__(self) -> None:
        self._last = 0
        self._usual = 0.0
        self._took_at = 0.0
        self._late = 0.0
        self._unpaused = 0
        self._rate = 0.0
        self._counted = 0
        self._counted_from = 0.0

    def wait(self, calls: Callable[[], int]) -> None:
        """Let more come to the calls that wait, while there is much to do and most are still on their way."""
        there = calls()
        if there and self._last >= _BUSY and there < 0.75 * self._last:
            time.sleep(_MOMENT)
            there = calls()
        if 0 < there < _ENOUGH and self._usual > _ALONE and self._rate < _MANY:
            self._pause(calls)

    def _pause(self, calls: Callable[[], int]) -> None:
        is_trial = self._late <= _PAYS
        self._unpaused += 1
        if is_trial and self._unpaused < _AGAIN:
            return
        self._unpaused = 0
        time.sleep(_HALF_A_PAUSE)
        midway = calls()
        if midway < _ENOUGH:
            time.sleep(_HALF_A_PAUSE)
            came = float(calls() > midway)
            self._late = (0.5 * came) if is_trial else self._late + (came - self._late) / 8

    def give_way(self) -> None:
        """In the midst of other work: let the event loop answer those who were told, and read what they send next."""
        if self._last >= _BUSY:
            time.sleep(_MOMENT)

    def took(self, calls: int, events: int) -> None:
        """So many calls there were, with so many events."""
        if calls:
            self._usual += (calls - self._usual) / 16
        self._last, self._took_at = calls, time.monotonic()
        self._counted += events
        if (passed := self._took_at - self._counted_from) > _WHILE:
            self._rate, self._counted, self._counted_from = self._counted / passed, 0, self._took_at

    @property
    def is_over(self) -> bool:
        """Whether who waits now may have waited long enough."""
        return time.monotonic() - self._took_at > _PATIENCE
