"""The Install page watches an install being made: script loaded, consent, first event; nobody presses reload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.live import SETUP_TOKEN, Live, running
from tests.browser.recorder import Site
from tests.browser.serving import serving
from tests.pages.room import Room

from ripeline.auth.logins import now_ms
from ripeline.settings import Settings

pytestmark = pytest.mark.browser


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Live]:
    """A server on a new data folder, where nothing has arrived."""
    with running(tmp_path / "data") as live:
        yield live


@pytest.fixture
def owner(context: BrowserContext, fresh: Live) -> Page:
    """Whoever has just made themselves the owner, on the Install page."""
    page = context.new_page()
    page.goto(f"{fresh.url}/setup/{SETUP_TOKEN}")
    page.fill("#email", "ada@example.com")
    page.fill("#password", "a ripe pear in june")
    page.click("main button")
    page.goto(f"{fresh.url}/install")
    return page


Publish = Callable[[str], str]


@pytest.fixture
def publish(fresh: Live) -> Iterator[Publish]:
    """Put that markup into the pages of www.verger.test; gives the site's address."""
    site = Site(f"{fresh.url}/t.js")
    with serving(site.app()) as port:

        def published(markup: str) -> str:
            site.bodies["/"] = markup
            return f"http://www.verger.test:{port}"

        yield published


def test_the_page_says_each_step_of_an_install_by_itself(
    context: BrowserContext, owner: Page, publish: Publish
) -> None:
    arrival = owner.locator("#arrival")
    expect(arrival).to_contain_text("Waiting for the script to be loaded.")
    tag = owner.locator("#tag").inner_text().replace("></script>", " data-dev></script>")
    origin = publish(tag)
    visitor = context.new_page()
    visitor.goto(origin)
    owner.bring_to_front()
    expect(arrival).to_contain_text(f"Script loaded from {origin}")
    visitor.evaluate("ripeline('consent', true)")
    expect(arrival).to_contain_text("First event received")


def test_a_site_that_is_turned_away_is_let_in_by_one_button(
    context: BrowserContext, owner: Page, publish: Publish
) -> None:
    owner.get_by_text("+ site").click()
    owner.fill("#origin", "www.example.com")
    owner.press("#origin", "Enter")
    origin = publish(
        owner.locator("#tag").inner_text().replace("></script>", ' data-consent="granted" data-dev></script>')
    )
    visitor = context.new_page()
    visitor.goto(origin)
    owner.bring_to_front()
    expect(owner.locator("#arrival")).to_contain_text(f"{origin} was turned away")
    owner.get_by_role("button", name=f"{origin} is mine").click()
    expect(owner.locator("#arrival")).not_to_contain_text("was turned away")
    # The server looks at its list once a second.
    owner.wait_for_timeout(1_100)
    visitor.reload()
    expect(owner.locator("#arrival")).to_contain_text("First event received")


def test_the_copy_button_copies_what_is_shown(context: BrowserContext, owner: Page) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    owner.locator(".copy[data-copy=tag]").click()
    expect(owner.locator(".copy[data-copy=tag]")).to_have_text("Copied")
    assert owner.evaluate("navigator.clipboard.readText()") == owner.locator("#tag").inner_text()


def test_without_scripts_the_question_is_links_and_the_page_looks_again(browser: Browser, tmp_path: Path) -> None:
    room = Room(Settings(data=tmp_path))
    cookie = room.cookie_of("alice@example.com")
    with serving(room.app()) as port, browser.new_context(java_script_enabled=False, locale="en") as context:
        address = f"http://127.0.0.1:{port}"
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookie.items()])
        page = context.new_page()
        page.goto(f"{address}/install")
        page.get_by_role("link", name="No, or I have none").click()
        page.get_by_role("link", name="Axeptio").click()
        expect(page.locator("#tag")).to_contain_text("cookies:complete")
        page.get_by_role("link", name="Keep looking").click()
        room.sightings.loaded("https://shop.example", "/t.js", now_ms())
        expect(page.locator("#arrival")).to_contain_text("Script loaded from https://shop.example", timeout=10_000)
        expect(page.locator("#tag")).to_contain_text("cookies:complete")
    room.writer.close()
