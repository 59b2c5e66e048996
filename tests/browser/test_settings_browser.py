"""The settings in a real browser: axe finds nothing, and an invitation goes from one screen to the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, expect
from tests.browser.serving import free_port, serving
from tests.browser.test_pages_access import VARIANTS, faults_of

from ripeline.app import create_app
from ripeline.auth.invitations import invite
from ripeline.auth.logins import now_ms
from ripeline.auth.secrets import hash_of
from ripeline.settings import Settings
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.people import User, add_login, add_token, add_user

pytestmark = pytest.mark.browser

PAGES = (
    "/settings",
    "/settings/people",
    "/settings/tokens",
    "/settings/sites",
    "/settings/privacy?visits=3&own=domain",
    "/settings/audit",
    "/settings/health",
    "/account",
    "/suspects",
    "/install",
    "/invitation/none",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A whole server with people, a token, an open invitation and a log."""
    port = free_port()
    settings = Settings(data=tmp_path_factory.mktemp("data"), port=port, rate_limit=None)
    with serving(create_app(settings), port):
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            _fill(conn)
        yield f"http://127.0.0.1:{port}"


def _fill(conn: Connection) -> None:
    by = Said("alice@example.com", now_ms())
    for id, (name, role, out) in enumerate((("", "owner", None), ("Bob", "sales", None), ("Mia", "marketer", 1)), 1):
        email = f"{name.lower() or 'alice'}@example.com"
        add_user(conn, User(0, email, name, role, "", None, None), by.at)
        conn.execute("UPDATE users SET disabled_at = ? WHERE id = ?", (out, id))
    add_login(conn, hash_of("alice"), 1, by.at, by.at + 86_400_000)
    add_token(conn, "crm", hash_of("crm"), frozenset({"read"}), by.at)
    invite(conn, by, "cleo@example.com", "marketer")
    add_audit(conn, by, "leads_merged", "+ 9", 7)


def entered(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"], locale: str
) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale=locale)
    context.add_cookies([{"name": "ripeline", "value": "alice", "url": address}])
    return context


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def test_axe_finds_nothing_behind_the_gear(
    browser: Browser, address: str, variant: tuple[int, Literal["light", "dark"], str]
) -> None:
    with entered(browser, address, *variant) as context:
        assert [fault for path in PAGES for fault in faults_of(context, address + path)] == []


def test_an_invitation_goes_from_the_owners_screen_to_a_new_colleague(browser: Browser, address: str) -> None:
    with entered(browser, address, 1280, "light", "en") as context:
        page = context.new_page()
        page.goto(address + "/ready")
        page.get_by_role("link", name="Settings").click()
        page.get_by_role("main").get_by_role("link", name="People").click()
        page.fill("#email", "dan@example.com")
        page.get_by_label("Sales").last.check()
        page.get_by_role("button", name="Make a link").click()
        expect(page.locator(".said")).to_contain_text("The link for dan@example.com is below")
        link = page.locator("[id^=link-]", has_text="/invitation/").first.inner_text()
    with browser.new_context(viewport={"width": 390, "height": 844}, locale="fr") as context:
        page = context.new_page()
        page.goto(link)
        assert Axe().run(page).response["violations"] == []
        page.fill("#name", "Dan")
        page.fill("#password", "une poire bien mûre")
        page.get_by_role("button", name="Commencer").click()
        expect(page).to_have_url(address + "/ready")
        expect(page.get_by_role("link", name="Prêts")).to_be_visible()
        expect(page.locator(".gear")).to_have_count(0)


def test_a_token_is_copied_from_the_page_that_shows_it_once(browser: Browser, address: str) -> None:
    with entered(browser, address, 390, "light", "en") as context:
        page = context.new_page()
        page.goto(address + "/settings/tokens")
        page.fill("#name", "warehouse")
        page.get_by_role("button", name="Make the key").click()
        expect(page.locator("#key")).to_contain_text("rpl_")
        page.goto(address + "/settings/tokens")
        expect(page.locator("#key")).to_have_count(0)
        expect(page.get_by_text("warehouse", exact=True)).to_be_visible()
