"""Upgrades: a verified copy first, each step whole or not at all."""

from __future__ import annotations

from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
import sqlite_utils
from sqlite_utils import Migrations
from tests.faults.forked import killed_at

from ripeline.errors import DataProblem
from ripeline.settings import Settings
from ripeline.store.copies import FOLDER, KEPT, copy_before, copy_database, newest_copy, problems_of
from ripeline.store.database import Connection, Database, open_file
from ripeline.store.opening import open_beside, open_data
from ripeline.store.upgrading import apply_steps, create_schema, pending_steps, upgrade

NOW = 1_795_284_000_000
HOUR = 3_600_000


def _first(db: sqlite_utils.Database) -> None:
    db.executescript("CREATE TABLE notes (text TEXT) STRICT; INSERT INTO notes VALUES ('kept');")


def _second(db: sqlite_utils.Database) -> None:
    db.executescript(
        "CREATE TABLE more (a TEXT) STRICT; INSERT INTO notes VALUES ('two'); ALTER TABLE notes ADD b TEXT;"
    )


def _fails(db: sqlite_utils.Database) -> None:
    db.executescript("CREATE TABLE third (a TEXT) STRICT; DELETE FROM notes; INSERT INTO nowhere VALUES (1);")


def _steps(*functions: object) -> Migrations:
    steps = Migrations("ripeline")
    for function in functions:
        steps()(function)  # type: ignore[type-var]
    return steps


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "ripeline.db")
    with closing(database.writer()) as conn:
        apply_steps(conn, _steps(_first))
    return database


def _notes(conn: Connection) -> list[str]:
    return [text for (text,) in conn.execute("SELECT text FROM notes").fetchall()]


def _tables(conn: Connection) -> set[str]:
    return {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()}


def test_a_pending_step_is_applied_after_a_copy_of_the_file(database: Database) -> None:
    assert upgrade(database, NOW, _steps(_first, _second)) == ["_second"]
    with database.read() as conn:
        assert _notes(conn) == ["kept", "two"]
    copy = newest_copy(database.path.parent)
    assert copy is not None
    assert copy.name == "ripeline-20261121T180000Z-before-_second.db"
    with closing(open_file(copy)) as conn:
        assert _notes(conn) == ["kept"]


def test_an_up_to_date_database_is_not_copied(database: Database) -> None:
    assert upgrade(database, NOW, _steps(_first)) == []
    assert newest_copy(database.path.parent) is None


def test_a_failing_step_leaves_nothing_of_itself(database: Database) -> None:
    with pytest.raises(DataProblem, match=r"the upgrade failed .* the database as it was is at"):
        upgrade(database, NOW, _steps(_first, _second, _fails))
    with database.read() as conn:
        assert _notes(conn) == ["kept", "two"]
        assert "third" not in _tables(conn)
        assert pending_steps(conn, _steps(_first, _second, _fails)) == ["_fails"]


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    upgrade(database, NOW, _steps(_first, _second))
    with pytest.raises(DataProblem, match="newer version"):
        upgrade(database, NOW, _steps(_first))


def test_the_last_few_copies_are_kept(database: Database) -> None:
    made = [copy_before(database, "a-change", NOW + n * HOUR) for n in range(5)]
    folder = database.path.parent / FOLDER
    assert sorted(folder.iterdir()) == made[-KEPT:]
    assert newest_copy(database.path.parent) == made[-1]


def test_a_copy_that_was_killed_is_swept_and_never_counted(database: Database) -> None:
    folder = database.path.parent / FOLDER
    folder.mkdir()
    (folder / "ripeline-20990101T000000Z-before-x.db.part").write_bytes(b"half")
    assert newest_copy(database.path.parent) is None
    assert list(folder.iterdir()) != [copy_before(database, "x", NOW)] != []
    assert [path.suffix for path in folder.iterdir()] == [".db"]


def test_a_copy_holds_what_is_still_in_the_log_file(database: Database, tmp_path: Path) -> None:
    with closing(database.writer()) as conn:
        conn.execute("INSERT INTO notes VALUES ('in the log')")
        copy_database(conn, tmp_path / "copy.db")
    with closing(open_file(tmp_path / "copy.db")) as copy:
        assert _notes(copy) == ["kept", "in the log"]
        assert problems_of(copy) == ""


def test_a_copy_is_of_one_moment_and_says_how_far_it_is(database: Database, tmp_path: Path) -> None:
    said: list[str] = []
    with closing(database.writer()) as conn, closing(database.writer()) as other:
        conn.executemany("INSERT INTO notes VALUES (?)", [("x" * 4_000,) for _ in range(9_000)])

        def commit_and_note(sentence: str) -> None:
            other.execute("INSERT INTO notes VALUES ('later')")
            said.append(sentence)

        copy_database(conn, tmp_path / "copy.db", commit_and_note)
    assert len(said) >= 4
    assert said[-1].startswith("the copy of the database is being checked: ")
    assert all(each.startswith("the database is being copied: ") for each in said[:-1])
    with closing(open_file(tmp_path / "copy.db")) as copy:
        assert len(_notes(copy)) == 9_001
        assert "later" not in _notes(copy)
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_damaged_database_is_not_copied_as_if_it_were_whole(database: Database, tmp_path: Path) -> None:
    with closing(database.writer()) as conn:
        conn.executemany("INSERT INTO notes VALUES (?)", [("x" * 1_000,) for _ in range(100)])
    whole = bytearray(database.path.read_bytes())
    whole[-4_096:] = b"\x00" * 4_096
    database.path.write_bytes(whole)
    with closing(database.writer()) as conn, pytest.raises(DataProblem, match="damaged"):
        copy_database(conn, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


def test_our_own_steps_are_all_applied_to_a_new_database(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "ripeline.db").writer()) as conn:
        create_schema(conn)
        assert pending_steps(conn) == []


def test_the_schema_is_never_made_over_what_is_there(database: Database) -> None:
    with closing(database.writer()) as conn:
        before = _tables(conn)
        with pytest.raises(ValueError, match="empty database"):
            create_schema(conn)
        assert _tables(conn) == before


def test_commands_do_not_upgrade(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    open_data(settings, NOW).close()
    with closing(Database(settings.database_file).writer()) as conn:
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'the_projection'")
    with pytest.raises(DataProblem, match="older version"):
        open_beside(settings)


def _applied(conn: Connection) -> list[str]:
    if "_sqlite_migrations" not in _tables(conn):
        return []
    return [name for (name,) in conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()]


def test_a_killed_upgrade_is_of_the_old_or_the_new_version(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "whole.db").writer()) as conn:
        create_schema(conn)
        whole, names = _tables(conn), _applied(conn)
    for statement in count(1, 8):
        path = tmp_path / f"{statement}.db"
        if not killed_at(statement, path, apply_steps):
            break
        with closing(Database(path).writer()) as conn:
            assert problems_of(conn) == ""
            tables, applied = _tables(conn), _applied(conn)
            assert applied == names[: len(applied)]
            assert ("events" in tables) == ("meta" in tables) == ("the_log" in applied)
            assert ("ledger" in tables) == ("scores" in tables) == ("the_projection" in applied)
            apply_steps(conn)
            assert _tables(conn) == whole
    assert statement > 3 * len(names)
