"""A site of the test's own in front of the one real server, and what that server has stored of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count
from typing import Any

from playwright.sync_api import Page
from tests.browser.live import Live
from tests.browser.recorder import Site

#: Told by a test when it is through: what came before it has come.
_END = "that_is_all"

_numbers = count(1)

Stored = dict[str, Any]


@dataclass(slots=True)
class Told:
    """Pages under `origin`, a host no other test uses; `site` says what stands on them."""

    live: Live
    site: Site
    origin: str

    def open(self, page: Page, body: str = "", path: str = "/") -> Page:
        """Open a page with that body, and wait until its view is stored."""
        self.site.bodies[path] = body
        page.goto(self.origin + path)
        self.wait("page")
        return page

    def events(self, name: str = "") -> list[Stored]:
        """What is stored of this site's pages, in the order it came in."""
        return [
            event
            for event in self.live.events(name)
            if f"{event.get('url', '')} {event.get('referrer', '')}".count(f"{self.origin}/")
        ]

    def wait(self, name: str, least: int = 1, seconds: float = 4) -> list[Stored]:
        """At least so many events of that name, or fail with what there is instead."""
        deadline = time.monotonic() + seconds
        while len(found := self.events(name)) < least:
            assert time.monotonic() < deadline, f"{least} {name} expected: {self.events()}"
            time.sleep(0.01)
        return found

    def all(self, page: Page) -> list[Stored]:
        """All that was told up to now, but for the time spent on pages."""
        end = f"{_END}_{next(_numbers)}"
        page.evaluate(f"ripeline('event', '{end}')")
        self.wait(end)
        return [event for event in self.events() if event["on"] != "engagement" and not event["on"].startswith(_END)]

    def names(self, page: Page) -> list[str]:
        return [event["on"] for event in self.all(page)]
