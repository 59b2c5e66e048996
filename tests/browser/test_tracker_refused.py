"""What somebody did while they had said no is never told, also when they say yes later on the same page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Page
from tests.browser.recorder import SETTLED_MS, Recorder, Site

pytestmark = pytest.mark.browser

#: How somebody says no and then yes: whether the site asks first, and both calls.
WAYS: Final = {
    "opted out, asked first": (True, "ripeline('optout')", "ripeline('optin')"),
    "refused, asked first": (True, "ripeline('consent', false)", "ripeline('consent', true)"),
    "no answer is a no": (True, "ripeline('consent')", "ripeline('consent', true)"),
    "opted out, not asked": (False, "ripeline('optout')", "ripeline('optin')"),
    "refused, not asked": (False, "ripeline('consent', false)", "ripeline('consent', true)"),
}
BODY: Final = (
    "<script>addEventListener('submit', e => e.preventDefault())</script><a href='/files/a.pdf' download>a</a>"
    "<form><input name=q value=a><button>Send</button></form><b data-ripeline-event=marked>m</b>"
    "<p style='height: 3000px'>"
)
EVERYTHING: Final = (
    "ripeline('event', 'while_no'); ripeline('identify', 'ada@example.com'); ripeline('page');"
    "document.querySelector('a').click(); document.forms[0].requestSubmit(); document.querySelector('b').click();"
    "history.pushState(0, '', '/while_no')"
)


@pytest.fixture
def allowed(site: Site, page: Page, recorder: Recorder, origin: str) -> Callable[[bool], None]:
    """Opens a page whose first view has been sent."""

    def opened(is_asking: bool) -> None:
        site.attributes = 'data-site="KEY" data-dev' + ("" if is_asking else ' data-consent="granted"')
        site.bodies["/"] = BODY
        page.goto(origin)
        if is_asking:
            page.evaluate("ripeline('consent', true)")
        recorder.wait("page")

    return opened


@pytest.mark.parametrize("way", WAYS)
def test_nothing_done_while_it_was_no_is_told_after_the_yes(
    page: Page, recorder: Recorder, origin: str, allowed: Callable[[bool], None], way: str
) -> None:
    is_asking, no, yes = WAYS[way]
    allowed(is_asking)
    page.evaluate(f"{no}; {EVERYTHING}")
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("history.pushState(0, '', '/after'); scrollTo(0, 0)")
    page.wait_for_timeout(50)
    page.evaluate(f"{yes}; ripeline('event', 'after')")
    recorder.wait("after")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page", "page", "after"]
    assert recorder.all("page")[1]["u"] == f"{origin}/after"


@pytest.mark.parametrize("way", WAYS)
def test_the_time_of_the_no_is_not_told_either(
    page: Page, recorder: Recorder, allowed: Callable[[bool], None], way: str
) -> None:
    is_asking, no, yes = WAYS[way]
    allowed(is_asking)
    page.evaluate(f"{no}; scrollTo(0, 9999)")
    page.wait_for_timeout(1_000)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(100)
    page.evaluate(yes)
    second = recorder.wait("page", 2)[1]
    page.goto("about:blank")
    spent = recorder.wait("engagement")
    assert [event["k"] for event in spent] == [second["i"]]
    assert spent[0]["p"]["ms"] < 900
    assert spent[0]["p"]["scroll"] < 50


def test_what_was_done_on_a_page_opened_while_it_was_no_is_not_told(
    page: Page, recorder: Recorder, origin: str, allowed: Callable[[bool], None]
) -> None:
    allowed(False)
    page.evaluate("ripeline('optout')")
    page.goto(f"{origin}/two")
    page.evaluate("ripeline('event', 'while_no')")
    page.evaluate("ripeline('optin'); ripeline('event', 'after')")
    recorder.wait("after")
    assert recorder.names() == ["page", "page", "after"]


@pytest.mark.parametrize("way", WAYS)
def test_a_no_in_another_tab_is_one_here(
    page: Page, recorder: Recorder, origin: str, allowed: Callable[[bool], None], way: str
) -> None:
    is_asking, no, yes = WAYS[way]
    allowed(is_asking)
    other = page.context.new_page()
    other.goto(f"{origin}/other")
    recorder.wait("page", 2)
    other.evaluate(no)
    page.wait_for_timeout(100)
    page.evaluate("ripeline('event', 'while_no')")
    page.wait_for_timeout(1_000)
    other.evaluate(yes)
    recorder.wait("page", 3)
    page.evaluate("ripeline('event', 'after')")
    recorder.wait("after")
    page.goto("about:blank")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.all("while_no") == []
    assert recorder.all("engagement") == [], "nobody knows how much of it was while it was no"


def test_what_was_under_way_at_the_no_is_not_sent_again_after_the_yes(
    page: Page, recorder: Recorder, allowed: Callable[[bool], None]
) -> None:
    """A request that fails late gives its events back, and those were taken back meanwhile."""
    allowed(False)
    page.evaluate(
        """() => {
            const send = fetch
            window.fetch = (...request) => new Promise((_, fail) => {
                window.fetch = send
                window.fail = () => fail(new TypeError('lost'))
            })
            ripeline('event', 'before')
        }"""
    )
    page.wait_for_function("!!window.fail")
    page.evaluate("ripeline('consent', false); ripeline('consent', true); ripeline('event', 'after')")
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("fail()")
    recorder.wait("after")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page", "page", "after"]


def test_after_a_no_and_a_yes_at_once_somebody_is_new(
    page: Page, recorder: Recorder, allowed: Callable[[bool], None]
) -> None:
    """The server is told of the no before it is told anything new, or its cookie would say who this was."""
    allowed(False)
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("ripeline('consent', false); ripeline('consent', true); ripeline('event', 'after')")
    recorder.wait("after")
    assert [sent.body.get("c") for sent in recorder.requests][:2] == [None, 0]
    assert "cookie" not in recorder.requests[2].headers


def test_a_form_that_waited_for_its_makers_word_at_the_no_is_not_told(
    site: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    site.bodies["/"] = (
        "<script>addEventListener('submit', e => e.preventDefault())</script>"
        "<form class='wpcf7-form'><input name=q value=a></form>"
    )
    page.goto(origin)
    recorder.wait("page")
    page.evaluate(
        "document.forms[0].requestSubmit(); ripeline('optout'); ripeline('optin');"
        "document.forms[0].dispatchEvent(new Event('wpcf7mailsent', {bubbles: true})); ripeline('event', 'after')"
    )
    recorder.wait("after")
    assert recorder.all("form") == []


@pytest.mark.parametrize("no", ["ripeline('consent', false)", "ripeline('optout')"])
def test_a_no_counts_also_where_the_storage_is_full(page: Page, recorder: Recorder, origin: str, no: str) -> None:
    page.add_init_script(
        "for (const size of [1e5, 1e3, 1]) try { for (let i = 0; ; i++) "
        "localStorage[size + '-' + i] = 'x'.repeat(size) } catch {}"
    )
    page.goto(origin)
    recorder.wait("page")
    page.evaluate(f"{no}; ripeline('event', 'while_no')")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]


def test_what_is_called_before_any_answer_waits_and_is_told_at_the_yes(
    site: Site, page: Page, recorder: Recorder, origin: str
) -> None:
    """As the tracker's README says."""
    site.attributes = 'data-site="KEY" data-dev'
    page.goto(origin)
    page.evaluate("ripeline('event', 'early')")
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("ripeline('consent', true)")
    recorder.wait("early")
    assert recorder.names() == ["page", "early"]
