"""Progress of work that lasts, on one line of the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

_PATIENCE: Final = 1.0
_BETWEEN: Final = 0.2


class Progress:
    """Says how far work has come once it lasts more than a second; call `done()` to end its line.

    In a terminal the line is written over and over, elsewhere only when a tenth more is done.
    """

    def __init__(self, what: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._stream = stream or sys.stderr
        self._clock = clock
        self._next_at = clock() + _PATIENCE
        self._next_tenth = 0
        self._is_shown = False

    def __call__(self, done: int, total: int) -> None:
        """So many of so many are done; `total` 0 when nobody knows."""
        if self._clock() < self._next_at:
            return
        self._next_at = self._clock() + _BETWEEN
        text = f"{self._what}: {done:,} of {total:,}" if total else f"{self._what}: {done:,}"
        if self._stream.isatty():
            self._is_shown = True
            self._write(f"\r{text.replace(',', ' ')}")
        elif total and 10 * done // total >= self._next_tenth:
            self._next_tenth = 10 * done // total + 1
            self._write(f"{text.replace(',', ' ')}\n")

    def done(self) -> None:
        if self._is_shown:
            self._write("\n")
            self._is_shown = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
