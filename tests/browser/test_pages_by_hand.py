"""What a keyboard, a phone and a script add to the pages, and that they do without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.serving import serving
from tests.pages.room import Room

from ripeline.settings import Settings

pytestmark = pytest.mark.browser


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(Settings(data=tmp_path))
    yield made
    made.writer.close()


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    with serving(room.app()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def alice(context: BrowserContext, room: Room, address: str) -> Page:
    """The owner's browser, in English."""
    for name, value in room.cookie_of("alice@example.com", locale="en").items():
        context.add_cookies([{"name": name, "value": value, "url": address}])
    return context.new_page()


def test_slash_goes_to_the_search_from_anywhere(room: Room, address: str, alice: Page) -> None:
    room.receive_the_cast()
    alice.goto(address + "/ready")
    alice.keyboard.press("/")
    expect(alice.locator("#q")).to_be_focused()
    alice.keyboard.type("elodie")
    alice.keyboard.press("Enter")
    expect(alice.locator("tbody tr")).to_have_count(1)


def test_j_and_k_walk_the_list_and_enter_opens(room: Room, address: str, alice: Page) -> None:
    room.receive_the_cast()
    alice.goto(address + "/leads")
    for key in "jjjk":
        alice.keyboard.press(key)
    expect(alice.get_by_role("link", name="marc@example.com")).to_be_focused()
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("heading", level=1)).to_have_text("marc@example.com")


def test_a_question_mark_shows_the_keys(room: Room, address: str, alice: Page) -> None:
    alice.goto(address + "/ready")
    alice.keyboard.press("?")
    expect(alice.get_by_role("dialog", name="Keys")).to_be_visible()
    alice.keyboard.press("Escape")
    expect(alice.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_keys_are_letters_while_one_types(room: Room, address: str, alice: Page) -> None:
    alice.goto(address + "/leads")
    alice.locator("#q").press_sequentially("j/k?")
    expect(alice.locator("#q")).to_have_value("j/k?")


def test_on_a_phone_the_newest_session_is_open_and_the_rest_folded(room: Room, address: str, alice: Page) -> None:
    room.receive_the_cast()
    alice.goto(address + "/leads?q=marc")
    alice.get_by_role("link", name="marc@example.com").click()
    expect(alice.locator("details.session[open]")).to_have_count(4)
    alice.set_viewport_size({"width": 390, "height": 844})
    alice.reload()
    expect(alice.locator("details.session[open]")).to_have_count(1)
    expect(alice.get_by_text("/blog/3")).to_be_visible()
    alice.locator("details.session summary").last.click()
    expect(alice.get_by_text("white-paper-a.pdf")).to_be_visible()


def test_the_install_page_sees_the_first_event_by_itself(room: Room, address: str, alice: Page) -> None:
    alice.goto(address + "/install")
    expect(alice.get_by_text("Waiting for the script to be loaded.")).to_be_visible()
    room.receive_the_cast()
    expect(alice.get_by_text("First event received")).to_be_visible()


def test_copy_takes_the_tag(room: Room, address: str, alice: Page) -> None:
    alice.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    alice.goto(address + "/install")
    alice.get_by_role("button", name="Copy").click()
    expect(alice.get_by_role("button", name="Copied")).to_be_visible()
    assert alice.evaluate("navigator.clipboard.readText()") == alice.locator("#tag").inner_text()


def test_everything_is_there_without_a_script(room: Room, address: str, browser: Browser) -> None:
    room.receive_the_cast()
    with browser.new_context(java_script_enabled=False, locale="en", viewport={"width": 390, "height": 844}) as context:
        for name, value in room.cookie_of("alice@example.com").items():
            context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.goto(address)
        page.get_by_role("link", name="marc@example.com").first.click()
        assert page.get_by_text("white-paper-a.pdf").is_visible()
        page.get_by_role("link", name="Leads").click()
        page.locator("summary", has_text="Band").click()
        page.get_by_role("link", name="warm").click()
        assert page.get_by_role("link", name="elodie@example.com").is_visible()
        page.get_by_role("link", name="Français").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Prospects"
        page.get_by_role("button", name="Se déconnecter").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Se connecter"
