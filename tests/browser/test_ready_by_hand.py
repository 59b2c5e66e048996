"""Ready under one's thumb: in place, by keyboard, without a script, two people at once, nothing too small to hit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.serving import serving
from tests.browser.test_pages_access import VARIANTS, Variant, faults_of, signed_in
from tests.pages.room import Room
from tests.store.white_papers import fold, form, made, paper

from ripeline.settings import Settings

pytestmark = pytest.mark.browser

NAMES = ("ada", "berthe", "chloe", "denise", "emma")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Five people to call, the newest (Emma) first, each with a phone."""
    made_here = Room(Settings(data=tmp_path))
    for n, name in enumerate(NAMES):
        known = form(f"{name}@example.com", name=name.capitalize(), company="Verger", phone=f"+33 6 00 00 00 0{n}")
        fold(made_here.writer, made(f"v-{name}", [(n, paper("c")), (n + 0.1, known)]))
    yield made_here
    made_here.writer.close()


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    with serving(room.app()) as port:
        yield f"http://127.0.0.1:{port}"


def enter(context: BrowserContext, room: Room, address: str, name: str = "bob") -> Page:
    """That person's browser, on Ready."""
    for key, value in room.cookie_of(f"{name}@example.com", role="sales").items():
        context.add_cookies([{"name": key, "value": value, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/ready")
    return page


@pytest.fixture
def bob(context: BrowserContext, room: Room, address: str) -> Page:
    context.set_extra_http_headers({"Accept-Language": "en"})
    return enter(context, room, address)


def button(page: Page, name: str, text: str) -> None:
    """Press a button in somebody's row."""
    page.get_by_role("group", name=name).get_by_role("button", name=text, exact=True).click()


def test_a_claim_and_its_undo_leave_the_page_where_it_was(bob: Page) -> None:
    bob.evaluate("window.stayed = true")
    button(bob, "Emma", "Claim")
    expect(bob.get_by_role("status").filter(has_text="Emma is yours.")).to_be_visible()
    expect(bob.get_by_role("button", name="Undo")).to_be_focused()
    expect(bob.get_by_role("region", name="Taken").get_by_role("link", name="Emma", exact=True)).to_be_visible()
    bob.keyboard.press("Enter")
    expect(bob.get_by_text("Emma is free for everybody.")).to_be_visible()
    expect(bob.get_by_role("region", name="Taken")).to_have_count(0)
    assert bob.evaluate("window.stayed")


def test_what_was_said_is_seen_however_far_down_one_is(bob: Page) -> None:
    bob.set_viewport_size({"width": 390, "height": 844})
    bob.evaluate("scrollTo(0, 900)")
    before = bob.evaluate("scrollY")
    button(bob, "Chloe", "No answer")
    expect(bob.get_by_text("Chloe is here again tomorrow.")).to_be_in_viewport()
    assert abs(bob.evaluate("scrollY") - before) < 300


def test_the_keys_go_on_from_where_one_was(bob: Page) -> None:
    for _ in "jj":
        bob.keyboard.press("j")
    expect(bob.get_by_role("link", name="Denise", exact=True)).to_be_focused()
    button(bob, "Denise", "No answer")
    expect(bob.get_by_role("button", name="Undo")).to_be_focused()
    bob.keyboard.press("j")
    expect(bob.get_by_role("link", name="Chloe", exact=True)).to_be_focused()
    bob.keyboard.press("Enter")
    expect(bob.get_by_role("heading", level=1)).to_contain_text("Chloe")


def test_a_verdict_is_two_taps_and_closes_with_escape(bob: Page) -> None:
    emma = bob.get_by_role("group", name="Emma")
    emma.get_by_text("Verdict…").click()
    expect(emma.get_by_role("button", name="too early")).to_be_visible()
    bob.keyboard.press("Escape")
    expect(emma.get_by_role("button", name="too early")).to_be_hidden()
    emma.get_by_text("Verdict…").click()
    emma.get_by_role("button", name="right time").click()
    expect(bob.get_by_text("Emma: right time.")).to_be_visible()
    ended = bob.get_by_role("region", name="How did it end?")
    ended.get_by_label("Worth").fill("1 200")
    ended.get_by_label("Worth").press("Enter")
    expect(bob.get_by_text("Emma: won, 1,200.")).to_be_visible()


def test_of_two_who_claim_at_once_the_first_wins_and_the_other_sees_who(
    bob: Page, browser: Browser, room: Room, address: str
) -> None:
    with browser.new_context(locale="en") as other:
        carl = enter(other, room, address, "carl")
        button(bob, "Emma", "Claim")
        expect(bob.get_by_text("Emma is yours.")).to_be_visible()
        button(carl, "Emma", "Claim")
        expect(carl.get_by_role("alert")).to_have_text("bob@example.com has taken Emma already.")
        taken = carl.get_by_role("region", name="Taken")
        expect(taken.get_by_text("taken by bob@example.com")).to_be_visible()
        expect(taken.get_by_role("button")).to_have_count(0)


def test_a_second_press_is_not_a_second_wish(bob: Page) -> None:
    sent: list[str] = []
    bob.on("request", lambda request: sent.append(request.method))
    bob.evaluate("""() => {
      const press = document.querySelector('button[value=claim]');
      press.click();
      press.click();
    }""")
    expect(bob.get_by_text("Emma is yours.")).to_be_visible()
    assert sent.count("POST") == 1


def test_everything_is_done_without_a_script(browser: Browser, room: Room, address: str) -> None:
    with browser.new_context(java_script_enabled=False, locale="en", viewport={"width": 390, "height": 844}) as context:
        page = enter(context, room, address)
        button(page, "Emma", "Claim")
        assert page.get_by_text("Emma is yours.").is_visible()
        page.get_by_role("button", name="Undo").click()
        assert page.get_by_text("Emma is free for everybody.").is_visible()
        button(page, "Emma", "No answer")
        page.get_by_role("region", name="Later").get_by_role("button", name="Now").click()
        assert page.get_by_text("Emma is back on the list.").is_visible()
        page.get_by_role("group", name="Emma").get_by_text("Verdict…").click()
        page.get_by_role("group", name="Emma").get_by_role("button", name="off target").click()
        assert page.get_by_text("Emma: off target.").is_visible()


def test_on_a_phone_thumbs_find_everything(browser: Browser, room: Room, address: str) -> None:
    with browser.new_context(locale="fr", viewport={"width": 390, "height": 844}, has_touch=True) as context:
        page = enter(context, room, address)
        button(page, "Emma", "Prendre")
        expect(page.get_by_text("Emma est à vous.")).to_be_visible()
        expect(page.get_by_role("link", name="+33 6 00 00 00 04")).to_have_attribute("href", "tel:+33600000004")
        for group in page.get_by_role("group").all():
            group.locator("summary").click()
            expect(group.locator(".panel")).to_be_in_viewport(ratio=1)
            for each in group.locator("button, summary").all():
                box = each.bounding_box()
                assert box
                assert box["height"] >= 44
                assert box["width"] >= 44
            page.keyboard.press("Escape")
        for dial in page.locator("a.dial").all():
            box = dial.bounding_box()
            assert box
            assert box["height"] >= 44
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_list_can_be_taken_along_as_a_file(bob: Page) -> None:
    with bob.expect_download() as download:
        bob.get_by_role("link", name="CSV with ; for French Excel").click()
    assert re.fullmatch(r"ready-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    assert "Emma;" in download.value.path().read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def test_axe_finds_nothing_on_ready_in_use(browser: Browser, room: Room, address: str, variant: Variant) -> None:
    room.cookie_of("alice@example.com")
    with signed_in(browser, address, variant) as context:
        press = context.request
        for id, button in ((1, "claim"), (2, "snooze"), (3, "right_time")):
            press.post(f"{address}/ready/{id}", form={"do": button}, headers={"sec-fetch-site": "same-origin"})
        with browser.new_context() as other:
            enter(other, room, address, "carl").locator("button[value=claim]").first.click()
        assert faults_of(context, f"{address}/ready") == []
        assert faults_of(context, f"{address}/ready?part=later") == []
