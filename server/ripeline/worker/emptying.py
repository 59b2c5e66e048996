"""The log file (WAL): emptied before a commit has to do it while somebody waits, and wiped of what was erased."""

from __future__ import annotations

from typing import Final

from ripeline.sentences import N_
from ripeline.store.database import Connection, DatabaseError, checkpoint
from ripeline.store.failures import may_pass
from ripeline.worker.wiping import Wiping

#: Rows changed between two checkpoints: some ten thousand pages of WAL.
_ROWS_A_CHECKPOINT: Final = 20_000


class Emptying:
    """For the one connection that writes."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._wiping = Wiping()
        self._emptied = conn.total_changes

    @property
    def is_to_wipe(self) -> bool:
        """Whether something erased may still be in the file."""
        return bool(self._wiping)

    def want_wiped(self) -> None:
        """Something was erased."""
        self._wiping.want()

    def step(self, quiet: float) -> str:
        """Do what is due, `quiet` seconds after the last event; why it could not be done, or "".

        Raises `DatabaseError` for what cannot pass by itself.
        """
        if self._conn.total_changes - self._emptied < _ROWS_A_CHECKPOINT and not self._wiping:
            return ""
        self._emptied = self._conn.total_changes
        try:
            if self._wiping:
                self._wiping.step(self._conn, quiet)
            else:
                checkpoint(self._conn)
        except DatabaseError as error:
            if not may_pass(error):
                raise
            return N_("the log file (WAL) cannot be emptied: %(why)s", why=error)
        return ""
