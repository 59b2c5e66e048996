"""Consent as the browser itself accounts for it: its network log and its storage, on the real server."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from tests.browser.live import Live, running
from tests.browser.recorder import SETTLED_MS, Site
from tests.browser.serving import serving
from tests.browser.storing import Listing

from ripeline.collect.cookies import NAME

pytestmark = pytest.mark.browser

EVERYTHING = (
    '<a href="/files/a.pdf">paper</a><form target="_blank" action="/sent"><input name="email" value="ada@example.com">'
    "<button>Send</button></form><p style='height: 3000px'>"
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(tmp_path_factory.mktemp("data"), rate_limit="off") as server:
        yield server


@pytest.fixture
def asking(live: Live) -> Site:
    """A site that asks first: no `data-consent` is `required`."""
    return Site(f"http://leads.verger.test:{live.port}/t.js", "data-dev", bodies={"/": EVERYTHING})


@pytest.fixture
def origin(asking: Site) -> Iterator[str]:
    with serving(asking.app()) as port:
        yield f"http://www.verger.test:{port}"


@pytest.fixture
def listing(page: Page) -> Listing:
    return Listing(page)


def do_everything(page: Page, origin: str) -> None:
    """Read, scroll, download, send a form, call, step, hide and leave."""
    page.goto(origin)
    page.mouse.wheel(0, 2000)
    page.click("a")
    with page.context.expect_page():
        page.click("button")
    page.evaluate("ripeline('event', 'early'); ripeline('identify', 'ada@example.com'); ripeline('page')")
    page.evaluate("history.pushState({}, '', '/two')")
    page.wait_for_timeout(SETTLED_MS)
    page.goto(f"{origin}/three")
    page.wait_for_timeout(SETTLED_MS)


def test_before_consent_the_browser_lists_the_script_and_nothing_else(
    live: Live, page: Page, origin: str, listing: Listing
) -> None:
    do_everything(page, origin)
    assert set(listing.sent_to(live.port)) == {"GET /t.js"}
    assert listing.stored() == {}
    assert live.events() == []


def test_after_a_refusal_the_browser_lists_nothing_either(
    live: Live, page: Page, origin: str, listing: Listing
) -> None:
    page.goto(origin)
    page.evaluate("ripeline('consent', false)")
    do_everything(page, origin)
    assert set(listing.sent_to(live.port)) == {"GET /t.js"}
    assert listing.stored() == {}
    assert live.events() == []


def test_with_consent_the_browser_lists_one_cookie_and_what_the_readme_says(
    live: Live, page: Page, origin: str, listing: Listing
) -> None:
    page.goto(origin)
    page.evaluate("ripeline('consent', true)")
    live.wait("page")
    page.wait_for_timeout(SETTLED_MS)
    stored = listing.stored()
    assert [cookie["name"] for cookie in stored.pop("cookies")] == [NAME]
    kept = stored.pop("localStorage")
    assert kept.keys() == {"ripeline.c", "ripeline.v", "ripeline.q"}
    assert (kept["ripeline.c"], json.loads(kept["ripeline.q"])) == ("1", [])
    assert stored == {}


@pytest.mark.parametrize("leaving", ["", "; location.reload()", "; location.href = '/three'"])
def test_withdrawal_in_the_middle_of_a_page_leaves_nothing_behind(
    live: Live, page: Page, origin: str, listing: Listing, leaving: str
) -> None:
    """Many banners load the page again right after."""
    before = len(live.events("page"))
    page.goto(origin)
    page.evaluate("ripeline('consent', true)")
    live.wait("page", before + 1)
    page.evaluate("ripeline('event', 'unsent'); ripeline('consent', false)" + leaving)
    page.wait_for_timeout(2 * SETTLED_MS)
    # The visit, and the word that consent is gone: a browser may not list what a page sends as it is left.
    assert 1 <= listing.sent_to(live.port).count("POST /e") <= 2
    assert listing.stored() == {}
    assert live.events("unsent") == []


def test_opting_out_leaves_only_the_wish_behind(live: Live, page: Page, origin: str, listing: Listing) -> None:
    before = len(live.events("page"))
    page.goto(origin)
    page.evaluate("ripeline('consent', true)")
    live.wait("page", before + 1)
    page.evaluate("ripeline('optout')")
    do_everything(page, origin)
    stored = listing.stored()
    assert stored["localStorage"] == {"ripeline.c": "1", "ripeline.o": "1"}
    assert "cookies" not in stored
    assert len(live.events("page")) == before + 1
