"""Bytes of what was erased, left where nothing is stored: in the log file (WAL), in unused parts of pages."""

from __future__ import annotations

from typing import Final

from ripeline.store.database import Connection, rewrite_small_file, wipe_log_file

#: Seconds without an event after which the file may be written anew, which keeps events waiting.
_QUIET: Final = 0.4


class Wiping:
    """What is still to be wiped after an erasure."""

    def __init__(self) -> None:
        self._is_to_empty = False
        self._is_to_rewrite = False

    def __bool__(self) -> bool:
        return self._is_to_empty or self._is_to_rewrite

    def want(self) -> None:
        """Something was erased."""
        self._is_to_empty = self._is_to_rewrite = True

    def step(self, conn: Connection, quiet: float) -> None:
        """Wipe what can be wiped now, `quiet` seconds after the last event. Raises `DatabaseError`: try again."""
        if self._is_to_rewrite and quiet > _QUIET:
            rewrite_small_file(conn)
            self._is_to_empty, self._is_to_rewrite = True, False
        if self._is_to_empty:
            # Readers may be in the way: then it is tried again.
            self._is_to_empty = not wipe_log_file(conn)
