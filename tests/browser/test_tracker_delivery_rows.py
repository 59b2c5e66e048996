"""The ways out of a page, fifty times each, on the real server: whatever was done there has arrived, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import BrowserContext, Page
from tests.browser.live import Live, running
from tests.browser.recorder import Site
from tests.browser.serving import serving

pytestmark = pytest.mark.browser

ROUNDS = 50

NO_TAG = "<!-- <script async -->"

#: What was not sent on the way out is not sent by the page that follows: that one finds nothing waiting.
FORGET = "<script>delete localStorage['ripeline.q']</script>"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(tmp_path_factory.mktemp("data"), rate_limit="off") as server:
        yield server


@pytest.fixture
def origin(live: Live) -> Iterator[str]:
    site = Site(f"http://leads.verger.test:{live.port}/t.js", 'data-consent="granted" data-dev')
    site.before = FORGET
    with serving(site.app()) as port:
        site.bodies["/away"] = NO_TAG
        site.bodies["/link"] = f'<a href="http://elsewhere.test:{port}/away">away</a>'
        site.bodies["/submit"] = (
            '<form method="post" action="/away"><input name="q" value="a"><button>Send</button></form>'
        )
        site.bodies["/close"] = '<button data-ripeline-event="closing">Close</button>'
        yield f"http://www.verger.test:{port}"


def arrived(live: Live, name: str, page: str) -> None:
    """Of each round one event of that name, and one view of its page."""
    wanted = sorted(f"{page}?id={number}" for number in range(ROUNDS))
    live.wait(name, ROUNDS)
    for kind in (name, "page"):
        pages = [event["referrer"] if kind == "click" else event["url"] for event in live.events(kind)]
        assert sorted(address for address in pages if address.startswith(f"{page}?")) == wanted


@pytest.mark.parametrize("days", [3, -3])
def test_a_wrong_clock_moves_no_event(live: Live, page: Page, origin: str, days: int) -> None:
    page.add_init_script(f"const right = Date.now; Date.now = () => right() + {days} * 864e5")
    page.goto(f"{origin}/clock?id={days}")
    view = live.wait_page(f"{origin}/clock?id={days}")
    assert abs(datetime.fromisoformat(view["at"]).timestamp() - time.time()) < 10


def test_every_link_that_is_followed_arrives(live: Live, page: Page, origin: str) -> None:
    for number in range(ROUNDS):
        page.goto(f"{origin}/link?id={number}")
        page.click("a", no_wait_after=True)
        page.wait_for_url("**/away")
    arrived(live, "click", f"{origin}/link")


def test_every_form_that_is_sent_arrives(live: Live, page: Page, origin: str) -> None:
    for number in range(ROUNDS):
        page.goto(f"{origin}/submit?id={number}")
        page.click("button", no_wait_after=True)
        page.wait_for_url("**/away")
    arrived(live, "form", f"{origin}/submit")


def test_everything_of_a_page_that_is_left_arrives(live: Live, page: Page, origin: str) -> None:
    """What was done in its last moment, and the time that was spent on it."""
    for number in range(ROUNDS):
        page.goto(f"{origin}/left?id={number}")
        page.evaluate(f"ripeline('event', 'leaving'); location.href = '{origin}/away'")
        page.wait_for_url("**/away")
    arrived(live, "leaving", f"{origin}/left")
    arrived(live, "engagement", f"{origin}/left")


def test_every_click_before_a_tab_is_closed_arrives(live: Live, context: BrowserContext, origin: str) -> None:
    for number in range(ROUNDS):
        tab = context.new_page()
        tab.goto(f"{origin}/close?id={number}")
        tab.click("button", no_wait_after=True)
        tab.close(run_before_unload=True)
    arrived(live, "closing", f"{origin}/close")
