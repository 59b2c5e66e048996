"""Everybody may follow every link they are shown, nothing goes wrong on the way, and no page weighs or moves much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser
from starlette.routing import Route
from tests.browser.serving import free_port, serving
from tests.browser.test_pages_access import fill_it, room_in
from tests.browser.walker import Walker
from tests.faults.house import Record

from ripeline.app import all_routes, create_app
from ripeline.auth.guard import ROLES
from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.fold.rule_file import write_rules
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction

pytestmark = pytest.mark.browser

PASSWORD = "a ripe pear in june"


@dataclass(frozen=True)
class House:
    """A whole server with people on it, and its routes."""

    url: str
    routes: list[Route]

    def enter(self, browser: Browser, role: str, width: int, by_question: bool = False) -> Walker:
        """Sign in as somebody of that role, by the form."""
        context = browser.new_context(viewport={"width": width, "height": 844}, locale="en")
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(f"{self.url}/signin")
        page.fill("#email", f"{role}@example.com")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/ready")
        page.close()
        return Walker(context, self.url, role, self.routes, by_question)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    port = free_port()
    settings = Settings(data=tmp_path_factory.mktemp("data"), port=port, rate_limit=None)
    room = room_in(settings.data)
    fill_it(room)
    room.writer.close()
    write_rules(settings.rules_file, room.ruleset.text)
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        password = hash_password(PASSWORD)
        for role in ROLES:
            add_person(conn, f"{role}@example.com", role, password, 1)
    with serving(create_app(settings), port):
        routes = [each for each in all_routes(settings) if isinstance(each, Route)]
        yield House(f"http://127.0.0.1:{port}", routes)


def test_an_owner_may_follow_one_link_of_each_kind_they_are_shown(house: House, browser: Browser) -> None:
    walker = house.enter(browser, "owner", 1280)
    walker.walk("/ready")
    assert walker.faults == []
    assert {"/ready", "/leads", "/install", "/settings/people", "/settings/audit", "/account"} <= set(walker.visited)
    walker.context.close()


@pytest.mark.fault
@pytest.mark.parametrize(("role", "width"), [("sales", 390), ("marketer", 1280), ("owner", 1280)])
def test_everybody_may_follow_every_link_they_are_shown(
    house: House, browser: Browser, role: str, width: int, record_property: Record
) -> None:
    walker = house.enter(browser, role, width, by_question=True)
    walker.walk("/ready")
    record_property("pages", len(walker.visited))
    record_property("kinds of links", len(walker.asked))
    record_property("heaviest", walker.heaviest)
    assert walker.faults == []
    walker.context.close()
