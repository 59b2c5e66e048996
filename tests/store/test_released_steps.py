"""Steps that databases out there have taken already are never edited, renamed, moved or removed: only added to."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
import sqlite_utils
from sqlite_utils import Migrations

from ripeline.store.database import Connection, open_memory
from ripeline.store.migrations import migrations

#: A line a step, in their order: the hash of its SQL, and its name. Lines are only ever added.
LIST: Final = Path(__file__).with_name("released_steps.txt")


class Listening(sqlite_utils.Database):
    """Notes what a step says to it, and does it."""

    def __init__(self, conn: Connection) -> None:
        self.said: list[str] = []
        super().__init__(conn, execute_plugins=False)
        self.said.clear()

    def execute(self, sql: str, *bound: Any) -> Any:
        self.said.append(f"{sql} {bound or ''}")
        return super().execute(sql, *bound)

    def executescript(self, sql: str) -> Any:
        self.said.append(sql)
        return super().executescript(sql)


def lines_of(steps: Migrations) -> list[str]:
    """What the list says of steps: each is run after those before it, and the statements it gives are hashed."""
    lines = []
    with closing(open_memory()) as conn:
        for step in steps.pending(sqlite_utils.Database(conn, execute_plugins=False)):
            db = Listening(conn)
            step.fn(db)
            statements = " ".join("\n".join(db.said).split())
            lines.append(f"{sha256(statements.encode()).hexdigest()[:16]} {step.name}")
    return lines


def test_steps_are_only_ever_added() -> None:
    listed, ours = LIST.read_text("utf-8").split("\n")[:-1], lines_of(migrations)
    assert ours[: len(listed)] == listed, "a step that was released is not as it was: put it back, and append another"
    assert ours[len(listed) :] == [], f"append these lines to {LIST.name}"


def test_every_step_runs_inside_a_transaction() -> None:
    """One that does not could be killed half-way."""
    assert all(step.transactional for step in migrations.pending(sqlite_utils.Database(memory=True)))


def _made(sql: str = "CREATE TABLE a (b TEXT) STRICT", name: str = "first") -> Migrations:
    steps = Migrations("ripeline")
    steps(name=name)(lambda db: db.executescript(sql))
    return steps


@pytest.mark.parametrize("changed", [_made("CREATE TABLE a (b INTEGER) STRICT"), _made(name="other")])
def test_a_change_would_be_seen(changed: Migrations) -> None:
    assert lines_of(_made()) == lines_of(_made("CREATE   TABLE a\n(b TEXT) STRICT")) != lines_of(changed)
