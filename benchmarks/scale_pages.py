"""What pages and answers of the API take on a large database, asked one by one over HTTP by somebody signed in."""

from __future__ import annotations

import re
import time
from html import unescape
from statistics import median
from typing import Final

from benchmarks.scale_figures import Figures
from benchmarks.scale_server import Grown, p95

TIMES: Final = 30
_FAR: Final = 1_000
_NEXT: Final = re.compile(r'rel="next" href="([^"]*)"')

#: A sort with an index, and at most one chip.
_LISTS: Final = (
    *("/leads", "/leads?sort=seen", "/leads?sort=missing", "/leads?model=vertical", "/leads?band=hot"),
    *("/leads?band=warm", "/leads?seen=7", "/leads?silent=90", "/leads?channel=email", "/leads?identified=yes"),
    *("/leads?owner=nobody", "/leads?page=/pricing", "/leads?file=brochure", "/leads?form=demo", "/ready"),
    *("/api/leads", "/api/leads?sort=seen", "/api/handoffs"),
)
#: Any other mix, and search.
_MIXES: Final = (
    *("/leads?band=warm&channel=email&page=/pricing", "/leads?band=hot&seen=7&identified=yes"),
    *("/leads?band=warm&silent=90&channel=direct&sort=seen", "/leads?form=demo&owner=nobody&sort=seen"),
    *(
        "/leads?q=vergers",
        "/leads?q=gmail",
        "/leads?q=head of sales",
        "/leads?q=zzzz",
        "/leads?q=lu",
        "/api/leads?q=vergers",
    ),
)
_INSIGHTS: Final = (
    *("/tuning/truth", "/tuning/truth?model=vertical", "/tuning/review", "/tuning/rules", "/tuning/outcomes"),
    *("/settings/health", "/settings/health/now", "/settings/privacy", "/settings/audit", "/suspects", "/install"),
    *("/api/models", "/api/proposals", "/api/suspects"),
)
_BUSIEST: Final = "SELECT lead_id FROM sessions GROUP BY lead_id ORDER BY abs(sum(events) - 500) LIMIT 1"


def measure_pages(server: Grown, figures: Figures, far: int = _FAR) -> None:
    """Every page with its mark; p95 in ms, of `TIMES` answers after the first."""
    for path in _LISTS:
        _tell(server, figures, path, 50)
    for path in ("/leads", "/leads?sort=seen", "/leads?sort=missing", "/ready"):
        if last := _walk(server, path, far):
            _tell(server, figures, last, 50, f"{path}, page {far}")
    for path in _MIXES:
        _tell(server, figures, path.replace(" ", "+"), 500)
    lead = server.read(_BUSIEST)
    for path in (f"/leads/{lead}", f"/api/leads/{lead}", f"/api/leads/{lead}/timeline"):
        _tell(server, figures, path, 60, path.replace(str(lead), "{500 events}"))
    first = time.perf_counter()
    while "data-again" in server.page("/tuning/truth")[1]:
        time.sleep(0.1)
    figures.tell("seconds until Truth is counted for the first time", time.perf_counter() - first)
    for path in _INSIGHTS:
        _tell(server, figures, path, 500)


def _tell(server: Grown, figures: Figures, path: str, mark: int, name: str = "") -> None:
    before = server.cpu_seconds()
    took = server.milliseconds(path, TIMES)
    # Of the whole server, so that it is the page's own only while nothing else comes in.
    cpu = (server.cpu_seconds() - before) * 1000 / (TIMES + 1)
    figures.tell(f"{name or path}: p95 ms", p95(took), mark, p50=median(took), cpu=cpu)


def _walk(server: Grown, path: str, pages: int) -> str:
    """The address of that page, by the links of those before it; "" where the list is over before."""
    for _ in range(pages - 1):
        found = _NEXT.search(server.page(path)[1])
        if found is None:
            return ""
        path = unescape(found[1])
    return path
