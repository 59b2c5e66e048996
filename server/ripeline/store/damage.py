"""What harm may have come to a database file while nobody was looking, told before anything is done with it."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path
from typing import Final

from ripeline.store.copies import newest_copy, problems_of
from ripeline.store.database import Database, DatabaseError

#: Bytes up to which a database is read whole at the start (about 0.2 s); a larger one only where it is used.
_CHECKED_WHOLE: Final = 64 * 1024 * 1024
_HEADER_BYTES: Final = 100
MAGIC: Final = b"SQLite format 3\x00"

_GLANCE: Final = "/* glance */ SELECT count(*) FROM sqlite_master"


def log_file_of(path: Path) -> Path:
    """The log file (WAL) of a database: what was written last is there, until it is closed."""
    return path.with_name(path.name + "-wal")


def damage_of(path: Path) -> str:
    """What is wrong with a database file, as the end of a sentence about it; "" when nothing is seen to be."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header.startswith(MAGIC):
        return "is not a SQLite database" if header else "is empty"
    if _lost_its_log(path):
        log_file = log_file_of(path).name
        return f"was in use when its newest part, {log_file}, was taken away; put {log_file} back"
    if _is_cut_short(path, header):
        return "is damaged (its end is missing)"
    return _found_inside(path)


def way_back(path: Path) -> str:
    """What to do about it, in a sentence that can be followed to the letter."""
    folder, copy = shlex.quote(str(path.parent)), newest_copy(path.parent)
    by_hand = (
        f" Without a backup: copy the newest copy here, {copy}, to {path}, remove {path.name}-wal and {path.name}-shm "
        "if they are there, and start again."
    )
    return f"To go back to a backup: `ripeline restore FILE --data {folder}`.{by_hand if copy else ''}"


def _lost_its_log(path: Path) -> bool:
    # SQLite makes the log file before its index, and removes it after.
    return path.with_name(path.name + "-shm").exists() and not log_file_of(path).exists()


def _is_cut_short(path: Path, header: bytes) -> bool:
    """Whether there is less of it than it says; with a log file the rest may be in there."""
    log_file = log_file_of(path)
    if log_file.exists() and log_file.stat().st_size:
        return False
    page, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    # 1 stands for 65 536, which two bytes cannot hold.
    return path.stat().st_size < pages * (65_536 if page == 1 else page)


def _found_inside(path: Path) -> str:
    # For reading only: it may be another program's.
    database = Database(path)
    try:
        with closing(database), database.read() as conn:
            conn.execute(_GLANCE).fetchall()
            found = problems_of(conn, quick=True) if path.stat().st_size <= _CHECKED_WHOLE else ""
    except (DatabaseError, UnicodeDecodeError) as error:
        # What SQLite quotes of a damaged schema may be no text any more, or several lines of it.
        found = " ".join(str(error).split())
    return f"is damaged ({found})" if found else ""
