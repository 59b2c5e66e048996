"""The list of leads by hand: menus, chips, views, the keys, on a phone and without a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.test_pages_access import VARIANTS, Variant, faults_of, signed_in
from tests.pages.room import Room

from ripeline.settings import Settings

pytestmark = pytest.mark.browser

#: What is behind the list, as a browser that paints for the first time has it.
_AT_FIRST = "requestAnimationFrame(() => { window.wasWhole = !!document.querySelector('main ~ #news') })"
#: Slow enough that a page comes in several pieces; bytes a second.
_SLOWLY = {"offline": False, "latency": 0, "downloadThroughput": 15_000, "uploadThroughput": -1}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    made = Room(Settings(data=Path(tmp_path_factory.mktemp("leads"))))
    made.receive_the_cast()
    made.cookie_of("alice@example.com")
    yield made
    made.writer.close()


@pytest.fixture
def alice(browser: Browser, address: str) -> Iterator[Page]:
    with signed_in(browser, address, (390, "light", "en")) as context:
        context.set_default_timeout(5_000)
        opened = context.new_page()
        opened.goto(f"{address}/leads")
        yield opened


def test_a_filter_at_hand_becomes_a_chip_that_a_tap_takes_off(alice: Page, address: str) -> None:
    alice.locator("summary", has_text="Band").click()
    alice.get_by_role("link", name="hot", exact=True).click()
    expect(alice.locator("tbody tr")).to_have_count(2)
    expect(alice).to_have_url(f"{address}/leads?band=hot")
    alice.locator(".chip", has_text="hot").click()
    expect(alice.locator("tbody tr")).to_have_count(4)


def test_the_rest_is_behind_one_more_tap(alice: Page, address: str) -> None:
    alice.get_by_text("+ filter").click()
    alice.get_by_label("Page seen, or part of it").fill("blog")
    alice.get_by_label("Who").select_option("yes")
    alice.get_by_role("button", name="Show them").click()
    expect(alice.locator("tbody tr")).to_have_count(2)
    expect(alice).to_have_url(f"{address}/leads?page=blog&identified=yes")


def test_a_view_is_kept_renamed_deleted_and_brought_back_in_place(alice: Page, address: str) -> None:
    alice.goto(f"{address}/leads?band=warm")
    alice.get_by_text("Keep this view").click()
    alice.get_by_label("Name", exact=True).fill("Nearly")
    alice.get_by_role("button", name="Keep").click()
    expect(alice.get_by_text("“Nearly” is kept.")).to_be_visible()
    alice.locator(".view summary").click()
    alice.get_by_label("Name", exact=True).fill("Almost")
    alice.get_by_role("button", name="Rename").click()
    expect(alice.get_by_role("link", name="Almost")).to_be_visible()
    alice.locator(".view summary").click()
    alice.get_by_role("button", name="Delete this view").click()
    expect(alice.get_by_text("“Almost” is deleted.")).to_be_visible()
    alice.get_by_role("button", name="Undo").click()
    expect(alice.get_by_role("link", name="Almost")).to_be_visible()
    expect(alice).to_have_url(f"{address}/leads?band=warm")


def test_the_file_is_downloaded_under_a_name_that_says_what_it_is(alice: Page, address: str) -> None:
    alice.goto(f"{address}/leads?band=hot")
    with alice.expect_download() as started:
        alice.get_by_role("link", name="CSV", exact=True).click()
    assert started.value.suggested_filename.startswith("leads-vertical-hot-")


def test_the_search_keeps_what_was_typed_and_the_filters(alice: Page, address: str) -> None:
    alice.goto(f"{address}/leads?band=hot")
    alice.keyboard.press("/")
    alice.keyboard.type("marc")
    alice.keyboard.press("Enter")
    expect(alice).to_have_url(f"{address}/leads?band=hot&q=marc")
    expect(alice.locator("#q")).to_have_value("marc")
    alice.keyboard.press("j")
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("heading", level=1)).to_have_text("marc@example.com")


def test_everything_works_without_a_script(browser: Browser, room: Room, address: str) -> None:
    with browser.new_context(java_script_enabled=False, locale="fr") as context:
        cookies = room.cookie_of("eve@example.com", role="sales")
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        opened = context.new_page()
        opened.goto(f"{address}/leads")
        opened.locator(".sort summary").click()
        opened.get_by_role("link", name="vus le plus récemment").click()
        opened.get_by_text("Garder cette vue").click()
        opened.locator("#named").fill("Les derniers")
        opened.get_by_role("button", name="Garder").click()
        assert opened.get_by_role("link", name="Les derniers").is_visible()
        opened.get_by_role("button", name="Annuler").click()
        assert opened.get_by_role("link", name="Les derniers").count() == 0


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def test_axe_finds_nothing_on_the_list(browser: Browser, address: str, variant: Variant) -> None:
    with signed_in(browser, address, variant) as context:
        asked = "page=/blog&identified=yes&seen=90&out=yes&sort=missing"
        assert [fault for path in ("", f"?{asked}", "?q=zebra") for fault in folded_too(context, address, path)] == []


def folded_too(context: BrowserContext, address: str, query: str) -> list[str]:
    return faults_of(context, f"{address}/leads{query}")


def test_a_list_that_comes_in_pieces_is_shown_whole(alice: Page, address: str) -> None:
    """Rows that came later would widen the columns somebody reads already."""
    alice.context.new_cdp_session(alice).send("Network.emulateNetworkConditions", _SLOWLY)
    alice.add_init_script(_AT_FIRST)
    alice.goto(f"{address}/leads?sort=-score")
    alice.wait_for_function("window.wasWhole !== undefined")
    assert alice.evaluate("wasWhole")
