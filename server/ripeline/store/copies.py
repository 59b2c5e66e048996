"""Verified copies of the database file: made whole or not at all, the last few kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ripeline.errors import DataProblem
from ripeline.store.database import Connection, Database, DatabaseError, open_file

FOLDER: Final = "copies"
KEPT: Final = 3

#: Nobody goes back so far; whoever was erased meanwhile is in the copy as they were.
KEPT_MS: Final = 30 * 86_400_000

#: Steps of SQLite between two looks at how far a copy has come.
_PROGRESS_EVERY: Final = 500_000
#: Pages copied between two such looks.
_PAGES_AT_ONCE: Final = 4_096
_GB: Final = 1e9

Tell = Callable[[str], None]


def untold(sentence: str) -> None:
    """For whom nobody waits."""


def copy_database(source: Connection, target: Path, tell: Tell = untold) -> None:
    """Write a copy of the whole database to `target`; under that name it is only ever complete and checked.

    Safe beside a server that writes. `tell` hears how far it is. Raises `DataProblem` when there is no room or the
    copy is damaged.
    """
    part = target.with_name(target.name + ".part")
    try:
        drop_file(part)
        size = _require_room(source, target)
        part.touch(mode=0o600)
        with closing(open_file(part)) as copy:
            gb = size / _GB
            _copy_pages(
                source, copy, lambda done: tell(f"the database is being copied: {done * gb:.1f} of {gb:.1f} GB")
            )
            tell(f"the copy of the database is being checked: {gb:.1f} GB")
            # What the full check reads twice over, each index beside its table, is copied as it is.
            problems = problems_of(copy, quick=True)
        if not problems:
            _put_in_place(part, target)
    except (DatabaseError, OSError) as error:
        drop_file(part)
        why = error.strerror if isinstance(error, OSError) else error
        raise DataProblem(f"the database cannot be copied to {target}: {why}") from error
    if problems:
        drop_file(part)
        raise DataProblem(f"the copy of the database is damaged ({problems}), and so perhaps is the database")


def _require_room(source: Connection, target: Path) -> int:
    """How many bytes the copy will have."""
    ((pages,), (page_size,)) = (source.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size"))
    size, free = pages * page_size, shutil.disk_usage(target.parent).free
    if size > free:
        raise DataProblem(
            f"the database cannot be copied to {target}: that needs {size / _GB:.3f} GB, and {free / _GB:.3f} are "
            "free. Make room (older copies beside it may go), and try again; nothing was changed"
        )
    return int(size)


def _copy_pages(source: Connection, copy: Connection, progress: Callable[[float], None]) -> None:
    """As the source is at this moment, a piece at a time; `progress` hears which part of it is done."""
    source.execute("BEGIN")
    try:
        # Others may commit between two pieces: a copy of what was there before goes on, another would begin anew.
        source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        source.backup(copy, pages=_PAGES_AT_ONCE, progress=lambda _, left, total: progress(1 - left / max(1, total)))
    finally:
        source.execute("ROLLBACK")


def drop_file(file: Path) -> None:
    """Remove a database nobody has open, with what SQLite may have left beside it."""
    for end in ("", "-journal", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)


def write_anew(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Write the database as it is at this moment into a new file, without what was deleted in it, and check that.

    Safe beside a server that writes. `progress` hears of bytes. Raises `DataProblem` when there is no room, or the
    file is damaged.
    """
    total = source.stat().st_size
    try:
        with closing(open_file(source)) as conn:
            conn.set_progress_handler(lambda: progress(_size(target), total), _PROGRESS_EVERY)
            conn.execute("VACUUM INTO ?", (str(target),))
        with closing(open_file(target)) as copy:
            problems = problems_of(copy)
    except DatabaseError as error:
        raise DataProblem(f"the database cannot be copied to {target}: {error}") from error
    if problems:
        raise DataProblem(f"the copy of the database is damaged ({problems}), and so perhaps is the database")


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def problems_of(conn: Connection, *, quick: bool = False) -> str:
    """The first thing wrong with a database, "" when it is whole; `quick` leaves indexes and uniqueness out."""
    (found,) = conn.execute(f"PRAGMA {'quick' if quick else 'integrity'}_check(1)").fetchone()
    # The first line may be a heading: "*** in database main ***".
    lines = [line for line in str(found).splitlines() if not line.startswith("***")]
    return "" if found == "ok" else (lines or [str(found)])[0]


def copy_before(database: Database, change: str, now: int, tell: Tell = untold) -> Path:
    """Copy the database into its folder of copies before a change (a word for the name; `now` in ms); keeps three."""
    folder = database.path.parent / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for leftover in folder.glob("*.part*"):
        leftover.unlink()
    target = folder / f"ripeline-{_stamp(now)}-before-{change}.db"
    with closing(database.writer()) as conn:
        copy_database(conn, target, tell)
    for old in sorted(folder.glob("ripeline-*.db"))[:-KEPT]:
        old.unlink()
    return target


def drop_old_copies(folder: Path, now: int) -> int:
    """Remove the copies of a data folder that were made too long before `now` (ms); how many."""
    oldest = _stamp(now - KEPT_MS)
    old = [copy for copy in (folder / FOLDER).glob("ripeline-*.db") if copy.name.split("-")[1] < oldest]
    for copy in old:
        copy.unlink(missing_ok=True)
    return len(old)


def newest_copy(folder: Path) -> Path | None:
    """The copy made last in a data folder, None when there is none."""
    return max((folder / FOLDER).glob("ripeline-*.db"), default=None)


def _stamp(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _put_in_place(part: Path, target: Path) -> None:
    sync_to_disk(part)
    part.replace(target)
    sync_to_disk(target.parent)


def sync_to_disk(path: Path) -> None:
    """Make a file lasting, or the names in a folder: both are needed for a file that was renamed."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
