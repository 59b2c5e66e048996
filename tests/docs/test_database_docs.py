"""docs/database.md: every view and column there is, and three questions with their answers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient
from tests.docs.conversation import DOCS, events_sent, settings_of
from tests.store.white_papers import fold, form, made, open_database, page

from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction

PAGE: Final = (DOCS / "database.md").read_text(encoding="utf-8")
QUESTIONS: Final = re.findall(r"```sql\n(.*?)```\n```csv\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def header(settings: Settings, server: TestClient) -> dict[str, str]:
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        return {"Authorization": f"Bearer {create_token(conn, 'docs', frozenset({'write', 'read'}), 1)}"}


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def conn(server: TestClient, header: dict[str, str], settings: Settings) -> Iterator[Connection]:
    """The database of the server of api.md, read beside it."""
    report(server, header, events_sent())
    with Database(settings.database_file).read() as conn:
        yield conn


def report(server: TestClient, header: dict[str, str], events: list[dict[str, Any]]) -> None:
    assert server.post("/api/events", json=events, headers=header).status_code == 202
    assert server.get("/api/settled", headers=header).json() == {"lag": 0}


def views(conn: Connection) -> list[str]:
    rows = conn.execute("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY rowid").fetchall()
    return [name for (name,) in rows]


def columns(conn: Connection, view: str) -> list[str]:
    return [row[1] for row in conn.execute(f"PRAGMA table_info({view})").fetchall()]


def test_every_view_has_its_heading_and_every_column_its_row(conn: Connection) -> None:
    documented = {
        heading: re.findall(r"(?m)^\| `(\w+)` \| \S", section)
        for heading, section in re.findall(r"(?ms)^## (v_\w+)\n(.*?)(?=^## |\Z)", PAGE)
    }
    assert documented == {view: columns(conn, view) for view in views(conn)}


def test_every_view_answers_with_iso_times(conn: Connection) -> None:
    for view in views(conn):
        times = [
            name for name in columns(conn, view) if name.endswith("_at") or name in ("at", "first_seen", "last_seen")
        ]
        for row in conn.execute(f"SELECT {', '.join(times) or 'date'} FROM {view}").fetchall():
            for value in row:
                assert value is None or re.fullmatch(r"2026-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{3}Z)?", value), (view, value)


def test_there_are_three_questions() -> None:
    assert len(QUESTIONS) == PAGE.count("```sql") == 3


@pytest.mark.parametrize(("sql", "answer"), QUESTIONS)
def test_a_question_is_answered_as_the_page_says(conn: Connection, sql: str, answer: str) -> None:
    cursor = conn.execute(sql)
    names = [column[0] for column in cursor.description]
    given = [names, *([str(value) for value in row] for row in cursor.fetchall())]
    assert given == list(csv.reader(io.StringIO(answer)))


def test_a_day_counts_what_happened_on_it(conn: Connection) -> None:
    """Beside the page's questions: the columns that they leave out."""
    rows = conn.execute("SELECT date, events, forms, suspect FROM v_daily ORDER BY date").fetchall()
    assert rows == [("2026-11-16", 3, 0, 0), ("2026-11-17", 1, 0, 0), ("2026-11-18", 2, 0, 0), ("2026-11-19", 2, 0, 0)]


def test_suspect_events_and_reports_of_reading_time_are_counted_aside(tmp_path: Path) -> None:
    seen, form_sent, bot = made("v-ada", [(0, page("/pricing")), (1, form("ada@example.com")), (2, page("/about"))])
    read = made("v-marc", [(3, {"on": "engagement", "item": seen.id, "url": "https://shop.example/pricing"})])
    with closing(open_database(tmp_path / "ripeline.db")) as conn:
        fold(conn, [seen, form_sent, replace(bot, suspect="bot"), *read])
        days = conn.execute("SELECT events, visitors, forms, suspect FROM v_daily").fetchall()
    assert days == [(2, 1, 1, 1)]
