"""Lines out of a stream of bytes, however they are cut, in bounded memory."""

from __future__ import annotations

from typing import Final

#: Stands for a line longer than the limit; its bytes are not kept.
OVERLONG: Final = b""


class Lines:
    """Feed it chunks, it gives back the lines that are complete, without the blank ones."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._rest = b""
        self._skipping = False

    def feed(self, chunk: bytes) -> list[bytes]:
        *complete, self._rest = (self._rest + chunk).split(b"\n")
        lines = [kept for line in complete if (kept := self._finished(line)) is not None]
        if len(self._rest) > self._longest:
            self._skipping, self._rest = True, b""
        return lines

    def close(self) -> list[bytes]:
        """The last line, when nothing ended it."""
        last = self._finished(self._rest)
        return [] if last is None else [last]

    def _finished(self, line: bytes) -> bytes | None:
        if self._skipping or len(line) > self._longest:
            self._skipping = False
            return OVERLONG
        return line if line.strip() else None
