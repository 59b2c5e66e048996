"""What the tag costs the page it is on: one request a page view, and never a layout while the page loads."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.told import Told
from tests.browser.wire import Wire, seen

pytestmark = pytest.mark.browser

#: Reading any of these makes a browser lay out a page that is still coming.
COUNTING = """<script>
  window.asked = []
  const count = (of, name) => {
    const { get } = Object.getOwnPropertyDescriptor(of, name)
    Object.defineProperty(of, name, { get() { asked.push(name); return get.call(this) }, configurable: true })
  }
  for (const name of ['scrollX', 'scrollY', 'pageYOffset']) count(window, name)
  for (const name of ['scrollTop', 'scrollHeight', 'clientHeight', 'clientWidth']) count(Element.prototype, name)
  for (const name of ['offsetTop', 'offsetHeight', 'innerText']) count(HTMLElement.prototype, name)
</script>"""


def test_a_page_view_is_one_request_and_the_script_is_asked_for_once(told: Told, page: Page) -> None:
    wire = Wire(page)
    told.open(page)
    page.wait_for_load_state("networkidle")
    first = wire.of("http://leads.verger.test")
    assert [(each.method, each.url.rpartition("/")[2]) for each in first] == [("GET", "t.js"), ("POST", "e")]
    assert first[0].coding in ("br", "gzip")
    assert first[0].body_bytes < 3_000
    wire.loads.clear()
    page.reload()
    told.wait("page", 2)
    page.wait_for_load_state("networkidle")
    paid = [each for each in wire.of("http://leads.verger.test") if each.total_bytes]
    assert sum(1 for each in paid if each.method == "GET") == 0, "the script is kept"
    # One more tells how long the page before was read.
    assert 1 <= len(paid) <= 2
    assert seen(page)["shift"] == 0


def test_a_page_that_loads_is_not_laid_out_for_the_tag(told: Told, page: Page) -> None:
    told.site.before = COUNTING
    told.open(page, "<p>Pears</p>" * 100)
    assert page.evaluate("asked") == []
    page.evaluate("history.pushState(0, '', '/next')")
    told.wait("engagement")
    assert "scrollY" in page.evaluate("asked"), "how far somebody read is asked when they go on"


def test_a_page_that_loads_meets_no_error_inside_the_tag(told: Told, page: Page) -> None:
    """The first throw in a page costs a millisecond: the browser reads the script again to say where it was."""
    session = page.context.new_cdp_session(page)
    thrown: list[str] = []

    def go_on(paused: dict[str, Any]) -> None:
        thrown.append(f"{paused['reason']}: {paused['data']['description']}")
        session.send("Debugger.resume")

    session.on("Debugger.paused", go_on)
    session.send("Debugger.enable")
    session.send("Debugger.setPauseOnExceptions", {"state": "all"})
    told.open(page)
    assert thrown == []
    page.evaluate("try { JSON.parse('') } catch {}")
    assert thrown, "one would have been seen"
