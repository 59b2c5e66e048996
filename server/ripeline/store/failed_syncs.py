"""Whether the disk has failed to keep what it was told to keep: only SQLite's own log says so.

The driver gives one code, IOERR, for a read, a write and a sync that failed, and SQLite itself says nothing to anybody
of a sync that fails while it moves the log file (WAL) into the database after a commit.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Final

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # see database.py

#: SQLite's extended result codes: FSYNC of a file, DIR_FSYNC of its folder.
SYNC_FAILED: Final = frozenset({1034, 1290})

_CONFIG_LOG: Final = 16
_Hear: Final = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)

#: The driver's part in C, which holds SQLite or leads to it.
_DRIVER: Final = "_sqlite3" if sqlite3.__name__ == "sqlite3" else f"{sqlite3.__name__}._sqlite3"

_heard: list[str] = []


def _hear(_: int | None, code: int, text: bytes) -> None:
    if code in SYNC_FAILED:
        _heard.append(text.decode("utf-8", "replace").strip(" -"))


#: What SQLite calls must stay where it is.
_hearing: Final = _Hear(_hear)


@cache
def listen() -> bool:
    """Hear of syncs that fail from now on, in the whole process; whether this build of SQLite lets us."""
    try:
        library = ctypes.CDLL(sys.modules[_DRIVER].__file__)
        # The rest of its arguments are variadic, which some processors pass in another way.
        library.sqlite3_config.argtypes = [ctypes.c_int]
        return bool(library.sqlite3_config(_CONFIG_LOG, _hearing, ctypes.c_void_p()) == 0)
    except (KeyError, OSError, AttributeError):
        return False


def failed_sync() -> str:
    """What SQLite said of the first sync that failed since the first `listen()`; "" when none did."""
    return _heard[0] if _heard else ""
