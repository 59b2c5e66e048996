"""The data of older versions under the version of today: nothing lost, everything opens, and there is a way back."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
import sqlite_utils
import time_machine
from sqlite_utils import Migrations
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.calibration.white_paper_house import run
from tests.commands.test_backup_killed import killed_before
from tests.faults.forked import killed_at
from tests.faults.house import Record, many, tell
from tests.store.test_released_steps import LIST
from tests.upgrade.make_data import PASSWORD, brief, clicked, reported

from ripeline.app import create_app
from ripeline.collect.cookies import VisitorCookies
from ripeline.pages.routes import ROUTES as PAGES
from ripeline.settings import Settings
from ripeline.store.copies import FOLDER, newest_copy, problems_of
from ripeline.store.database import Connection, Database, open_file, open_memory
from ripeline.store.migrations import migrations
from ripeline.store.opening import open_data
from ripeline.store.upgrading import apply_steps, create_schema, pending_steps

HERE: Final = Path(__file__).parent
OLDER: Final = sorted(path.name.removesuffix(".tar.xz") for path in HERE.glob("*.tar.xz"))
HOUR: Final = 3_600_000


class Before:
    """One of them, unpacked: its folder, and what its own version said of it."""

    def __init__(self, name: str, folder: Path) -> None:
        with tarfile.open(HERE / f"{name}.tar.xz") as packed:
            packed.extractall(folder, filter="data")
        self.settings = Settings(data=folder, rate_limit=None)
        self.told: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text("utf-8"))
        self.now = self.told["at"] + HOUR

    @property
    def sent(self) -> set[str]:
        """Ids of all events that were acknowledged."""
        return {each["id"] for each in reported()} | {each["i"] for each in clicked(0)["e"]}


@pytest.fixture(params=OLDER)
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Before:
    return Before(request.param, tmp_path / "data")


@pytest.fixture
def client(before: Before) -> Iterator[TestClient]:
    """The server of today on it, an hour later."""
    with time_machine.travel(before.now / 1000), TestClient(create_app(before.settings)) as client:
        yield client


def steps(conn: Connection) -> list[str]:
    return [name for (name,) in conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()]


def schema(conn: Connection) -> dict[str, str]:
    made = conn.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    # A table that took another's place by its name has it in quotes.
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in made}


def event_ids(path: Path) -> list[str]:
    with closing(open_file(path)) as conn:
        assert problems_of(conn) == ""
        return [id for (id,) in conn.execute("SELECT event_id FROM events").fetchall()]


def test_there_is_data_of_a_version_before(before: Before) -> None:
    with closing(open_file(before.settings.database_file)) as conn:
        taken, listed = steps(conn), [line.split()[1] for line in LIST.read_text("utf-8").splitlines()]
    assert taken == listed[: len(taken)] != listed
    assert sum(path.stat().st_size for path in HERE.iterdir() if path.is_file()) < 200_000


def test_nothing_is_lost_and_every_score_is_what_it_was(before: Before, client: TestClient) -> None:
    crm = {"authorization": f"Bearer {before.told['keys']['token']}"}
    models = [model["id"] for model in client.get("/api/models", headers=crm).json()["models"]]
    leads = [
        brief(lead)
        for model in models
        for lead in client.get(f"/api/leads?limit=200&model={model}", headers=crm).json()["leads"]
    ]
    handoffs = [brief(each) for each in client.get("/api/handoffs?limit=200", headers=crm).json()["handoffs"]]
    assert len(leads) > 50
    assert len(handoffs) > 2
    assert sorted(leads, key=str) == sorted(before.told["leads"], key=str)
    assert handoffs == before.told["handoffs"]
    assert sorted(event_ids(before.settings.database_file)) == sorted(before.sent)
    said = run("rescore", "--verify", "--data", before.settings.data)
    assert said.exit_code == 0, said.output


def test_keys_and_cookies_of_before_still_hold(before: Before, client: TestClient) -> None:
    secret, keys = before.settings.secret_file.read_bytes(), before.told["keys"]
    cookie = keys["visitor"].partition(";")[0].encode()
    assert VisitorCookies(secret, before.settings).visitor_of(cookie) == "a-browser"
    client.cookies.set("ripeline", keys["login"].partition(";")[0].partition("=")[2])
    assert client.get("/account").url.path == "/account", "whoever was signed in still is"
    form = {"email": "bob@example.com", "password": PASSWORD}
    other = TestClient(client.app, headers={"sec-fetch-site": "same-origin"})
    assert other.post("/signin", data=form).url.path == "/ready"
    assert client.get("/readyz").json()["warnings"] == []


def test_every_page_opens(before: Before, client: TestClient) -> None:
    client.cookies.set("ripeline", before.told["keys"]["login"].partition(";")[0].partition("=")[2])
    plain = [
        route.path
        for route in PAGES
        if isinstance(route, Route) and "GET" in (route.methods or ()) and "{" not in route.path
    ]
    assert len(plain) > 20
    for path in [*plain, "/leads/1", "/leads/40"]:
        if path != "/live":
            assert client.get(path, headers={"accept": "text/html"}).is_success, path


def test_the_schema_is_that_of_a_new_database(before: Before) -> None:
    open_data(before.settings, before.now).close()
    with closing(open_file(before.settings.database_file)) as conn, closing(open_memory()) as new:
        create_schema(new)
        assert schema(conn) == schema(new)
        assert steps(conn) == steps(new)


def test_the_copy_before_is_there_and_leads_back(before: Before, tmp_path: Path) -> None:
    file, back = before.settings.database_file, tmp_path / "back"
    with closing(open_file(file)) as conn:
        old = (schema(conn), steps(conn))
    open_data(before.settings, before.now).close()
    copy = newest_copy(before.settings.data)
    assert copy is not None
    with closing(open_file(copy)) as conn:
        assert (schema(conn), steps(conn)) == old
    assert sorted(event_ids(copy)) == sorted(before.sent)
    # As docs/operations.md says: put it in the place of the database, and start.
    shutil.copytree(before.settings.data, back, ignore=shutil.ignore_patterns(FOLDER))
    shutil.copy(copy, back / "ripeline.db")
    open_data(Settings(data=back), before.now).close()
    assert sorted(event_ids(back / "ripeline.db")) == sorted(before.sent)


@pytest.mark.row
def test_an_upgrade_killed_at_any_statement_is_of_the_old_or_the_new_version(
    before: Before, tmp_path: Path, record_property: Record
) -> None:
    killed, seen = 0, set()
    for statement in count(0, many(90, 1)):
        folder = tmp_path / f"{statement}"
        shutil.copytree(before.settings.data, folder)
        is_killed = killed_at(statement, folder / "ripeline.db", apply_steps)
        with closing(Database(folder / "ripeline.db").writer()) as conn:
            taken, pending = steps(conn), pending_steps(conn)
            assert problems_of(conn) == ""
            assert set(schema(conn)) == names_after(tuple(taken)), f"killed at {statement}, between two steps: {folder}"
            seen.add(len(pending))
        open_data(Settings(data=folder), before.now).close()
        assert sorted(event_ids(folder / "ripeline.db")) == sorted(before.sent), folder
        if not is_killed:
            break
        killed += 1
        shutil.rmtree(folder)
    assert {0, max(seen)} <= seen
    tell(record_property, killed=killed, versions=len(seen), lost=0)


@cache
def names_after(taken: tuple[str, ...]) -> set[str]:
    """What there is in a new database after these steps."""
    some = Migrations("ripeline")
    with closing(open_memory()) as conn:
        for step in migrations.pending(sqlite_utils.Database(conn, execute_plugins=False)):
            if step.name in taken:
                some(name=step.name)(step.fn)
        apply_steps(conn, some)
        return set(schema(conn))


@pytest.mark.row
def test_a_start_killed_while_it_copies_before_an_upgrade_is_a_start_again(
    before: Before, tmp_path: Path, record_property: Record
) -> None:
    killed = 0
    for change in count(0, many(3, 1)):
        folder = tmp_path / f"{change}"
        shutil.copytree(before.settings.data, folder)
        settings = Settings(data=folder)
        is_killed = killed_before(change, lambda settings=settings: open_data(settings, before.now).close())  # type: ignore[misc]
        opened = open_data(settings, before.now)
        opened.close()
        assert not opened.is_new
        assert opened.secret == before.settings.secret_file.read_bytes()
        assert sorted(event_ids(folder / "ripeline.db")) == sorted(before.sent), folder
        for copy in (folder / FOLDER).iterdir():
            assert sorted(event_ids(copy)) == sorted(before.sent), "a half copy has no name"
        if not is_killed:
            break
        killed += 1
        shutil.rmtree(folder)
    assert killed >= 2
    tell(record_property, killed=killed, lost=0)
