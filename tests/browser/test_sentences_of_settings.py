"""What is behind the gear, sentence by sentence: who is let in, what is kept, what is left out, what was done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.serving import free_port, serving

from ripeline.app import create_app
from ripeline.auth.logins import now_ms
from ripeline.auth.secrets import hash_of
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.people import User, add_login, add_user

pytestmark = pytest.mark.browser

PEOPLE = {"alice": "owner", "mia": "marketer", "bob": "sales"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A whole server with one person of each role, a site that sent something, and a robot on it."""
    port = free_port()
    settings = Settings(data=tmp_path_factory.mktemp("data"), port=port, rate_limit=None)
    with serving(create_app(settings), port):
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            fill(conn)
        yield f"http://127.0.0.1:{port}"


def fill(conn: Connection) -> None:
    now = now_ms()
    for id, (name, role) in enumerate(PEOPLE.items(), 1):
        add_user(conn, User(0, f"{name}@example.com", name.capitalize(), role, "en", None, None), now)
        add_login(conn, hash_of(name), id, now, now + 86_400_000)
    conn.execute("INSERT INTO sites (id, key, name, created_at) VALUES (1, 'k', '', 0) ON CONFLICT DO NOTHING")
    for origin, status in (("https://shop.example", "seen"), ("https://orchard.example", "mine")):
        conn.execute("INSERT INTO origins VALUES (1, ?, ?, 0, 0)", (origin, status))
    conn.execute("INSERT INTO drops VALUES ('2026-11-22', 'prefetch', 2)")


@pytest.fixture
def alice(context: BrowserContext, address: str) -> Page:
    return entered(context, address, "alice")


def entered(context: BrowserContext, address: str, name: str) -> Page:
    context.add_cookies([{"name": "ripeline", "value": name, "url": address}])
    context.set_default_timeout(5_000)
    return context.new_page()


def line(place: Page, text: str) -> Locator:
    return place.locator("ul.lines > li", has_text=text)


def test_people_have_one_of_three_roles_which_the_owner_changes(alice: Page, address: str) -> None:
    alice.goto(f"{address}/settings/people")
    for name, role in (("Alice", "Owner"), ("Mia", "Marketing"), ("Bob", "Sales")):
        expect(line(alice, name).locator(".line")).to_contain_text(role, ignore_case=True)
    line(alice, "Bob").locator("summary").click()
    line(alice, "Bob").get_by_label("Marketing").check()
    line(alice, "Bob").get_by_role("button", name="Save").click()
    expect(line(alice, "Bob").locator(".line")).to_contain_text("marketing", ignore_case=True)
    alice.locator(".said").get_by_role("button", name="Undo").click()
    expect(line(alice, "Bob").locator(".line")).to_contain_text("sales", ignore_case=True)


@pytest.mark.parametrize(("name", "doors"), [("mia", ["/settings/people", "/settings/tokens"]), ("bob", ["/settings"])])
def test_a_role_opens_its_own_doors_only(browser: Browser, address: str, name: str, doors: list[str]) -> None:
    with browser.new_context(locale="en") as context:
        opened = entered(context, address, name)
        for door in doors:
            answer = opened.goto(address + door)
            assert answer
            assert answer.status == 403
        opened.goto(f"{address}/ready")
        expect(opened.locator(".gear")).to_have_count(1 if name == "mia" else 0)


def test_a_link_that_invites_can_be_withdrawn(alice: Page, browser: Browser, address: str) -> None:
    alice.goto(f"{address}/settings/people")
    alice.fill("#email", "eve@example.com")
    alice.get_by_role("button", name="Make a link", exact=True).click()
    link = line(alice, "eve@example.com").locator("[id^=link-]").inner_text()
    line(alice, "eve@example.com").get_by_role("button", name="Withdraw").click()
    expect(line(alice, "eve@example.com")).to_have_count(0)
    with browser.new_context(locale="en") as context:
        eve = context.new_page()
        eve.goto(link)
        expect(eve.locator("#password")).to_have_count(0)


