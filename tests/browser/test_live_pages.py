"""Ready, Leads and Lead while one looks at them: a score that moves is seen to move, and nothing else does."""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.live import SETUP_TOKEN, Live, running

pytestmark = pytest.mark.browser

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SHOP = "https://shop.example"
SOON = 6_000

_numbers = count(1)

Cookie = tuple[str, str]


def owner_of(url: str) -> Cookie:
    """The owner's cookie on a new server."""
    with httpx2.Client(base_url=url, headers={"sec-fetch-site": "same-origin"}) as client:
        fields = {"email": "bob@example.com", "password": "a ripe pear in june"}
        client.post(f"/setup/{SETUP_TOKEN}", data=fields)
        return "ripeline", client.cookies["ripeline"]


@pytest.fixture(scope="module")
def cookie(server: Live) -> Cookie:
    return owner_of(server.url)


def came(server: Live, visitor: str, *events: dict[str, object]) -> None:
    """A browser sends these through the public door, as the tag does."""
    now = int(time.time() * 1000)
    sent = [{"i": f"e{next(_numbers)}", "a": now, "u": f"{SHOP}/", **each} for each in events]
    answer = httpx2.post(
        f"{server.url}/e",
        content=json.dumps({"v": visitor, "t": now, "e": sent}),
        headers={"content-type": "text/plain", "user-agent": AGENT},
    )
    assert (answer.status_code, answer.json()["accepted"]) == (202, len(events)), answer.text


def ripe(server: Live, name: str) -> None:
    """Somebody asks for a demo: 10 points, and sales is told."""
    who: dict[str, object] = {"n": "identify", "p": {"email": f"{name}@{name}.example", "name": name.capitalize()}}
    came(server, f"v-{name}", who, {"n": "form", "k": "demo", "u": f"{SHOP}/demo"})


def reads(server: Live, name: str) -> None:
    """They look at the prices: 5 points more."""
    came(server, f"v-{name}", {"n": "page", "u": f"{SHOP}/pricing"})


@pytest.fixture
def bob(context: BrowserContext, server: Live, cookie: Cookie) -> Page:
    context.set_extra_http_headers({"Accept-Language": "en"})
    context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": server.url}])
    return context.new_page()


def row(place: Page | Locator, name: str) -> Locator:
    """The line of that person."""
    return place.locator("a.row").filter(has_text=re.compile(f"^{name}$"))


def shown(page: Page, path: str) -> Page:
    """Open a page, and wait until it listens."""
    with page.expect_response(re.compile("/live$")):
        page.goto(path)
    return page


def test_who_becomes_ripe_comes_onto_an_open_ready(server: Live, bob: Page) -> None:
    shown(bob, f"{server.url}/ready")
    bob.evaluate("window.stayed = true")
    ripe(server, "nadia")
    expect(row(bob, "Nadia")).to_be_visible(timeout=SOON)
    assert bob.evaluate("window.stayed")


@pytest.mark.parametrize("path", ["/ready", "/leads", "/leads/{id}"])
def test_an_event_moves_the_score_one_looks_at(server: Live, bob: Page, path: str) -> None:
    name = f"ada{next(_numbers)}"
    ripe(server, name)
    server.settled()
    lead = server.get(f"/api/leads/{name}@{name}.example")
    shown(bob, server.url + path.format(id=lead["id"]))
    score = bob.locator("li, tr", has=row(bob, name.capitalize())).locator(".ripeness strong")
    if "{" in path:
        score = bob.locator("main .standing strong").first
    expect(score).to_have_text("10")
    reads(server, name)
    expect(score).to_have_text("15", timeout=SOON)
    expect(score).to_have_class(re.compile("moved"))
    assert score.evaluate("each => getComputedStyle(each).animationName") == "moved"


def test_with_reduced_motion_nothing_moves_but_the_number(server: Live, bob: Page) -> None:
    ripe(server, "rosa")
    server.settled()
    bob.emulate_media(reduced_motion="reduce")
    shown(bob, f"{server.url}/ready")
    score = bob.locator("li", has=row(bob, "Rosa")).locator(".ripeness strong")
    reads(server, "rosa")
    expect(score).to_have_text("15", timeout=SOON)
    assert score.evaluate("each => getComputedStyle(each).animationName") == "none"


def test_a_colleague_who_claims_is_seen_to(server: Live, bob: Page) -> None:
    ripe(server, "clara")
    server.settled()
    shown(bob, f"{server.url}/ready")
    (handoff,) = server.get("/api/leads/clara@clara.example")["handoffs"][:1]
    server.api.post(
        f"/api/handoffs/{handoff['id']}/claim", json={"action": "claim", "owner": "bob@example.com"}
    ).raise_for_status()
    expect(row(bob.get_by_role("region", name="Taken"), "Clara")).to_be_visible(timeout=SOON)


