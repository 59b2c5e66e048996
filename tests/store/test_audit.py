"""The audit log keeps what was done, newest first, and lets nobody change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ripeline.store.audit import (
    AuditQuery,
    add_audit,
    audit_authors,
    audit_kinds,
    count_failed_signin,
    failed_signins,
    read_audit,
)
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database, IntegrityError
from ripeline.store.upgrading import create_schema

ALICE, BOB = Said("alice@example.com", 1_000), Said("bob@example.com", 2_000)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    made = Database(tmp_path / "ripeline.db").writer()
    create_schema(made)
    yield made
    made.close()


def whats(conn: Connection, **asked: object) -> list[str]:
    return [line.what for line in read_audit(conn, AuditQuery(**asked), 10)]  # type: ignore[arg-type]


def test_a_line_says_who_what_when_and_about_which_lead(conn: Connection) -> None:
    add_audit(conn, ALICE, "lead_erased", lead=7)
    (line,) = read_audit(conn, AuditQuery(), 10)
    assert (line.at, line.author, line.what, line.about, line.lead) == (
        1_000,
        "alice@example.com",
        "lead_erased",
        "",
        7,
    )


def test_the_newest_come_first_and_a_page_goes_on_where_the_last_ended(conn: Connection) -> None:
    for number in range(5):
        add_audit(conn, ALICE, "token_created", str(number))
    page = read_audit(conn, AuditQuery(), 2)
    assert [line.about for line in page] == ["4", "3"]
    rest = read_audit(conn, AuditQuery(before=page[-1].id), 10)
    assert [line.about for line in rest] == ["2", "1", "0"]


def test_lines_are_found_by_person_and_by_kind(conn: Connection) -> None:
    add_audit(conn, ALICE, "signed_in")
    add_audit(conn, BOB, "signed_in")
    add_audit(conn, BOB, "rules_saved", "abc")
    assert whats(conn, author="bob@example.com") == ["rules_saved", "signed_in"]
    assert whats(conn, what="signed_in") == ["signed_in", "signed_in"]
    assert whats(conn, what="rules_saved", author="alice@example.com") == []
    assert audit_authors(conn) == ("alice@example.com", "bob@example.com")
    assert audit_kinds(conn) == {"signed_in", "rules_saved"}


@pytest.mark.parametrize("sql", ["UPDATE audit SET author = 'eve'", "DELETE FROM audit"])
def test_nobody_changes_what_is_written(conn: Connection, sql: str) -> None:
    add_audit(conn, ALICE, "signed_in")
    with pytest.raises(IntegrityError, match="never changed"):
        conn.execute(sql)
    assert whats(conn) == ["signed_in"]


def test_failed_sign_ins_are_a_number_a_day(conn: Connection) -> None:
    for day in ("2026-11-01", "2026-11-20", "2026-11-20"):
        count_failed_signin(conn, day)
    assert failed_signins(conn, "2026-11-20") == 2
    assert failed_signins(conn, "2026-11-01") == 3
    assert failed_signins(conn, "2026-11-21") == 0
