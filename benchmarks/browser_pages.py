"""What each page of ours costs who opens it first: bytes, requests, first paint, and whether anything moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median
from typing import Final

from playwright.sync_api import Browser, BrowserContext
from tests.browser.walker import MOST_BYTES
from tests.browser.wire import Wire, seen

WIDTHS: Final = (390, 1280)
ROUNDS: Final = 3
SETTLED_MS: Final = 400

PATHS: Final = (
    "/signin",
    "/ready",
    "/leads",
    "/leads?band=hot",
    "LEAD",
    "/tuning/rules",
    "/tuning/truth",
    "/tuning/review",
    "/settings",
    "/install",
    "/settings/sites",
    "/settings/alerts",
    "/settings/people",
    "/settings/tokens",
    "/settings/privacy",
    "/suspects",
    "/settings/audit",
    "/settings/health",
    "/account",
    "/api/docs",
)

Figure = dict[str, object]


def pages(browser: Browser, base: str, cookies: list[dict[str, object]]) -> Iterator[Figure]:
    """A figure a page and width, each opened with nothing kept from before."""
    lead = longest_lead(browser, base, cookies)
    for path in PATHS:
        for width in WIDTHS:
            context = browser.new_context(viewport={"width": width, "height": 844}, locale="en")
            if path != "/signin":
                context.add_cookies(cookies)  # type: ignore[arg-type]
            yield {"page": path.replace("LEAD", "/leads/{id}"), "width": width} | opened(
                context, base, path.replace("LEAD", lead)
            )
            context.close()


def longest_lead(browser: Browser, base: str, cookies: list[dict[str, object]]) -> str:
    """The path of the lead on the first page of leads whose page is the longest."""
    with browser.new_context() as context:
        context.add_cookies(cookies)  # type: ignore[arg-type]
        listed = context.request.get(f"{base}/leads").text()
        paths: list[str] = sorted(set(re.findall(r'"(/leads/\d+)[?"]', listed)))
        return max(paths, key=lambda path: len(context.request.get(base + path).body()))


def opened(context: BrowserContext, base: str, path: str) -> Figure:
    """One page as a browser that was never here finds it; times are the median of some more openings."""
    page = context.new_page()
    wire = Wire(page)
    page.goto(base + path)
    page.wait_for_timeout(SETTLED_MS)
    noted = [seen(page)]
    loads = wire.of(base, but="/live")
    for _ in range(ROUNDS - 1):
        page.reload()
        page.wait_for_timeout(SETTLED_MS)
        noted.append(seen(page))
    total = sum(load.total_bytes for load in loads)
    shift = max(each["shift"] for each in noted)
    return {
        "bytes": total,
        "requests": len(loads),
        "shift": round(shift, 4),
        "moved": sorted({each for one in noted for each in one["moved"]}),
        "paint_ms": round(median(each["paint_ms"] for each in noted)),
        "met": total <= MOST_BYTES and shift == 0,
    }
