"""The tracker and pages the browser keeps or makes ahead by itself, which only a whole one does."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.alone import browsing, chromium
from tests.browser.test_tracker_pages import STUB
from tests.browser.told import Told

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def executable() -> str | None:
    return chromium()


def test_a_page_brought_back_by_the_back_button_counts_again(told: Told, page: Page) -> None:
    told.open(page, path="/first")
    page.evaluate("window.alive = true")
    page.goto(f"{told.origin}/second")
    told.wait("page", 2)
    page.evaluate("setTimeout(() => history.back())")
    third = told.wait("page", 3)[2]
    assert third["url"] == f"{told.origin}/first"
    assert page.evaluate("window.alive"), "it came from the back/forward cache"
    assert told.names(page) == ["page", "page", "page"]


def test_a_page_that_is_only_prerendered_is_counted_when_it_is_seen(told: Told, tmp_path: Path) -> None:
    rules = '{"prerender": [{"source": "list", "urls": ["/next"], "eagerness": "immediate"}]}'
    ahead = "<script>if (document.prerendering) ripeline('event', 'made_ahead')</script>"
    told.site.bodies["/first"] = (
        f'<script type="speculationrules">{rules}</script>'
        "<script>addEventListener('message', () => setTimeout(() => { location.href = '/next' }, 1200))</script>"
        "<script>postMessage('go')</script>"
    )
    told.site.bodies["/next"] = STUB + ahead + told.site.tag()
    with browsing(f"{told.origin}/first", tmp_path):
        first = told.wait("page", seconds=15)
        assert [event["url"] for event in first] == [f"{told.origin}/first"]
        second = told.wait("page", 2)[1]
        told.wait("made_ahead")
    assert (second["url"], second["referrer"]) == (f"{told.origin}/next", f"{told.origin}/first")
