"""A server that is away for a while: what was done meanwhile arrives when it is back, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.live import running
from tests.browser.recorder import SETTLED_MS, Site
from tests.browser.serving import free_port, serving

pytestmark = pytest.mark.browser


def test_what_was_done_while_the_server_was_away_arrives_once(tmp_path: Path, page: Page) -> None:
    site = Site(f"http://leads.verger.test:{(port := free_port())}/t.js", 'data-consent="granted" data-dev')
    with serving(site.app()) as shop:
        origin = f"http://www.verger.test:{shop}"
        with running(tmp_path, port=port) as live:
            page.goto(f"{origin}/one")
            live.wait_page(f"{origin}/one")
        page.evaluate("ripeline('event', 'first'); ripeline('identify', 'ada@example.com')")
        page.evaluate("history.pushState({}, '', '/step')")
        page.wait_for_timeout(SETTLED_MS)
        page.evaluate("ripeline('event', 'second')")
        page.wait_for_timeout(SETTLED_MS)
        with running(tmp_path, port=port) as live:
            page.goto(f"{origin}/two")
            live.wait_page(f"{origin}/two")
            live.wait("second")
            page.goto(f"{origin}/three")
            live.wait_page(f"{origin}/three")
            counted = [event["on"] for event in live.events() if event["on"] != "engagement"]
    assert sorted(counted) == ["first", "identify", "page", "page", "page", "page", "second"]
