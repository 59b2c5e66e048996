"""The projection's own tables: written in few statements, emptied by lead, read by index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fold.ledger_house import open_house

from ripeline.store.database import Connection, IntegrityError
from ripeline.store.projection import TABLES, Projection, ProjectionRows
from ripeline.store.projection_writing import Statement
from ripeline.store.rescore import begin_next, drop_next


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    house = open_house(tmp_path)
    yield house.conn
    house.conn.close()


def rows_of(lead: int) -> ProjectionRows:
    return ProjectionRows(
        states=[(lead, b"\x00state", None)],
        sessions=[(lead, 10, 1, 1, 20, 2, None, None)],
        ledger=[(lead, 0, 1, 2, 1, 10, 2_000, None), (lead, 1, 1, 2, 2, 20, 0, "repeat")],
        crossings=[(lead, 0, 1, "warm", 1, 1, 10, 2_000)],
        scores=[(1, lead, 2_000, 2_000, 0, "warm", 0), (2, lead, 0, 0, 0, "cold", 0)],
    )


def counts(conn: Connection, suffix: str = "") -> dict[str, int]:
    return {table: conn.execute(f"SELECT count(*) FROM {table}{suffix}").fetchone()[0] for table in TABLES}


@pytest.mark.parametrize("count", [0, 1, 3, 4, 63, 64, 65, 149, 500])
def test_any_number_of_rows_is_written_once_each_in_order(conn: Connection, count: int) -> None:
    conn.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, a INTEGER, b TEXT)")
    Statement("numbers", "INSERT INTO numbers (a, b)", 2).run(conn, [(n, str(n)) for n in range(count)])
    assert conn.execute("SELECT a, b FROM numbers ORDER BY id").fetchall() == [(n, str(n)) for n in range(count)]


def test_what_is_written_again_replaces_what_was_there(conn: Connection) -> None:
    projection = Projection(conn)
    projection.save(rows_of(1))
    again = ProjectionRows(
        states=[(1, b"later", 5)],
        sessions=[(1, 10, 1, 1, 90, 9, None, None)],
        scores=[(1, 1, 5_000, 5_000, 0, "hot", 0)],
    )
    projection.save(again)
    assert projection.states([1, 2]) == [(1, b"later", 5)]
    assert conn.execute("SELECT ended_at, events FROM sessions").fetchall() == [(90, 9)]
    assert conn.execute("SELECT score, band FROM scores WHERE model_id = 1").fetchall() == [(5_000, "hot")]


def test_a_ledger_line_is_never_written_twice(conn: Connection) -> None:
    Projection(conn).save(rows_of(1))
    with pytest.raises(IntegrityError):
        Projection(conn).save(ProjectionRows(ledger=[(1, 0, 1, 2, 1, 10, 2_000, None)]))


def test_clearing_a_lead_leaves_the_others(conn: Connection) -> None:
    projection = Projection(conn)
    for lead in (1, 2, 3):
        projection.save(rows_of(lead))
    projection.clear([1, 3])
    assert counts(conn) == {"lead_states": 3, "sessions": 1, "ledger": 2, "crossings": 1, "scores": 6}


def test_forgetting_a_lead_leaves_nothing_of_it(conn: Connection) -> None:
    projection = Projection(conn)
    for lead in (1, 2):
        projection.save(rows_of(lead))
    projection.forget([1], [1, 2])
    assert counts(conn) == {"lead_states": 1, "sessions": 1, "ledger": 2, "crossings": 1, "scores": 2}


def test_scores_are_forgotten_by_key_not_by_reading_the_table(conn: Connection) -> None:
    plan = conn.execute(
        """EXPLAIN QUERY PLAN DELETE FROM scores WHERE (model_id, lead_id) IN (
           SELECT m.value, l.value FROM json_each('[1,2]') AS m CROSS JOIN json_each('[7]') AS l)"""
    ).fetchall()
    assert any("SEARCH scores" in str(step) for step in plan)


def test_the_next_projection_is_beside_the_one_in_force(conn: Connection) -> None:
    Projection(conn).save(rows_of(1))
    begin_next(conn)
    Projection(conn, "_next").save(rows_of(2))
    assert counts(conn) == counts(conn, "_next")
    begin_next(conn)
    assert set(counts(conn, "_next").values()) == {0}
    drop_next(conn)
    assert counts(conn)["scores"] == 2


def test_a_state_that_is_due_when_it_was_is_written_without_its_date(conn: Connection) -> None:
    projection = Projection(conn)
    projection.save(ProjectionRows(states=[(1, b"first", 5)]))
    projection.save(ProjectionRows(states_as_due=[(2, b"new", 7), (1, b"later", 5)]))
    assert projection.states([1, 2]) == [(1, b"later", 5), (2, b"new", 7)]
