"""The tracker and consent: nothing before it, everything after it, nothing left when it is taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page
from tests.browser.recorder import SETTLED_MS, Recorder, Site

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

STORED = "Object.keys(localStorage).concat(Object.keys(sessionStorage), document.cookie || [])"


@pytest.fixture
def asking(site: Site) -> Site:
    """A site whose visitors are asked first: no `data-consent` means the same as `required`."""
    site.attributes = 'data-site="KEY" data-dev'
    return site


def everywhere(page: Page) -> list[Any]:
    """What is stored in this browser, in the page's reach or not."""
    return [*page.evaluate(STORED), *page.context.cookies()]


def test_before_consent_nothing_is_stored_or_sent(asking: Site, page: Page, recorder: Recorder, origin: str) -> None:
    asking.bodies["/"] = '<a href="/files/a.pdf">a</a><form target="_blank"><input name="q" value="a"><button>Send'
    page.goto(origin)
    page.click("a")
    page.click("button")
    page.evaluate("history.pushState({}, '', '/two')")
    page.evaluate("ripeline('event', 'early'); ripeline('identify', 'ada@example.com')")
    page.wait_for_timeout(SETTLED_MS)
    page.goto(origin + "/three")
    assert recorder.requests == []
    assert everywhere(page) == []


def test_consent_sends_the_page_that_waited_and_is_remembered(
    asking: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    page.goto(origin + "/one")
    page.evaluate("ripeline('consent', true)")
    assert recorder.wait("page")[0]["u"] == f"{origin}/one"
    page.goto(origin + "/two")
    recorder.wait("page", 2)
    visitors = {sent.body["v"] for sent in recorder.requests}
    assert len(visitors) == 1


def test_refusal_before_consent_sends_nothing_and_leaves_nothing(
    asking: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    page.goto(origin)
    page.evaluate("ripeline('consent', false)")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.requests == []
    assert everywhere(page) == []


def test_withdrawal_tells_the_server_and_removes_ids_and_queue(
    asking: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    page.goto(origin)
    page.evaluate("ripeline('consent', true)")
    recorder.wait("page")
    visitor = page.evaluate("localStorage['ripeline.v']")
    page.evaluate("ripeline('event', 'unsent'); ripeline('consent', false)")
    withdrawal = recorder.wait_request(lambda sent: sent.body.get("c") == 0).body
    assert (withdrawal["v"], withdrawal["s"], withdrawal["e"]) == (visitor, "KEY", [])
    page.goto(origin + "/two")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]
    assert page.evaluate(STORED) == []


def test_withdrawal_waits_for_the_answer_that_sets_the_cookie(
    asking: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    page.goto(origin)
    page.evaluate("ripeline('consent', true); setTimeout(() => ripeline('consent', false), 1)")
    recorder.wait_request(lambda sent: sent.body.get("c") == 0)
    assert [sent.body.get("c") for sent in recorder.requests] == [None, 0]


def test_a_mind_changed_twice_counts_the_page_again(asking: Site, page: Page, recorder: Recorder, origin: str) -> None:
    page.goto(origin)
    page.evaluate("ripeline('consent', true)")
    recorder.wait("page")
    page.evaluate("ripeline('consent', false); ripeline('consent', true)")
    recorder.wait("page", 2)
    sent = [request.body["v"] for request in recorder.requests if request.events]
    assert sent[0] != sent[1], "a new visitor: the old id is gone"


def test_where_consent_is_given_withdrawal_is_remembered(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit()
    page.evaluate("ripeline('consent', false)")
    recorder.wait_request(lambda sent: sent.body.get("c") == 0)
    page.goto(origin + "/two")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]
    assert page.evaluate("Object.entries(localStorage)") == [["ripeline.c", "0"]]


def test_opting_out_silences_this_browser_until_it_opts_in(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit()
    page.evaluate("ripeline('optout')")
    page.goto(origin + "/two")
    page.evaluate("ripeline('consent', true)")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]
    assert page.evaluate("Object.keys(localStorage)").count("ripeline.v") == 0
    page.evaluate("ripeline('optin')")
    assert recorder.wait("page", 2)[1]["u"] == f"{origin}/two"


@pytest.mark.parametrize(("attribute", "pages"), [("", 0), (' data-gpc="ignore"', 1)])
def test_global_privacy_control_is_honoured_unless_the_tag_says_otherwise(
    site: Site, page: Page, recorder: Recorder, origin: str, attribute: str, pages: int
) -> None:
    site.attributes += attribute
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})")
    page.goto(origin)
    page.wait_for_timeout(SETTLED_MS)
    assert len(recorder.all("page")) == pages


def console_of(page: Page) -> list[str]:
    lines: list[str] = []

    def note(message: ConsoleMessage) -> None:
        lines.append(message.text)

    page.on("console", note)
    return lines


def test_a_driven_browser_is_left_out_with_one_line(site: Site, page: Page, recorder: Recorder, origin: str) -> None:
    site.attributes = 'data-consent="granted"'
    lines = console_of(page)
    page.goto(origin)
    page.evaluate("ripeline('page'); ripeline('event', 'x'); ripeline('consent', true)")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.requests == []
    assert lines == ["ripeline: off, driven browser"]
    assert everywhere(page) == []


def test_localhost_is_left_out_with_one_line(site: Site, page: Page, recorder: Recorder, origin: str) -> None:
    site.attributes = 'data-consent="granted"'
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})")
    lines = console_of(page)
    page.goto(re.sub("www.verger.test", "localhost", origin))
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.requests == []
    assert lines == ["ripeline: off, localhost"]
    page.goto(origin)
    recorder.wait("page")


def test_options_may_stand_in_the_address_of_the_script(
    site: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    site.attributes = ""
    site.bodies["/"] = site.tag("?s=OTHER&consent=granted&dev=1&files=+dwg") + '<a href="/plan.dwg">plan</a>'
    page.goto(origin)
    recorder.wait("page")
    page.click("a")
    recorder.wait("download")
    assert recorder.requests[0].body["s"] == "OTHER"
