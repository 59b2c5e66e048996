"""What the tag costs a customer's page and its visitors: bytes, requests, time of the main thread, and waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from tests.browser.serving import serving
from tests.browser.wire import Wire, seen

from benchmarks.tracing import CATEGORIES, Work, work_of

ROUNDS: Final = 5
LATE_SECONDS: Final = 5
LONGEST_TASK_MS: Final = 5
SCRIPT_BYTES: Final = 2_600
SETTLED_MS: Final = 700

Figure = dict[str, object]

_TEXT: Final = "".join(
    f'<h2>Chapter {n}</h2><p>{"Pears and apples sorted at night. " * 20}</p><a href="/with?{n}">On</a>'
    for n in range(60)
)
_FORM: Final = '<form><input name="email" type="email"><input name="company"><button>Send</button></form>'


def tag(base: str, browser: Browser) -> Iterator[Figure]:
    """All figures, of a page of 60 chapters with a form."""
    with customer(base) as site:
        yield from _on_the_wire(browser, site, base)
        for slower in (1, 4):
            yield _on_the_thread(browser, site, base, slower)
        yield _waiting(browser, site)


@contextmanager
def customer(base: str) -> Iterator[str]:
    """A site with the same page three times: without the tag, with it, and with a script that comes late."""

    async def page(request: Request) -> Response:
        script = {"with": f"{base}/t.js", "late": "/late.js"}.get(request.path_params["kind"])
        tag = f'<script async src="{script}" data-api="{base}/e" data-consent="granted" data-dev></script>'
        return HTMLResponse(f"<!doctype html><title>Pears</title>{tag if script else ''}<body>{_TEXT}{_FORM}")

    async def late(_: Request) -> Response:
        await asyncio.sleep(LATE_SECONDS)
        return RedirectResponse(f"{base}/t.js")

    async def no_icon(_: Request) -> Response:
        return Response(status_code=204)

    routes = [Route("/late.js", late), Route("/favicon.ico", no_icon), Route("/{kind}", page)]
    with serving(Starlette(routes=routes)) as port:
        yield f"http://127.0.0.1:{port}"


def _on_the_wire(browser: Browser, site: str, base: str) -> Iterator[Figure]:
    """The first page view and the second."""
    with browser.new_context() as context:
        page = context.new_page()
        wire = Wire(page)
        for view in ("first", "second"):
            wire.loads.clear()
            page.goto(f"{site}/with")
            page.wait_for_timeout(SETTLED_MS)
            loads = wire.of(base)
            script = [each for each in loads if each.url.endswith("/t.js")]
            events = [each for each in loads if each not in script]
            yield {
                "figure": f"tag, {view} page view",
                "script_body_bytes": sum(each.body_bytes for each in script),
                "script_packed_by": "".join(each.coding for each in script),
                "bytes": sum(each.total_bytes for each in loads),
                # One more tells of the page before how long it was read, as it is left.
                "requests_beside_the_script": [f"{each.method} {each.status}" for each in events],
                "shift": seen(page)["shift"],
                "met": all(each.body_bytes <= SCRIPT_BYTES for each in script),
            }


def _on_the_thread(browser: Browser, site: str, base: str, slower: int) -> Figure:
    traced = [_traced(browser, site, base, slower) for _ in range(ROUNDS)]
    with_tag, layouts = [each for each, _ in traced], [both for _, both in traced]
    longest = sorted(round(each.task_ms, 2) for each in with_tag)
    return {
        "figure": f"tag on the main thread, a processor {slower} x slower",
        "script_ms": round(median(each.script_ms for each in with_tag), 2),
        "longest_stretch_ms": round(median(each.longest_ms for each in with_tag), 2),
        "longest_task_ms": median(longest),
        "low": longest[0],
        "high": longest[-1],
        "forced_layouts": max(each.forced for each in with_tag),
        "layouts_with_and_without": [median(both[n] for both in layouts) for n in (0, 1)],
        # The mark is of this machine; a slower one is told beside it.
        "met": (slower > 1 or median(longest) <= LONGEST_TASK_MS) and not any(each.forced for each in with_tag),
    }


def _traced(browser: Browser, site: str, base: str, slower: int) -> tuple[Work, tuple[int, int]]:
    """What the script did, and the layouts of the page with it and without."""
    with browser.new_context() as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        session.send("Performance.enable")
        without = _layouts(page, session, f"{site}/without")
        browser.start_tracing(page=page, categories=list(CATEGORIES))
        with_tag = _layouts(page, session, f"{site}/with")
        return work_of(browser.stop_tracing(), f"{base}/t.js"), (with_tag, without)


def _layouts(page: Page, session: CDPSession, address: str) -> int:
    """How often the page was laid out until some time after it was loaded."""
    page.goto(address)
    page.wait_for_timeout(SETTLED_MS)
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(int(each["value"]) for each in metrics if each["name"] == "LayoutCount")


def _waiting(browser: Browser, site: str) -> Figure:
    """When a visitor sees the page and can use it; `load` waits for any async script, as browsers do."""
    found: dict[str, dict[str, float]] = {}
    for kind in ("without", "with", "late"):
        times = []
        for _ in range(1 if kind == "late" else ROUNDS):
            with browser.new_context() as context:
                times.append(_times(context, f"{site}/{kind}"))
        found[kind] = {name: round(median(each[name] for each in times)) for name in times[0]}
    is_met = all(found["late"][name] < LATE_SECONDS * 1000 / 2 for name in ("paint_ms", "ready_ms", "clicked_ms"))
    return {"figure": f"a script {LATE_SECONDS} s late", "met": is_met} | found


def _times(context: BrowserContext, address: str) -> dict[str, float]:
    page: Page = context.new_page()
    page.goto(address, wait_until="domcontentloaded")
    page.evaluate("document.querySelector('input').addEventListener('focus', () => window.at = performance.now())")
    page.click("input >> nth=0", no_wait_after=True)
    clicked = float(page.evaluate("window.at"))
    page.wait_for_load_state("load")
    noted = seen(page)
    return {name: noted[name] for name in ("paint_ms", "ready_ms", "load_ms")} | {"clicked_ms": clicked}