def test_nothing_moves_under_an_open_choice_or_a_marked_text(server: Live, bob: Page) -> None:
    ripe(server, "olga")
    server.settled()
    shown(bob, f"{server.url}/ready")
    olga = bob.get_by_role("group", name="Olga")
    olga.get_by_text("Verdict…").click()
    ripe(server, "petra")
    bob.wait_for_timeout(2_500)
    expect(olga.get_by_role("button", name="too early")).to_be_visible()
    expect(row(bob, "Petra")).to_have_count(0)
    bob.keyboard.press("Escape")
    bob.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    bob.wait_for_timeout(2_500)
    expect(row(bob, "Petra")).to_have_count(0)
    bob.evaluate("getSelection().removeAllRanges()")
    expect(row(bob, "Petra")).to_be_visible(timeout=SOON)


def test_nothing_moves_while_one_types(server: Live, bob: Page) -> None:
    ripe(server, "tina")
    server.settled()
    shown(bob, f"{server.url}/leads")
    bob.locator("#q").press_sequentially("so")
    reads(server, "tina")
    bob.wait_for_timeout(2_500)
    bob.locator("#q").press_sequentially("me")
    expect(bob.locator("#q")).to_have_value("some")


def test_focus_scroll_and_what_was_said_stay(server: Live, bob: Page) -> None:
    for name in ("una", "vera", "wanda"):
        ripe(server, name)
    server.settled()
    bob.set_viewport_size({"width": 390, "height": 500})
    shown(bob, f"{server.url}/ready")
    bob.get_by_role("group", name="Wanda").get_by_role("button", name="No answer").click()
    expect(bob.get_by_role("button", name="Undo")).to_be_visible()
    row(bob, "Una").focus()
    before = row(bob, "Una").bounding_box()
    ripe(server, "xenia")
    expect(row(bob, "Xenia")).to_have_count(1, timeout=SOON)
    expect(row(bob, "Una")).to_be_focused()
    after = row(bob, "Una").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    expect(bob.get_by_role("button", name="Undo")).to_be_visible()


def test_a_fold_one_closed_stays_closed(server: Live, bob: Page) -> None:
    ripe(server, "yara")
    server.settled()
    lead = server.get("/api/leads/yara@yara.example")["id"]
    shown(bob, f"{server.url}/leads/{lead}")
    bob.locator("details.session summary").first.click()
    reads(server, "yara")
    expect(bob.locator("main .standing strong").first).to_have_text("15", timeout=SOON)
    expect(bob.locator("details.session[open]")).to_have_count(0)


def test_what_a_page_does_by_script_is_there_again_when_its_content_was_replaced(server: Live, bob: Page) -> None:
    ripe(server, "wilma")
    server.settled()
    bob.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    bob.goto(f"{server.url}/install")
    bob.evaluate("fetch('/install').then(read).then((next) => put(next))")
    bob.locator(".copy[data-copy=tag]").click()
    expect(bob.locator(".copy[data-copy=tag]")).to_have_text("Copied")
    bob.goto(f"{server.url}/leads")
    bob.evaluate("fetch('/leads').then(read).then((next) => put(next))")
    bob.keyboard.press("j")
    expect(bob.locator("a.row").first).to_be_focused()
    bob.keyboard.press("Enter")
    expect(bob).to_have_url(re.compile(r"/leads/\d+"))


def test_a_screen_reader_hears_how_many_there_are_now(server: Live, bob: Page) -> None:
    shown(bob, f"{server.url}/ready")
    ripe(server, "zoe")
    expect(bob.locator("#news")).to_have_text(re.compile(r"\d+ calls?"), timeout=SOON)


def test_an_open_page_finds_a_server_that_was_away(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context(locale="en") as context:
        page = context.new_page()
        with running(tmp_path) as first:
            name, value = owner_of(first.url)
            context.add_cookies([{"name": name, "value": value, "url": first.url}])
            shown(page, f"{first.url}/ready")
            port = int(first.port)
        with running(tmp_path, port=port) as second:
            ripe(second, "ada")
            expect(row(page, "Ada")).to_be_visible(timeout=15_000)


def test_a_listener_hears_ids_and_nothing_of_anybody(server: Live, cookie: Cookie) -> None:
    with (
        httpx2.Client(base_url=server.url, cookies=dict([cookie]), timeout=10) as client,
        client.stream("GET", "/live") as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.iter_lines()
        assert next(lines) == "retry: 3000"
        ripe(server, "hanna")
        told = next(line for line in lines if line.startswith("data:"))
    word = json.loads(told.removeprefix("data:"))
    assert word.keys() == {"leads", "ready", "bands", "all"}
    assert word["ready"] is True
    assert "hanna" not in told


def test_the_head_alone_ends_at_once(server: Live, cookie: Cookie) -> None:
    answer = httpx2.head(f"{server.url}/live", cookies=dict([cookie]), timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")


def test_who_is_not_signed_in_hears_nothing(server: Live) -> None:
    assert httpx2.get(f"{server.url}/live").headers["location"].startswith("/signin")


def test_a_server_that_stops_lets_open_pages_go(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with running(tmp_path) as server:
            cookies = dict([owner_of(server.url)])
            client = stack.enter_context(httpx2.Client(base_url=server.url, cookies=cookies, timeout=20))
            for _ in range(5):
                answer = stack.enter_context(client.stream("GET", "/live"))
                assert next(answer.iter_lines()) == "retry: 3000"
            assert httpx2.get(f"{server.url}/readyz").status_code == 200
            began = time.monotonic()
        assert time.monotonic() - began < 4
