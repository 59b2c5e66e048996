"""Bringing a database to the schema of this version: each step whole or not at all, after a copy of the file."""

from __future__ import annotations

import logging
from contextlib import closing
from functools import cache
from typing import Final

import sqlite_utils
from sqlite_utils import Migrations

from ripeline.errors import DataProblem
from ripeline.store.copies import Tell, copy_before, untold
from ripeline.store.database import Connection, Database, DatabaseError, open_memory
from ripeline.store.migrations import migrations

log = logging.getLogger(__name__)

_ANYTHING: Final = "/* anything */ SELECT 1 FROM sqlite_master LIMIT 1"
_RECORDED: Final = "/* recorded */ SELECT name FROM sqlite_master WHERE name = '_sqlite_migrations'"
_APPLIED: Final = "/* applied_migrations */ SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id"


def create_schema(conn: Connection) -> None:
    """Everything, in an empty database; raises `ValueError` when something is in it."""
    if conn.execute(_ANYTHING).fetchall():
        raise ValueError("the schema is made in an empty database only; this one has tables")
    _schema().backup(conn)


def apply_steps(conn: Connection, steps: Migrations = migrations) -> None:
    """What `pending_steps` names, each whole or not at all."""
    steps.apply(sqlite_utils.Database(conn, execute_plugins=False))


@cache
def _schema() -> Connection:
    """A database in memory with every step applied: twenty transactions that need no disk, made once a process."""
    conn = open_memory()
    apply_steps(conn)
    return conn


def pending_steps(conn: Connection, steps: Migrations = migrations) -> list[str]:
    """Names of the steps this database lacks; raises `DataProblem` when it is not ours or newer than we are."""
    if not conn.execute(_RECORDED).fetchall():
        raise DataProblem("this SQLite database was not made by Ripeline")
    applied = [name for (name,) in conn.execute(_APPLIED, (steps.name,)).fetchall()]
    ours = [step.name for step in steps.pending(sqlite_utils.Database(memory=True, execute_plugins=False))]
    unknown = [name for name in applied if name not in ours]
    if unknown:
        raise DataProblem(
            f"the database was used by a newer version of Ripeline (it has {unknown[0]!r}); start that version, "
            "or restore a copy made before the upgrade"
        )
    return [name for name in ours if name not in applied]


def upgrade(database: Database, now: int, steps: Migrations = migrations, tell: Tell = untold) -> list[str]:
    """Apply what is pending, after a verified copy (`now` in ms for its name); the names of the steps.

    Each step and the record of it are one transaction: killed anywhere, the database is as before or after it.
    `tell` hears what is being done, more often than anybody wants to read it.
    """
    with closing(database.writer()) as conn:
        pending = pending_steps(conn, steps)
        if not pending:
            return []
        copy = copy_before(database, pending[0], now, tell)
        log.warning("upgrading the database: %s; a copy is at %s", ", ".join(pending), copy)
        tell("the database is being brought to this version")
        try:
            apply_steps(conn, steps)
        except DatabaseError as error:
            raise DataProblem(f"the upgrade failed ({error}); the database as it was is at {copy}") from error
    return pending
