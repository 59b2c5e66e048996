"""APSW as the product's driver, in a process of its own: what `sqlite3` offers and Ripeline uses, and no more.

`put_in_front()` comes before anything of Ripeline or sqlite-utils is imported. APSW brings its own SQLite.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial, wraps
from types import ModuleType
from typing import Any, Final, NoReturn, ParamSpec, TypeVar

import apsw

P = ParamSpec("P")
T = TypeVar("T")


class Error(Exception):
    sqlite_errorcode: int


class DatabaseError(Error): ...


class DataError(DatabaseError): ...


class IntegrityError(DatabaseError): ...


class NotSupportedError(DatabaseError): ...


class OperationalError(DatabaseError): ...


class ProgrammingError(DatabaseError): ...


#: Those of the driver; what is in none of them is an OperationalError.
_KINDS: Final = (
    ((apsw.ConstraintError, apsw.MismatchError), IntegrityError),
    ((apsw.TooBigError,), DataError),
    ((apsw.CorruptError, apsw.NotADBError), DatabaseError),
    ((apsw.MisuseError, apsw.ConnectionClosedError, apsw.BindingsError), ProgrammingError),
)


def _told(work: Callable[P, T]) -> Callable[P, T]:
    """An error of APSW as the driver's own, with SQLite's extended code."""

    @wraps(work)
    def told(*given: P.args, **named: P.kwargs) -> T:
        try:
            return work(*given, **named)
        except apsw.Error as error:
            _raise(error)

    return told


def _raise(error: apsw.Error) -> NoReturn:
    kind = next((ours for theirs, ours in _KINDS if isinstance(error, theirs)), OperationalError)
    raised = kind(str(error).partition(": ")[2] or str(error))
    raised.sqlite_errorcode = getattr(error, "extendedresult", 1)
    raise raised from error


def _look(names: list[str], cursor: apsw.Cursor, *_: object) -> bool:
    """Before a statement begins: one without rows is over when `execute` returns, and says nothing more."""
    names[:] = [name for name, *_ in cursor.get_description()]
    return True


class Cursor:
    """Statements one after another, and the rows of the last; `rowcount` is -1 for one that only reads."""

    def __init__(self, connection: Connection) -> None:
        self.rowcount = -1
        self._connection = connection
        self._cursor = connection.db.cursor()
        self._names: list[str] = []
        # By a function that holds nothing of us: a cursor nobody wants any more is to let go of its table at once.
        self._cursor.exec_trace = partial(_look, self._names)

    @property
    def description(self) -> tuple[tuple[Any, ...], ...] | None:
        return tuple((name, *[None] * 6) for name in self._names) or None

    @_told
    def execute(self, sql: str, bound: Any = ()) -> Cursor:
        self._cursor.execute(self._connection.before(sql), bound)
        self.rowcount = -1 if self._names else self._connection.db.changes()
        return self

    @_told
    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        self._cursor.executemany(sql, rows)
        return self

    @property
    def lastrowid(self) -> int:
        return self._connection.db.last_insert_rowid()

    @_told
    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    @_told
    def fetchall(self) -> list[Any]:
        return list(self._cursor.fetchall())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def close(self) -> None:
        self._cursor.close()


class Connection:
    """A connection that commits when told to (`isolation_level=None` is all Ripeline uses)."""

    isolation_level = None
    row_factory = None

    @_told
    def __init__(self, path: object, uri: bool = False, **_: object) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        self.db = apsw.Connection(str(path), flags=flags | (apsw.SQLITE_OPEN_URI if uri else 0))

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, sql: str, bound: Any = ()) -> Cursor:
        return self.cursor().execute(sql, bound)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        return self.cursor().executemany(sql, rows)

    @staticmethod
    def before(sql: str) -> str:
        """What is executed instead; a test may put another one here."""
        return sql

    @property
    def in_transaction(self) -> bool:
        return bool(self.db.in_transaction)

    @property
    def total_changes(self) -> int:
        return self.db.total_changes()

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def _end(self, how: str) -> None:
        if self.in_transaction:
            self.execute(how)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._end("ROLLBACK" if kind else "COMMIT")

    def create_function(self, name: str, count: int, function: Any, deterministic: bool = False) -> None:
        self.db.create_scalar_function(name, function, count, deterministic=deterministic)

    @_told
    def backup(self, target: Connection) -> None:
        with target.db.backup("main", self.db, "main") as backup:
            while not backup.done:
                backup.step()

    def close(self) -> None:
        # Like the driver: a lock that cannot be had for a last checkpoint is no error.
        with suppress(apsw.IOError):
            self.db.close()


def put_in_front() -> None:
    """From now on `import pysqlite3`, which sqlite-utils tries first, gives this."""
    front, dbapi2 = ModuleType("pysqlite3"), ModuleType("pysqlite3.dbapi2")
    version = apsw.sqlite_lib_version()
    for module in (front, dbapi2):
        names = {
            "connect": Connection,
            "sqlite_version": version,
            "sqlite_version_info": tuple(map(int, version.split("."))),
            "complete_statement": apsw.complete,
            "dbapi2": dbapi2,
        }
        kinds = (Connection, Cursor, Error, DatabaseError, DataError, IntegrityError, NotSupportedError)
        names |= {kind.__name__: kind for kind in (*kinds, OperationalError, ProgrammingError)}
        vars(module).update(names)
        sys.modules[module.__name__] = module
