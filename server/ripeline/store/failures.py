"""What a failed read or write means for the next one: try again later, or stop before more is promised."""

from __future__ import annotations

from typing import Final, Literal

from ripeline.errors import LogRefused
from ripeline.sentences import N_
from ripeline.store.database import DatabaseError, DataError, IntegrityError
from ripeline.store.failed_syncs import SYNC_FAILED, failed_sync, listen

#: "full", "busy" and "failed" left nothing half done and may pass; after "broken" the disk's state is unknown.
Failure = Literal["full", "busy", "failed", "broken"]

#: Seconds; nobody makes room on a disk sooner.
_RETRY_AFTER: Final = 5
_IOERR: Final = 10
# SQLite's primary result codes.
_FAILURES: Final[dict[int, Failure]] = {
    5: "busy",  # BUSY
    6: "busy",  # LOCKED
    7: "busy",  # NOMEM
    8: "broken",  # READONLY
    _IOERR: "failed",
    11: "broken",  # CORRUPT
    13: "full",  # FULL
    14: "broken",  # CANTOPEN
    26: "broken",  # NOTADB
}

#: What the driver says without a code, when it copies a database.
_CODELESS: Final = {"database or disk is full": 13, "disk I/O error": _IOERR}


def failure_of(error: BaseException) -> Failure | None:
    """How the storage failed, or None when the error is about the data or the statement."""
    if not isinstance(error, DatabaseError):
        return None
    code = getattr(error, "sqlite_errorcode", None) or _CODELESS.get(str(error))
    if code is None:
        return None
    return "broken" if code & 0xFF == _IOERR and _may_be_sync(code) else _FAILURES.get(code & 0xFF)


def _may_be_sync(code: int) -> bool:
    """Whether a failed sync may be behind an IOERR: then a later one that succeeds proves nothing.

    The kernel has dropped the pages it could not write, and says so once.
    """
    is_told_apart = code != _IOERR or listen()
    return code in SYNC_FAILED or bool(failed_sync()) or not is_told_apart


def may_pass(error: BaseException) -> bool:
    """Whether the storage failed in a way that leaves nothing half done and may be over soon."""
    return failure_of(error) in ("full", "busy", "failed")


def refusal_of(error: BaseException) -> LogRefused:
    """What those are told whose write failed."""
    full, unwritten = N_("the disk is full"), N_("the database cannot be written: %(why)s", why=error)
    return LogRefused(full if failure_of(error) == "full" else unwritten, _RETRY_AFTER)


def sentence_of(error: BaseException) -> str:
    """What a command ends with that the storage failed; "" when the error is about something else."""
    failure = failure_of(error)
    if failure is None:
        return ""
    return (
        "the disk is full; make room, and try again" if failure == "full" else f"the database cannot be used: {error}"
    )


def is_about_data(error: BaseException) -> bool:
    """Whether it is what was to be written that is wrong, so that other rows may still be right."""
    return isinstance(error, (IntegrityError, DataError)) or not isinstance(error, DatabaseError)
