"""Waiting a moment for company: while the event loop still reads what comes, writing would only fight it for the
interpreter, which costs both a third more."""

from __future__ import annotations

import time
from typing import Final

#: After a batch of so many calls there is so much to do that as many again are waited for, so long (seconds).
_BUSY: Final = 4
_MOMENT: Final = 0.001
#: Where more than so many calls a batch are usual, single ones are waited for so long (seconds): at a thousand events a
#: second a commit for each takes half a processor, for every fifth a quarter. Who sends one after the other, each after
#: the answer to the one before, is alone, and not kept waiting.
_ALONE: Final = 1.25
_PAUSE: Final = 0.004
#: How long events may wait for other work (seconds): to interrupt it costs both.
_PATIENCE: Final = 0.05


class Gathering:
    """Between two batches of the log."""

    def __init__(self) -> None:
        self._last = 0
        self._usual = 0.0
        self._took_at = 0.0

    def wait(self, calls: int) -> None:
        """Let more come to the calls that wait, while there is much to do and most are still on their way."""
        if self._last >= _BUSY:
            if 0 < calls < 0.75 * self._last:
                time.sleep(_MOMENT)
        elif 0 < calls < _BUSY and self._usual > _ALONE:
            time.sleep(_PAUSE)

    def give_way(self) -> None:
        """In the midst of other work: let the event loop answer those who were told, and read what they send next."""
        if self._last >= _BUSY:
            time.sleep(_MOMENT)

    def took(self, calls: int) -> None:
        """So many there were."""
        if calls:
            self._usual += (calls - self._usual) / 16
        self._last, self._took_at = calls, time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether who waits now may have waited long enough."""
        return time.monotonic() - self._took_at > _PATIENCE
