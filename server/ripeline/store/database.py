"""Connections: the one that writes, read-only ones opened per use, and the gate on SQLite's version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

# Two SQLite libraries in one process drop each other's locks: sqlite-utils chooses one (pysqlite3 where it
# is installed), and everybody takes that one from here.
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # imported there, not exported

from ripeline.errors import DataProblem
from ripeline.sentences import N_
from ripeline.store.failed_syncs import listen

Connection = sqlite3.Connection
DatabaseError = sqlite3.DatabaseError
DataError = sqlite3.DataError
IntegrityError = sqlite3.IntegrityError
OperationalError = sqlite3.OperationalError

#: The first release without the WAL-reset bug, which can lose committed transactions.
SOUND_SQLITE: Final = (3, 51, 3)

_BUSY_MS: Final = 5_000
#: Nobody is kept waiting longer for readers to leave.
_WIPE_MS: Final = 50
#: A file of so many bytes is written anew in less than a second.
_SOON_WRITTEN: Final = 64 * 1024 * 1024
_WAL_BYTES: Final = 64 * 1024 * 1024
# A commit beyond this many WAL pages does the checkpoint itself; the worker does it before, while nobody waits.
_WAL_PAGES: Final = 16_000
_WRITER_CACHE_KIB: Final = 20_000
_READER_CACHE_KIB: Final = 4_000
_READERS: Final = 4


class Database:
    """One database file: `read()` as often as you like, `writer()` once a process, `close()` at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # An absolute path: a later chdir must not lead to another file.
        self._read_uri = f"file:{quote(str(path.absolute()))}?mode=ro"
        # Reading the schema and compiling a statement costs 0.5 ms: a few connections are used again.
        self._idle: list[Connection] = []
        self._most_idle = _READERS

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only connection that sees one moment of the database until the block ends.

        Keep the block short and fetchall inside: an open one keeps the log file (WAL) from being reused.
        """
        conn = self._reader()
        failed = False
        try:
            conn.execute("BEGIN")
            yield conn
        except DatabaseError:
            failed = True
            raise
        finally:
            self._give_back(conn, failed)

    def _give_back(self, conn: Connection, failed: bool) -> None:
        if failed or len(self._idle) >= self._most_idle:
            conn.close()
        else:
            conn.rollback()
            self._idle.append(conn)

    def _reader(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            conn = sqlite3.connect(self._read_uri, uri=True, isolation_level=None, check_same_thread=False)
            conn.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            conn.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")
            conn.execute("PRAGMA query_only = ON")
            return conn

    def close(self) -> None:
        """Let go of the file, everything in it: the last connection that closes empties the WAL."""
        self._most_idle = 0
        while self._idle:
            self._idle.pop().close()

    def writer(self) -> Connection:
        """The connection that writes; a commit on it is on disk when it returns (WAL, synchronous=FULL).

        It may be handed to another thread, but is used by one at a time. Raises `DatabaseError`.
        """
        listen()
        conn = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=256)
        try:
            conn.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA synchronous = FULL")
            conn.execute("PRAGMA foreign_keys = ON")
            # What is deleted or replaced is overwritten, so that an erasure finds no older copy of what it erases.
            conn.execute("PRAGMA secure_delete = ON").fetchall()
            conn.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
            conn.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
            conn.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        except BaseException:
            conn.close()
            raise
        return conn


def open_file(path: Path) -> Connection:
    """A plain connection to a file of its own that nobody else has open: a copy, a backup."""
    return sqlite3.connect(path, isolation_level=None)


def open_memory() -> Connection:
    """A database that is in no file and ends with the connection; any thread may use it."""
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


@contextmanager
def transaction(conn: Connection) -> Iterator[Connection]:
    """One transaction: committed when the block ends, rolled back when it raises.

    IMMEDIATE, because a read that turns into a write fails at once with "database is locked", whatever the timeout.
    """
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield conn
        conn.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled back by itself, and a failed COMMIT leaves the transaction open.
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def checkpoint(conn: Connection) -> None:
    """Move what the log file (WAL) holds into the database file, as far as readers allow."""
    conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def write_nothing(conn: Connection) -> None:
    """A commit that changes nothing and is on disk when this returns; raises what any other would."""
    with transaction(conn):
        # Its page is written whether the number changes or not.
        conn.execute("PRAGMA user_version = 0")


def wipe_log_file(conn: Connection) -> bool:
    """Empty the log file (WAL), so that nothing erased is left in it; whether no reader was in the way."""
    conn.execute(f"PRAGMA busy_timeout = {_WIPE_MS}")
    try:
        (busy, _, _) = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        conn.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    return not busy


def rewrite_small_file(conn: Connection) -> bool:
    """Write the whole file anew, if that is soon done; whether it was.

    Pages that were split, and the text search, may hold pieces of erased rows where nothing is stored.
    """
    ((pages,), (size,)) = (conn.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size"))
    if pages * size > _SOON_WRITTEN:
        return False
    rewrite_file(conn)
    return True


def rewrite_file(conn: Connection) -> None:
    """Write the whole file anew, however large it is: nothing erased is left in it."""
    conn.execute("INSERT INTO leads_search (leads_search) VALUES ('optimize')")
    conn.execute("VACUUM")


def foreign_commits(conn: Connection) -> int:
    """A number that changes when another connection has committed something; our own commits do not count."""
    (version,) = conn.execute("PRAGMA data_version").fetchone()
    return int(version)


def file_of(conn: Connection) -> Path:
    """The file a connection is on."""
    return Path(next(file for _, name, file in conn.execute("PRAGMA database_list").fetchall() if name == "main"))


def sqlite_version() -> str:
    """The release of the SQLite library in use, like `3.53.0`."""
    return str(sqlite3.sqlite_version)


def require_sound_sqlite(old_accepted: bool) -> str:
    """ "" when SQLite is new enough; a warning when it is not but is accepted; raises `DataProblem` otherwise."""
    if sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return ""
    needed = ".".join(str(part) for part in SOUND_SQLITE)
    found = sqlite3.sqlite_version
    if old_accepted:
        return N_(
            "SQLite %(found)s may lose committed events; %(needed)s or newer does not", found=found, needed=needed
        )
    raise DataProblem(
        f"SQLite {found} may lose committed events (its WAL-reset bug); install SQLite {needed} or newer, "
        "or the pysqlite3 package; RIPELINE_OLD_SQLITE=1 accepts the risk"
    )
