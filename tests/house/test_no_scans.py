"""No page and no answer of the API reads a whole large table: SQLite explains every query they ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.pages.room import Room

from ripeline.app import Application, create_app
from ripeline.auth.tokens import create_token
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database

#: Tables with a row for each event, session, visitor, lead, score, ledger line, band entered, address or text.
LARGE: Final = frozenset(
    "events sessions visitors leads scores ledger crossings epochs handoffs seen_items last_actions texts".split()
)
#: Queries that walk such a table in its own order and stop after a row, or count an index of a few of its rows.
FEW: Final = frozenset({"event_at_one_end", "people_in_all"})
LISTS: Final = frozenset({"/ready", "/leads", "/leads.csv", "/api/leads"})
#: Asked of those, beside the list as it opens.
ASKED: Final = ("", "?q=acme", "?band=warm", "?channel=email", "?sort=seen", "?silent=30", "?owner=nobody")


class Watched(Database):
    """Keeps every query that is read through it, as it was asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked: list[str] = []

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with super().read() as conn:
            conn.set_trace_callback(self.asked.append)
            try:
                yield conn
            finally:
                conn.set_trace_callback(None)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=tmp_path_factory.mktemp("data"), base_url="http://testserver", rate_limit=None)


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[TestClient]:
    """The whole server on the cast of the white papers, with an owner's cookie and a token."""
    room = Room(settings)
    room.receive_the_cast()
    settings.rules_file.write_text(room.ruleset.text, encoding="utf-8")
    cookies = room.cookie_of("alice@example.com")
    key = room.now(lambda conn: create_token(conn, "all", frozenset({"admin"}), 1))
    room.writer.close()
    room.database.close()
    headers = {"sec-fetch-site": "same-origin", "authorization": f"Bearer {key}"}
    with TestClient(create_app(settings), follow_redirects=False, headers=headers, cookies=cookies) as client:
        yield client


@pytest.fixture(scope="module")
def watched(server: TestClient, settings: Settings) -> Iterator[Watched]:
    assert isinstance(server.app, Application)
    running = server.app.state.running
    running.changes.close()
    running.database = Watched(settings.database_file)
    yield running.database
    running.database.close()


def addresses(app: Application) -> list[str]:
    """Every page and answer, and what may be asked of those with lists."""
    paths = [
        re.sub(r"\{\w+(:\w+)?\}", "1", route.path)
        for route in app.routes
        if isinstance(route, Route) and "GET" in (route.methods or ()) and not route.path.startswith("/static")
    ]
    return [path + asked for path in paths for asked in (ASKED if path in LISTS else ("",))]


def whole(conn: Connection, sql: str) -> list[str]:
    """`query: table` for what it reads from end to end of a large table; what SQLite asks itself is not ours."""
    named = re.match(r"(?:--|/\*) (\w+)(?:\n| \*/)", sql)
    if named is None or named[1] in FEW:
        return []
    tables = {alias: table for table, alias in re.findall(r"(\w+)\s+AS\s+(\w+)", sql)}
    # What is false whatever the row says is never asked, and planned as if it did not matter.
    asked = sql.replace("WHERE 0 AND", "WHERE 1 AND")
    steps = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {asked}").fetchall()]
    # Along an index, until there are enough rows, is no reading of the whole.
    walked = "USING INDEX" if "LIMIT" in sql else "\n"
    scanned = [step.split()[1] for step in steps if step.startswith("SCAN ") and walked not in step]
    return [f"{named[1]}: {table}" for name in scanned if (table := tables.get(name, name)) in LARGE]


def test_no_page_reads_a_whole_large_table(server: TestClient, watched: Watched, settings: Settings) -> None:
    assert isinstance(server.app, Application)
    found, answers = set[str](), 0
    with Database(settings.database_file).read() as conn:
        for address in addresses(server.app):
            watched.asked.clear()
            answers += server.get(address).status_code == 200
            found |= {each for sql in watched.asked for each in whole(conn, sql)}
    assert not found
    assert answers > 60
