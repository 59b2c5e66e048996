"""Opening a data folder: make a new one, or check, upgrade and lock the one there is; never replace it silently."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ripeline.errors import DataProblem
from ripeline.paths import EXAMPLE_RULES
from ripeline.rules.reading import load_rules
from ripeline.sentences import N_
from ripeline.settings import Settings
from ripeline.store.copies import Tell, sync_to_disk, untold
from ripeline.store.damage import damage_of, log_file_of, way_back
from ripeline.store.database import Database, DatabaseError, checkpoint, require_sound_sqlite, transaction
from ripeline.store.failures import may_pass
from ripeline.store.lock import FolderLock
from ripeline.store.putting_back import finish, require_finished
from ripeline.store.sites import add_site
from ripeline.store.swept import ahead_of
from ripeline.store.upgrading import create_schema, pending_steps, upgrade

#: A secret that is shorter was cut off.
_SHORTEST_SECRET: Final = 32


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


def open_data(settings: Settings, now: int | None = None, tell: Tell = untold) -> OpenedData:
    """Lock and open the data folder (`now` in ms, default the clock); it is made when there is none.

    A folder with neither `ripeline.db` nor `secret` is new: it gets both, the example `rules.toml` unless one is
    there, and one site. `tell` hears what an upgrade is at. Raises `DataProblem`, whose sentence says the way out,
    for anything else that is amiss, and `InvalidRules` when a new folder is to have rules that are not right.
    """
    warning = require_sound_sqlite(settings.old_sqlite)
    now = time.time_ns() // 1_000_000 if now is None else now
    make_folder(settings.data)
    lock = FolderLock(settings.data)
    try:
        aside = finish(settings.data)
        is_new = not settings.database_file.exists()
        lost = "" if is_new or aside else _lost(settings.database_file, lock)
        ahead = ""
        if is_new:
            _fill(settings, now)
        else:
            _require_writable(settings.database_file)
            _require_sound(settings.database_file)
            ahead = _look_at(settings.database_file, now)
            upgrade(Database(settings.database_file), now, tell=tell)
        secret, remade = _secret(settings.secret_file, is_new)
        lock.note_open()
    except BaseException:
        lock.release()
        raise
    restored = _restored(aside) if aside else ""
    warnings = tuple(text for text in (warning, lost, ahead, remade, restored) if text)
    return OpenedData(Database(settings.database_file), secret, is_new, warnings, lock)


def open_beside(settings: Settings) -> Database:
    """The database of a folder that exists and is up to date, for a command beside a server that may be running.

    Raises `DataProblem` when there is none, or when the server must upgrade it first.
    """
    require_sound_sqlite(settings.old_sqlite)
    with as_its_user(settings.database_file):
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


@contextmanager
def as_its_user(path: Path) -> Iterator[None]:
    """What fails because this user may not touch the database at `path` raises `DataProblem`: it is not damaged."""
    try:
        yield
    except (DatabaseError, PermissionError) as error:
        for each, needed in ((path.parent, os.R_OK | os.W_OK | os.X_OK), (path, os.R_OK | os.W_OK)):
            if not os.access(each, needed):
                raise DataProblem(
                    f"{each} may not be read and written by this user; run this as the server's user"
                ) from error
        raise


def make_folder(folder: Path) -> None:
    """The data folder, for its owner only; raises `DataProblem`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataProblem(f"the data folder {folder} cannot be made: {error.strerror}") from error


def _fill(settings: Settings, now: int) -> None:
    _require_unused(settings)
    if settings.rules is not None:
        # Before anything is made: what is typed wrong is typed again, and that is a first start still.
        load_rules(settings.rules)
    elif not settings.rules_file.exists():
        _write_whole(settings.rules_file, EXAMPLE_RULES.read_bytes(), 0o644)
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
    sync_to_disk(path.parent)


def _require_unused(settings: Settings) -> None:
    traces = (settings.secret_file, log_file_of(settings.database_file))
    trace = next((path for path in traces if path.exists()), None)
    if trace:
        raise DataProblem(
            f"{settings.database_file} is missing, but {trace.name} shows that this folder was in use. "
            f"{way_back(settings.database_file)} To begin anew, use an empty folder."
        )


def _lost(path: Path, lock: FolderLock) -> str:
    """A database that was never closed has a log file beside it, unless somebody took it away or put another there."""
    log_file = log_file_of(path)
    if not lock.was_open or log_file.exists():
        return ""
    return N_(
        "the server was killed, and %(log_file)s is gone: unless a backup has taken the place of %(database)s since, "
        "what was written last is lost. If you have that file: stop, put it there, and start again",
        log_file=log_file,
        database=path.name,
    )


def _restored(aside: Path) -> str:
    return N_("a restore that was cut short was finished; what was there before is in %(aside)s", aside=aside)


def _require_writable(path: Path) -> None:
    """SQLite opens a file it may not write all the same, and makes others of that kind beside it."""
    for each in (path.parent, *(path.with_name(path.name + end) for end in ("", "-wal", "-shm"))):
        if each.exists() and not os.access(each, os.W_OK):
            raise DataProblem(f"{each} is read-only for this user. Nothing was changed.")


def _require_sound(path: Path) -> None:
    damage = damage_of(path)
    if damage:
        raise _damaged(path, damage)


def _damaged(path: Path, damage: str) -> DataProblem:
    return DataProblem(f"{path} {damage}. Nothing was changed. {way_back(path)}")


def _look_at(path: Path, now: int) -> str:
    """What to warn of in a database that is Ripeline's: until that is known it is only read."""
    try:
        with closing(Database(path)) as database, database.read() as conn:
            pending_steps(conn)
            return ahead_of(conn, now)
    except (DatabaseError, ValueError, OverflowError, OSError) as error:
        if may_pass(error):
            raise
        # Names that are no text, times that are no numbers: bits that changed where no check of SQLite's looks.
        raise _damaged(path, f"is damaged ({' '.join(str(error).split())})") from error


def _secret(path: Path, is_new: bool) -> tuple[bytes, str]:
    """The secret, made when there is none, and a warning when it should have been there."""
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = b""
    if len(secret) >= _SHORTEST_SECRET:
        return secret, ""
    made = secrets.token_hex(32).encode()
    _write_whole(path, made, 0o600)
    return made, "" if is_new else _remade(path, N_("damaged") if secret else N_("missing"))


def _remade(path: Path, how: str) -> str:
    return N_(
        "%(file)s was %(how)s; with a new one, cookies and links signed before no longer hold. If you have the old "
        "one, in a backup: stop, put it there, and start again",
        file=path,
        how=how,
    )


def _write_whole(path: Path, content: bytes, mode: int) -> None:
    """A file that has its name only once it is whole and on disk."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_to_disk(path.parent)