def test_a_token_has_scopes_is_shown_once_and_opens_only_what_it_may(alice: Page, address: str) -> None:
    alice.goto(f"{address}/settings/tokens")
    alice.fill("#name", "warehouse")
    alice.get_by_role("button", name="Make the key").click()
    key = alice.locator("#key").inner_text().strip()
    told = {"Authorization": f"Bearer {key}"}
    assert httpx2.get(f"{address}/api/leads", headers=told).status_code == 200
    assert httpx2.post(f"{address}/api/events", headers=told, json=[]).status_code == 403
    alice.goto(f"{address}/settings/tokens")
    expect(alice.locator("#key")).to_have_count(0)
    line(alice, "warehouse").locator("summary").click()
    line(alice, "warehouse").get_by_role("button", name="Withdraw for good").click()
    expect(line(alice, "warehouse")).to_have_count(0)
    assert httpx2.get(f"{address}/api/leads", headers=told).status_code == 401


def test_a_site_has_a_name_and_its_tag(alice: Page, address: str) -> None:
    alice.goto(f"{address}/settings/sites")
    expect(alice.locator("#tag-1")).to_contain_text("<script")
    line(alice, "Your site").locator("summary").click()
    alice.get_by_label("Name").first.fill("Orchard")
    alice.get_by_role("button", name="Save").click()
    expect(line(alice, "Orchard")).to_be_visible()


def test_origins_that_sent_something_are_told(alice: Page, address: str) -> None:
    alice.goto(f"{address}/settings/sites")
    expect(alice.locator("main")).to_contain_text("shop.example")


def test_retention_says_what_the_night_takes_before_it_is_saved(alice: Page, address: str) -> None:
    alice.goto(f"{address}/settings/privacy")
    months = alice.get_by_label("Visits", exact=True)
    other = months.locator("option:not([selected])").first.get_attribute("value")
    months.select_option(other)
    alice.get_by_role("button", name="See what this takes").click()
    expect(alice.locator(".takes.notice")).to_contain_text("Nothing is that old: the coming night takes nothing.")
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_label("Visits", exact=True)).to_have_value(str(other))


@pytest.mark.parametrize(
    ("adds", "asked", "value"),
    [("+ address", "Address or network", "203.0.113.0/24"), ("+ e-mail domain", "E-mail domain", "orchard.example")],
)
def test_own_people_are_left_out_by_address_and_by_e_mail_domain(
    alice: Page, address: str, adds: str, asked: str, value: str
) -> None:
    alice.goto(f"{address}/settings/privacy")
    alice.get_by_text(adds, exact=True).click()
    alice.get_by_label(asked).fill(value)
    alice.get_by_role("button", name="leave out", exact=True).locator("visible=true").click()
    alice.get_by_role("button", name=f"count {value} again").click()
    expect(alice.get_by_role("button", name=f"count {value} again")).to_have_count(0)


def test_a_link_has_a_colleagues_browser_ignored(alice: Page, address: str) -> None:
    alice.goto(f"{address}/settings/privacy")
    expect(alice.locator("#ignore-1")).to_contain_text("https://orchard.example/#")


def test_suspect_and_dropped_events_are_told_with_their_reason(alice: Page, address: str) -> None:
    alice.goto(f"{address}/suspects")
    expect(alice.get_by_text("Nothing has looked automatic so far.")).to_be_visible()
    dropped = alice.get_by_role("region", name="Dropped").get_by_role("listitem")
    expect(dropped).to_contain_text("2 events")


def test_the_audit_log_says_who_did_what_and_when(alice: Page, address: str) -> None:
    alice.goto(f"{address}/settings/people")
    alice.fill("#email", "fred@example.com")
    alice.get_by_role("button", name="Make a link", exact=True).click()
    expect(alice.locator(".said")).to_contain_text("fred@example.com")
    alice.goto(f"{address}/settings/audit")
    expect(alice.locator(".log li").first).to_contain_text("alice@example.com")
    expect(alice.locator(".log li").first).to_contain_text("fred@example.com")
    expect(alice.locator(".audit-day h2 time").first).to_have_attribute("title", re.compile(r"20\d\d"))


def test_health_says_whether_all_is_well_in_words(alice: Page, address: str) -> None:
    alice.goto(f"{address}/settings/health")
    expect(alice.locator(".state")).to_have_text("All is well.")
    for fact in ("Version", "Scores are behind by", "Room on the disk"):
        expect(alice.locator(".facts")).to_contain_text(fact)
