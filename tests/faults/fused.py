"""`ripeline serve` with a fuse: killed before the so manieth statement of its writer, once an event has come in.

    FUSE=12 python tests/faults/fused.py --data … --port …

The fuse is here and not in the product, so that there is nothing an installation could set off.
"""

from __future__ import annotations

import os
import signal
import sys

from ripeline.__main__ import main
from ripeline.store.database import Connection, Database

FIRST = "INSERT INTO events"


class Fuse:
    """Burns with each statement, those of triggers too; from the one on that holds `lit_by`."""

    def __init__(self, left: int, lit_by: str = "") -> None:
        self._left = left
        self._lit_by = lit_by
        self._is_lit = False

    def burn(self, statement: str) -> None:
        """What SQLite calls before a statement (a trace callback)."""
        self._is_lit = self._is_lit or self._lit_by in statement
        if self._is_lit:
            self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def attach(fuse: Fuse) -> None:
    """From now on every connection that writes burns it."""
    opened = Database.writer

    def writer(self: Database) -> Connection:
        conn = opened(self)
        conn.set_trace_callback(fuse.burn)
        return conn

    Database.writer = writer  # type: ignore[method-assign]


if __name__ == "__main__":
    attach(Fuse(int(os.environ["FUSE"]), FIRST))
    sys.argv[1:1] = ["serve"]
    main()
