"""Test mode in a real browser: the corner says "+5 Pricing" to whoever has the signed link, and to nobody else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from tests.browser.live import Live, running
from tests.browser.serving import serving

from ripeline.auth.trials import Purpose, Trial, trial_token
from ripeline.store.database import Database

pytestmark = pytest.mark.browser

RULES: Final = """
[models.one]
bands = { warm = 4, hot = 8 }

[models.one.rules]
pricing = { points = 5, on = "page", where.path = "/pricing*", once_per = "lead", label = "Pricing" }
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("trial")
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    with running(folder) as live:
        yield live


@pytest.fixture(scope="module")
def website(house: Live) -> Iterator[str]:
    """Three pages with the tag, one of them under a strict policy."""

    async def answer(request: Request) -> HTMLResponse:
        consent = "" if request.url.path == "/asking" else 'data-consent="granted"'
        tag = f'<script async src="{house.url}/t.js" data-dev {consent}></script>'
        links = '<a href="/pricing">Pricing</a> <a href="/about">About</a>'
        body = f"<!doctype html><title>Page {request.url.path}</title>{tag}<body>{links}</body>"
        policy = f"default-src 'none'; script-src {house.url}; connect-src {house.url}"
        return HTMLResponse(body, headers={"Content-Security-Policy": policy} if request.url.path == "/strict" else {})

    with serving(Starlette(routes=[Route("/{path:path}", answer)])) as port:
        yield f"http://www.verger.test:{port}"


def link(house: Live, purpose: Purpose = "test", locale: str = "en") -> str:
    secret = (house.folder / "secret").read_bytes()
    return "#ripeline-test=" + trial_token(secret, Trial(purpose, locale), int(time.time() * 1000))


def corner(page: Page) -> str:
    """The text of the corner; "" where there is none. Its shadow root is closed to the page, not to the debugger."""
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
    session.detach()
    texts: list[str] = []

    def walk(node: dict[str, Any], inside: bool) -> None:
        if inside and node["nodeName"] == "#text":
            texts.append(node["nodeValue"].strip())
        for child in node.get("shadowRoots", []):
            walk(child, True)
        for child in node.get("children", []):
            walk(child, inside)

    walk(root, False)
    return " ".join(text for text in texts if text)


def wait_for(page: Page, words: str) -> str:
    deadline = time.monotonic() + 6
    while words not in (found := corner(page)):
        assert time.monotonic() < deadline, found
        page.wait_for_timeout(50)
    return found


def stored(house: Live) -> int:
    """How many events there are, without the time spent on pages, which comes when a page is left."""
    house.settled()
    with Database(house.folder / "ripeline.db").read() as conn:
        (count,) = conn.execute(
            "SELECT count(*) FROM events JOIN texts ON texts.id = kind_id WHERE text <> 'engagement'"
        ).fetchone()
    return int(count)


def test_the_corner_says_what_each_step_is_worth(page: Page, house: Live, website: str) -> None:
    before = stored(house)
    page.goto(f"{website}/about{link(house)}")
    assert "no rule counts this" in wait_for(page, "Page view · Page /about")
    assert page.url == f"{website}/about", "the token stays in the address bar"
    page.get_by_role("link", name="Pricing").click()
    found = wait_for(page, "+5 Pricing")
    assert "5 · warm" in found
    assert "Page view · Page /pricing" in found
    page.goto(f"{website}/pricing")
    wait_for(page, "0 Pricing (sent twice)")
    assert stored(house) == before


def test_nobody_without_the_link_sees_or_loads_anything_of_it(page: Page, house: Live, website: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = stored(house)
    page.goto(f"{website}/pricing")
    page.wait_for_timeout(600)
    assert corner(page) == ""
    assert not [url for url in asked if url.endswith(("?test", "/e/test"))]
    assert stored(house) == before + 1


@pytest.mark.parametrize("token", ["eve", "e30.eve", ""])
def test_a_link_that_is_not_ours_shows_nothing_and_the_visit_counts(
    page: Page, house: Live, website: str, token: str
) -> None:
    before = stored(house)
    page.goto(f"{website}/pricing#ripeline-test={token}")
    deadline = time.monotonic() + 6
    while stored(house) == before:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    assert corner(page) == ""
    assert page.evaluate("Object.keys(localStorage).filter((key) => /[.][th]$/.test(key))") == []


def test_at_the_end_nothing_of_the_test_is_sent_as_real(page: Page, house: Live, website: str) -> None:
    before = stored(house)
    page.goto(f"{website}/pricing{link(house)}")
    wait_for(page, "+5 Pricing")
    page.evaluate("ripeline('event', 'during_the_test')")
    wait_for(page, "During the test")
    with page.expect_navigation():
        press(page, "End the test")
    deadline = time.monotonic() + 6
    while stored(house) == before:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    page.wait_for_timeout(400)
    assert corner(page) == ""
    # The page is seen for real once more, and that is all that came.
    assert stored(house) == before + 1


def press(page: Page, name: str) -> None:
    """A closed shadow root keeps selectors out, and lets the mouse in."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    (button,) = [n for n in nodes if n.get("role", {}).get("value") == "button" and n["name"]["value"] == name]
    box = session.send("DOM.getBoxModel", {"backendNodeId": button["backendDOMNodeId"]})["model"]["content"]
    session.detach()
    page.mouse.click((box[0] + box[2]) / 2, (box[1] + box[5]) / 2)


def test_before_consent_the_corner_says_what_it_waits_for(page: Page, house: Live, website: str) -> None:
    page.goto(f"{website}/asking{link(house)}")
    wait_for(page, "the tag waits for consent")
    page.evaluate("ripeline('consent', true)")
    wait_for(page, "Page view · Page /asking")


def test_a_strict_policy_that_lets_the_tag_in_lets_the_corner_in(page: Page, house: Live, website: str) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    page.goto(f"{website}/strict{link(house, locale='fr')}")
    wait_for(page, "Terminer le test")
    assert [text for text in refused if re.search("script|style|connect", text)] == []


def test_a_colleague_is_left_out_by_a_link_and_can_come_back(page: Page, house: Live, website: str) -> None:
    page.goto(f"{website}/about")
    page.wait_for_timeout(500)
    before = stored(house)
    page.goto(f"{website}/pricing{link(house, 'ignore')}")
    wait_for(page, "This browser is left out")
    page.wait_for_timeout(400)
    page.goto(f"{website}/about")
    page.wait_for_timeout(500)
    assert (stored(house), corner(page)) == (before, "")
    page.evaluate("ripeline('optin')")
    page.wait_for_timeout(500)
    assert stored(house) == before + 1
