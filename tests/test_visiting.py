"""Our own site read for a draft: that site and no other, no longer than a minute, and never over what somebody made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from tests.browser.serving import serving

from ripeline.demo.shop import create_shop
from ripeline.outbox.web import Web
from ripeline.rules.reading import read_rules
from ripeline.visiting import Visit, Visiting, Wish, page_at

USER = 7


@contextmanager
def site(pages: dict[str, str], robots: str = "", seconds: float = 0.0) -> Iterator[tuple[str, list[str]]]:
    """A site with those pages: its origin, and what was asked of it."""
    asked: list[str] = []

    async def show(request: Request) -> Response:
        asked.append(request.url.path)
        await asyncio.sleep(seconds)
        if request.url.path == "/robots.txt" and robots:
            return PlainTextResponse(robots)
        page = pages.get(request.url.path)
        if page is not None and page.startswith("http"):
            return RedirectResponse(page, 301)
        return HTMLResponse(page or "", 200 if page else 404)

    with serving(Starlette(routes=[Route("/{path:path}", show)])) as port:
        yield f"http://127.0.0.1:{port}", asked


def visited(wish: Wish, visiting: Visiting | None = None, *, is_wanted: bool = True) -> tuple[Visit, list[str]]:
    """What came of it in the end, and what was delivered."""
    delivered: list[str] = []

    async def deliver(text: str) -> bool:
        delivered.append(text)
        return is_wanted

    async def story() -> Visit:
        house = visiting or Visiting()
        assert house.begin(USER, wish, deliver)
        assert not house.begin(USER, wish, deliver)
        while not _is_over(house.of(USER), delivered):  # noqa: ASYNC110 - a page looks again, too
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        visit = house.of(USER)
        assert visit is not None
        return visit

    return asyncio.run(story()), delivered


def _is_over(visit: Visit | None, delivered: list[str]) -> bool:
    return visit is not None and bool(visit.problem or (visit.text and delivered))


def test_the_demos_shop_becomes_rules_in_the_language_asked_for() -> None:
    with serving(create_shop("http://127.0.0.1:1", "key")) as port:
        visit, (text,) = visited(Wish(f"http://127.0.0.1:{port}", "Europe/Paris", "fr", private=True))
    ruleset = read_rules(text)
    labels = {rule.label for model in ruleset.models for rule in model.rules}
    assert {"Tarifs", "Étude de cas"} <= labels, labels
    assert ruleset.timezone == "Europe/Paris"
    assert visit.is_delivered
    assert (visit.pages > 5, visit.rules > 5) == (True, True)


def test_a_draft_nobody_took_waits() -> None:
    with site({"/": "<a href=/pricing>x</a>", "/pricing": "p"}) as (origin, _):
        visit, (text,) = visited(Wish(origin, "UTC", "en", private=True), is_wanted=False)
    assert visit.text == text
    assert not visit.is_delivered


def test_a_private_address_is_not_asked_for_anything_unless_that_is_allowed() -> None:
    with site({"/": "home"}) as (origin, asked):
        visit, delivered = visited(Wish(origin, "UTC", "en"))
    assert asked == []
    assert delivered == []
    assert "no page that could be read" in visit.problem


def test_what_robots_txt_forbids_is_left_alone() -> None:
    with site({"/": "<a href=/pricing>x</a>", "/pricing": "p"}, "User-agent: *\nDisallow: /pricing\n") as (
        origin,
        asked,
    ):
        visited(Wish(origin, "UTC", "en", private=True))
        assert "/pricing" not in asked
    with site({"/": "home"}, "User-agent: ripeline-draft\nDisallow: /\n") as (origin, asked):
        visit, _ = visited(Wish(origin, "UTC", "en", private=True))
    assert "asks programs not to read the site" in visit.problem
    assert asked == ["/robots.txt"]


def test_a_redirect_leads_within_the_site_and_never_out_of_it() -> None:
    with site({"/": "secret"}) as (elsewhere, asked), site({"/away": f"{elsewhere}/"}) as (origin, _):
        web = Web(private=True)
        assert asyncio.run(page_at(web, f"{origin}/away", origin)) is None
        assert asyncio.run(page_at(web, f"{elsewhere}/", origin)) is None
        assert asked == []


def test_a_slow_site_is_left_when_the_time_is_over() -> None:
    began = time.monotonic()
    with site({"/": "home"}, seconds=5) as (origin, _):
        visit, _ = visited(Wish(origin, "UTC", "en", private=True), Visiting(seconds=0.5))
        assert time.monotonic() - began < 4
    assert visit.problem


@pytest.mark.parametrize("charset", ["latin-1", "utf-8", "nonsense"])
def test_a_page_is_read_as_it_says(charset: str) -> None:
    async def show(_: Request) -> Response:
        known = "utf-8" if charset == "nonsense" else charset
        return Response("Été".encode(known), headers={"content-type": f'text/html; charset="{charset}"'})

    with serving(Starlette(routes=[Route("/", show)])) as port:
        origin = f"http://127.0.0.1:{port}"
        assert asyncio.run(page_at(Web(private=True), f"{origin}/", origin)) == ("Été", f"{origin}/")


def test_what_was_seen_is_forgotten_and_may_begin_anew() -> None:
    visiting = Visiting()
    with site({"/": "home"}) as (origin, _):
        visited(Wish(origin, "UTC", "en", private=True), visiting)
        visiting.forget(USER)
        assert visiting.of(USER) is None
