"""Opening a data folder: make a new one, or check, upgrade and lock the one there is; never replace it silently."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ripeline.errors import DataProblem
from ripeline.paths import EXAMPLE_RULES
from ripeline.settings import Settings
from ripeline.store.copies import newest_copy, problems_of, sync_folder
from ripeline.store.database import Database, DatabaseError, checkpoint, require_sound_sqlite, transaction
from ripeline.store.lock import FolderLock
from ripeline.store.putting_back import finish, require_finished
from ripeline.store.sites import add_site
from ripeline.store.upgrading import create_schema, pending_steps, upgrade

#: Bytes up to which a database is read whole at the start (about 0.2 s); a larger one only where it is used.
_CHECKED_WHOLE: Final = 64 * 1024 * 1024
_HEADER: Final = b"SQLite format 3\x00"

_GLANCE: Final = "/* glance */ SELECT count(*) FROM sqlite_master"


@dataclass(frozen=True, slots=True)
class OpenedData:
    """A data folder that is ours until `close()`; `warnings` are sentences for `readyz` and the log."""

    database: Database
    secret: bytes = field(repr=False)
    is_new: bool
    warnings: tuple[str, ...]
    lock: FolderLock

    def close(self) -> None:
        """Call it when the writer has stopped: afterwards `ripeline.db` alone holds everything."""
        self.database.close()
        with suppress(DatabaseError), closing(self.database.writer()) as conn:
            checkpoint(conn)
        self.lock.release()


def open_data(settings: Settings, now: int | None = None) -> OpenedData:
    """Lock and open the data folder (`now` in ms, default the clock); it is made when there is none.

    A folder with neither `ripeline.db` nor `secret` is new: it gets both, the example `rules.toml` unless one is
    there, and one site. Raises `DataProblem`, whose sentence says the way out, for anything else that is amiss.
    """
    warning = require_sound_sqlite(settings.old_sqlite)
    now = time.time_ns() // 1_000_000 if now is None else now
    make_folder(settings.data)
    lock = FolderLock(settings.data)
    try:
        aside = finish(settings.data)
        is_new = not settings.database_file.exists()
        if is_new:
            _fill(settings, now)
        else:
            _require_sound(settings.database_file)
            upgrade(Database(settings.database_file), now)
        secret, remade = _secret(settings.secret_file, is_new)
    except BaseException:
        lock.release()
        raise
    restored = f"a restore that was cut short was finished; what was there before is in {aside}" if aside else ""
    warnings = tuple(text for text in (warning, remade, restored) if text)
    return OpenedData(Database(settings.database_file), secret, is_new, warnings, lock)


def open_beside(settings: Settings) -> Database:
    """The database of a folder that exists and is up to date, for a command beside a server that may be running.

    Raises `DataProblem` when there is none, or when the server must upgrade it first.
    """
    require_sound_sqlite(settings.old_sqlite)
    require_finished(settings.data)
    if not settings.database_file.exists():
        raise DataProblem(f"no database in {settings.data}; start `ripeline serve` once, or say --data")
    database = Database(settings.database_file)
    with database.read() as conn:
        if pending_steps(conn):
            raise DataProblem(f"{database.path} is of an older version; start `ripeline serve` to upgrade it")
    # A reader kept for next time would be the last to let go, and it cannot empty the WAL: a copy of the file
    # alone would then miss what the command did.
    database.close()
    return database


def make_folder(folder: Path) -> None:
    """The data folder, for its owner only; raises `DataProblem`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataProblem(f"the data folder {folder} cannot be made: {error.strerror}") from error


def _fill(settings: Settings, now: int) -> None:
    _require_unused(settings)
    if settings.rules is None and not settings.rules_file.exists():
        shutil.copyfile(EXAMPLE_RULES, settings.rules_file)
    # Under its own name only once it is whole: a first start that is killed is a first start again.
    path = settings.database_file
    draft = path.with_name(path.name + ".new")
    for leftover in path.parent.glob(draft.name + "*"):
        leftover.unlink()
    with closing(Database(draft).writer()) as conn:
        create_schema(conn)
        with transaction(conn):
            add_site(conn, secrets.token_urlsafe(9), "", now)
    # In a folder others may read, the people in it are still nobody else's to read.
    draft.chmod(0o600)
    draft.replace(path)
    sync_folder(path.parent)


def _require_unused(settings: Settings) -> None:
    log_file = settings.database_file.with_name(settings.database_file.name + "-wal")
    trace = next((path for path in (settings.secret_file, log_file) if path.exists()), None)
    if trace:
        raise DataProblem(
            f"{settings.database_file} is missing, but {trace.name} shows that this folder was in use. "
            f"{_way_back(settings.database_file)} To begin anew, use an empty folder."
        )


def _require_sound(path: Path) -> None:
    problem = _problem(path)
    if problem:
        raise DataProblem(f"{path} {problem}. Nothing was changed. {_way_back(path)}")


def _problem(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(len(_HEADER))
    if header != _HEADER:
        return "is not a SQLite database" if size else "is empty"
    try:
        with closing(Database(path).writer()) as conn:
            conn.execute(_GLANCE).fetchall()
            found = problems_of(conn, quick=True) if size <= _CHECKED_WHOLE else ""
    except DatabaseError as error:
        found = str(error)
    return f"is damaged ({found})" if found else ""


def _way_back(path: Path) -> str:
    copy = newest_copy(path.parent)
    return (
        f"To restore it: copy a backup{f' (the newest copy here is {copy})' if copy else ''} to {path}, "
        f"remove {path.name}-wal and {path.name}-shm if they are there, and start again."
    )


def _secret(path: Path, is_new: bool) -> tuple[bytes, str]:
    """The secret, made when there is none, and a warning when it should have been there."""
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = b""
    if len(secret) >= 32:
        return secret, ""
    made = secrets.token_hex(32).encode()
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)
    return made, "" if is_new else f"{path} was missing; with a new one, cookies and links signed before no longer hold"
