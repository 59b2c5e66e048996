"""What a failed write means for the next one: try again later, or stop before more is promised."""

from __future__ import annotations

from typing import Final, Literal

from ripeline.store.database import DatabaseError, DataError, IntegrityError

#: "full" and "busy" left nothing half done and may pass; after "broken" the disk's state is unknown.
Failure = Literal["full", "busy", "broken"]

# SQLite's primary result codes. IOERR is always broken: the driver does not tell a failed write from a failed
# fsync, and after a failed fsync a later one that succeeds proves nothing (the kernel dropped the pages).
_FAILURES: Final[dict[int, Failure]] = {
    5: "busy",  # BUSY
    6: "busy",  # LOCKED
    7: "busy",  # NOMEM
    8: "broken",  # READONLY
    10: "broken",  # IOERR
    11: "broken",  # CORRUPT
    13: "full",  # FULL
    14: "broken",  # CANTOPEN
    26: "broken",  # NOTADB
}


def failure_of(error: BaseException) -> Failure | None:
    """How the storage failed, or None when the error is about the data or the statement."""
    if not isinstance(error, DatabaseError):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _FAILURES.get(code & 0xFF)


def is_about_data(error: BaseException) -> bool:
    """Whether it is what was to be written that is wrong, so that other rows may still be right."""
    return isinstance(error, (IntegrityError, DataError)) or not isinstance(error, DatabaseError)
