"""The tracker and page views: what counts as one, and what does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tests.browser.recorder import SETTLED_MS, Recorder, Site

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


def test_a_page_is_counted_once_with_its_address_title_and_referrer(
    visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    visit(path="/first")
    page.evaluate("location.href = '/second?id=3#part'")
    first, second = recorder.wait("page", 2)
    page.wait_for_timeout(SETTLED_MS)
    assert (first["u"], first["h"], first["r"]) == (f"{origin}/first", "Page /first", "")
    assert (second["u"], second["r"]) == (f"{origin}/second?id=3", f"{origin}/first")
    assert len(recorder.all("page")) == 2


def test_an_id_begins_with_the_time_and_is_short(visit: Visit, recorder: Recorder) -> None:
    visit()
    event = recorder.all("page")[0]
    assert len(event["i"]) <= 24
    assert abs(int(event["i"][:8], 36) - event["a"]) < 1000


@pytest.mark.parametrize("method", ["pushState", "replaceState"])
def test_a_step_of_a_single_page_site_is_a_page_whose_referrer_is_the_step_before(
    visit: Visit, page: Page, recorder: Recorder, origin: str, method: str
) -> None:
    visit(path="/start")
    page.evaluate(f"history.{method}({{}}, '', '/step'); document.title = 'Step'")
    step = recorder.wait("page", 2)[1]
    assert (step["u"], step["r"], step["h"]) == (f"{origin}/step", f"{origin}/start", "Step")


def test_going_back_in_a_single_page_site_is_a_page(visit: Visit, page: Page, recorder: Recorder, origin: str) -> None:
    visit(path="/start")
    page.evaluate("history.pushState({}, '', '/step')")
    recorder.wait("page", 2)
    page.evaluate("history.back()")
    assert recorder.wait("page", 3)[2]["u"] == f"{origin}/start"


def test_the_same_address_again_is_no_page_but_another_query_is(visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(path="/start")
    page.evaluate("history.pushState({}, '', '/start'); history.replaceState({}, '', '/start#part')")
    page.wait_for_timeout(SETTLED_MS)
    assert len(recorder.all("page")) == 1
    page.evaluate("history.pushState({}, '', '/start?page=2')")
    recorder.wait("page", 2)


def test_the_fragment_is_a_page_only_where_the_tag_says_so(
    site: Site, visit: Visit, page: Page, recorder: Recorder, origin: str
) -> None:
    site.attributes += " data-hash"
    visit(path="/start")
    page.evaluate("location.hash = 'two'")
    assert recorder.wait("page", 2)[1]["u"] == f"{origin}/start#two"


def test_a_script_pasted_twice_counts_once(site: Site, visit: Visit, page: Page, recorder: Recorder) -> None:
    visit(site.tag() + site.tag())
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.names() == ["page"]


def test_a_page_opened_behind_another_is_counted_when_it_is_seen(page: Page, recorder: Recorder, origin: str) -> None:
    page.add_init_script(
        "let hidden = true; Object.defineProperty(document, 'hidden', {get: () => hidden});"
        "window.show = () => { hidden = false; document.dispatchEvent(new Event('visibilitychange', {bubbles: true})) }"
    )
    page.goto(origin + "/behind")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.all() == []
    page.evaluate("show()")
    recorder.wait("page")


def test_leaving_tells_the_time_spent_and_the_depth_in_one_request(
    visit: Visit, page: Page, recorder: Recorder
) -> None:
    visit("<div style='height: 4000px'></div>")
    page.evaluate("scrollTo(0, 1500)")
    page.wait_for_timeout(300)
    before = len(recorder.requests)
    page.goto("about:blank")
    spent = recorder.wait("engagement")[0]
    assert spent["k"] == recorder.all("page")[0]["i"]
    assert spent["p"]["ms"] >= 300
    assert 40 <= spent["p"]["scroll"] <= 70
    assert len(recorder.requests) == before + 1


def test_a_site_may_count_pages_by_itself(site: Site, page: Page, recorder: Recorder, origin: str) -> None:
    site.attributes += ' data-auto="false"'
    site.bodies["/"] = '<a id="file" href="/files/a.pdf">file</a>'
    page.goto(origin)
    page.click("#file")
    page.wait_for_timeout(SETTLED_MS)
    assert recorder.all() == []
    page.evaluate("ripeline('page')")
    recorder.wait("page")
