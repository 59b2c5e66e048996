"""Connections: durable to write, harmless to read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ripeline.errors import DataProblem
from ripeline.store import database as database_module
from ripeline.store.database import (
    Connection,
    Database,
    OperationalError,
    foreign_commits,
    require_sound_sqlite,
    transaction,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "a folder?#" / "ripeline.db")
    database.path.parent.mkdir()
    yield database
    database.close()


@pytest.fixture
def writer(database: Database) -> Iterator[Connection]:
    conn = database.writer()
    conn.execute("CREATE TABLE notes (text TEXT) STRICT")
    yield conn
    conn.close()


def _notes(conn: Connection) -> list[str]:
    return [text for (text,) in conn.execute("SELECT text FROM notes").fetchall()]


def test_a_commit_of_the_writer_is_on_disk_when_it_returns(writer: Connection) -> None:
    assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writer.execute("PRAGMA synchronous").fetchone() == (2,)
    assert writer.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_reader_cannot_write(database: Database, writer: Connection) -> None:
    with database.read() as reader, pytest.raises(OperationalError, match="readonly"):
        reader.execute("INSERT INTO notes VALUES ('mine')")


def test_a_reader_sees_one_moment_until_its_block_ends(database: Database, writer: Connection) -> None:
    with database.read() as reader:
        assert _notes(reader) == []
        writer.execute("INSERT INTO notes VALUES ('later')")
        assert _notes(reader) == []
    with database.read() as reader:
        assert _notes(reader) == ["later"]


def test_readers_may_overlap(database: Database, writer: Connection) -> None:
    with database.read() as one, database.read() as other:
        assert one is not other


def test_a_reader_is_used_again_unless_the_database_failed(database: Database, writer: Connection) -> None:
    with database.read() as first:
        pass
    with suppress(KeyError), database.read() as second:
        assert second is first
        raise KeyError
    with suppress(OperationalError), database.read() as third:
        assert third is first
        third.execute("SELECT nonsense")
    with database.read() as fourth:
        assert fourth is not first


def test_a_closed_database_leaves_one_file(database: Database) -> None:
    writer = database.writer()
    writer.execute("CREATE TABLE notes (text TEXT) STRICT")
    with database.read() as reader:
        reader.execute("SELECT count(*) FROM notes").fetchall()
    database.close()
    writer.close()
    assert [path.name for path in database.path.parent.iterdir()] == ["ripeline.db"]


def test_a_transaction_that_raises_leaves_nothing(writer: Connection) -> None:
    with suppress(ZeroDivisionError), transaction(writer):
        writer.execute("INSERT INTO notes VALUES ('gone')")
        raise ZeroDivisionError
    assert _notes(writer) == []
    assert not writer.in_transaction


def test_a_transaction_that_ends_is_seen_by_others(database: Database, writer: Connection) -> None:
    before = foreign_commits(writer)
    with transaction(writer):
        writer.execute("INSERT INTO notes VALUES ('kept')")
    with database.read() as reader:
        assert _notes(reader) == ["kept"]
    assert foreign_commits(writer) == before


def test_a_commit_of_another_connection_is_noticed(database: Database, writer: Connection) -> None:
    before = foreign_commits(writer)
    other = database.writer()
    other.execute("INSERT INTO notes VALUES ('theirs')")
    other.close()
    assert foreign_commits(writer) != before


def test_an_old_sqlite_is_refused_unless_the_risk_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert require_sound_sqlite(old_accepted=False) == ""
    monkeypatch.setattr(database_module, "SOUND_SQLITE", (99, 0, 0))
    with pytest.raises(DataProblem, match=r"install SQLite 99\.0\.0 or newer"):
        require_sound_sqlite(old_accepted=False)
    assert "may lose committed events" in require_sound_sqlite(old_accepted=True)
