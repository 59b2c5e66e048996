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


def test_withdrawal_in_one_tab_silences_the_others(asking: Site, page: Page, recorder: Recorder, origin: str) -> None:
    page.goto(origin)
    page.evaluate("ripeline('consent', true)")
    recorder.wait("page")
    other = page.context.new_page()
    other.goto(origin + "/other")
    recorder.wait("page", 2)
    page.evaluate("ripeline('consent', false)")
    recorder.wait_request(lambda sent: sent.body.get("c") == 0)
    count = len(recorder.requests)
    other.evaluate("ripeline('event', 'late')")
    other.goto(origin + "/next")
    other.wait_for_timeout(SETTLED_MS)
    assert len(recorder.requests) == count
    assert other.evaluate(STORED) == []


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
    assert lines == ["ripeline: off, webdriver"]
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


class Options:
    """A site whose tag manager strips attributes: all the tag has is its address."""

    def __init__(self, site: Site, page: Page, recorder: Recorder, origin: str) -> None:
        self.site, self.page, self.recorder, self.origin = site, page, recorder, origin
        site.attributes = ""

    def visit(self, options: str, path: str = "/") -> None:
        self.site.bodies["/"] = self.site.tag("?" + options)
        self.page.goto(self.origin + path)

    def visit_and_wait(self, options: str, path: str = "/") -> None:
        """Also until the page view has come."""
        self.visit(options, path)
        self.recorder.wait("page")


@pytest.fixture
def options(site: Site, page: Page, recorder: Recorder, origin: str) -> Options:
    return Options(site, page, recorder, origin)


@pytest.mark.parametrize("name", ["s", "site"])
def test_the_address_may_name_the_site(options: Options, name: str) -> None:
    options.visit_and_wait(f"{name}=OTHER&consent=granted&dev")
    assert options.recorder.requests[0].body["s"] == "OTHER"


def test_the_address_may_say_that_no_consent_is_needed(options: Options) -> None:
    options.visit("s=KEY&dev&consent=required")
    options.page.wait_for_timeout(SETTLED_MS)
    assert options.recorder.requests == []
    options.visit_and_wait("s=KEY&dev&consent=granted")


def test_the_address_may_name_another_endpoint(options: Options) -> None:
    endpoint = options.site.script_url.replace("/t.js", "/elsewhere/e")
    options.visit_and_wait(f"s=KEY&consent=granted&dev&api={endpoint}")
    assert options.recorder.requests[0].body["path"] == "/elsewhere/e"


def test_the_address_may_leave_counting_to_the_page(options: Options) -> None:
    options.visit("s=KEY&consent=granted&dev&auto=false")
    options.page.evaluate("ripeline('event', 'only')")
    options.recorder.wait("only")
    assert options.recorder.names() == ["only"]


def test_the_address_may_say_that_fragments_are_pages(options: Options) -> None:
    options.visit_and_wait("s=KEY&consent=granted&dev&hash", "/#one")
    options.page.evaluate("history.pushState({}, '', '#two')")
    assert options.recorder.wait("page", 2)[1]["u"].endswith("/#two")


def test_the_address_may_name_more_file_types(options: Options) -> None:
    options.visit_and_wait("s=KEY&consent=granted&dev&files=+dwg,+step")
    assert re.findall(r"\w+", options.recorder.requests[0].body["x"]) == ["dwg", "step"]


@pytest.mark.parametrize(("name", "count"), [("dev", 1), ("other", 0)])
def test_the_address_may_let_driven_browsers_in(options: Options, name: str, count: int) -> None:
    options.visit(f"s=KEY&consent=granted&{name}")
    options.page.wait_for_timeout(SETTLED_MS)
    assert len(options.recorder.all("page")) == count


@pytest.mark.parametrize(("value", "count"), [("ignore", 1), ("", 0)])
def test_the_address_may_disregard_global_privacy_control(options: Options, value: str, count: int) -> None:
    options.page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    options.visit(f"s=KEY&consent=granted&dev&gpc={value}")
    options.page.wait_for_timeout(SETTLED_MS)
    assert len(options.recorder.all("page")) == count


def test_an_attribute_wins_over_the_address(options: Options) -> None:
    options.site.attributes = 'data-site="KEY"'
    options.visit_and_wait("s=OTHER&consent=granted&dev")
    assert options.recorder.requests[0].body["s"] == "KEY"
