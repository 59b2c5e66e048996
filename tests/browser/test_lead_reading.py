"""Lead, read in a real browser: the story, the curve, stars, the way through the list, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from tests.browser.test_pages_access import VARIANTS, Variant, faults_of, signed_in
from tests.pages.room import Room
from tests.store.white_papers import fold, form, made, page, paper

from ripeline.settings import Settings

pytestmark = pytest.mark.browser

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    room = Room(Settings(data=tmp_path_factory.mktemp("data")))
    room.cookie_of("alice@example.com", locale="en")
    room.receive_the_cast()
    known = form(
        "ada@example.com", name="Ada Lovelace", company="Engines", phone="+33 6 12 34 56 78", message="Call me"
    )
    fold(room.writer, made("v-buyer", [(0, page("/blog/1")), (30, paper("c")), (30.1, known)]))
    yield room
    room.writer.close()


@pytest.fixture
def alice(context: BrowserContext, address: str) -> Page:
    """The owner's browser, in English."""
    context.add_cookies([{"name": "ripeline", "value": "key of alice@example.com", "url": address}])
    return context.new_page()


def story_of(alice: Page, address: str, who: str) -> None:
    alice.goto(f"{address}/leads")
    alice.get_by_role("link", name=who).first.click()
    expect(alice.locator("h1")).to_contain_text(who.partition("@")[0])


def test_what_did_this_person_do_and_why_this_score(address: str, alice: Page) -> None:
    story_of(alice, address, "marc@example.com")
    expect(alice.get_by_role("heading", name="Why this score")).to_be_visible()
    expect(alice.locator(".receipt .sum")).to_contain_text("13")
    expect(alice.get_by_role("heading", name="Sessions")).to_be_visible()


def test_points_running_score_and_the_crossing_stand_beside_the_line_that_earned_them(
    address: str, alice: Page
) -> None:
    story_of(alice, address, "marc@example.com")
    line = alice.locator(".event", has_text="/blog/3")
    points, score = line.locator(".points"), line.locator(".score")
    expect(points).to_have_text("+2")
    expect(score).to_contain_text("13")
    row = line.bounding_box()
    for each in (points, score):
        box = each.bounding_box()
        assert row
        assert box
        assert row["y"] <= box["y"] <= row["y"] + row["height"]
    expect(line.locator("xpath=following-sibling::li[1]")).to_have_text("becomes hot")


def test_the_curve_is_drawn_with_the_band_lines_also_on_paper(address: str, alice: Page) -> None:
    story_of(alice, address, "marc@example.com")
    media: Literal["screen", "print"]
    for media in ("screen", "print"):
        alice.emulate_media(media=media)
        box = alice.locator(".curve path.course").bounding_box()
        assert box
        assert box["width"] > 300
        assert box["height"] > 20
        expect(alice.locator(".curve svg text.level")).to_have_count(2)


def test_a_point_of_the_curve_opens_the_session_it_comes_from(address: str, alice: Page) -> None:
    alice.set_viewport_size(PHONE)
    story_of(alice, address, "marc@example.com")
    paper_a = alice.get_by_text("white-paper-b.pdf")
    expect(paper_a).to_be_hidden()
    alice.locator(".curve circle.straw").first.click()
    expect(paper_a).to_be_visible()


def test_the_curve_can_be_read_as_a_table(address: str, alice: Page) -> None:
    story_of(alice, address, "marc@example.com")
    alice.locator(".curve summary").focus()
    alice.keyboard.press("Enter")
    table = alice.get_by_role("table").filter(has_text="What happened")
    expect(table.get_by_role("row", name="becomes hot")).to_contain_text("13")


def test_a_star_is_given_in_place_and_neither_the_eye_nor_the_fold_moves(address: str, alice: Page) -> None:
    alice.set_viewport_size(PHONE)
    story_of(alice, address, "marc@example.com")
    alice.locator("details.session summary").last.click()
    star = alice.locator(".event", has_text="white-paper-a.pdf").get_by_role("button", name="This is what mattered")
    star.scroll_into_view_if_needed()
    before = star.bounding_box()
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    after = star.bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) < 2
    expect(alice.get_by_text("alice@example.com: this mattered")).to_be_visible()
    alice.keyboard.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "false")


def test_a_star_needs_no_script(address: str, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False, locale="en") as context:
        context.add_cookies([{"name": "ripeline", "value": "key of alice@example.com", "url": address}])
        page = context.new_page()
        page.goto(f"{address}/leads/1")
        page.get_by_role("button", name="This is what mattered").first.click()
        assert page.get_by_text("alice@example.com: this mattered").is_visible()
        page.get_by_role("button", name="This is what mattered").first.click()
        assert page.get_by_text("alice@example.com: this mattered").count() == 0


def test_j_and_k_go_through_the_list_one_came_from(address: str, alice: Page) -> None:
    alice.goto(f"{address}/leads")
    names = [each for each in alice.locator("a.row").all_inner_texts() if each]
    alice.locator("a.row").first.click()
    expect(alice.locator("h1")).to_have_text(names[0])
    alice.keyboard.press("j")
    expect(alice.locator("h1")).to_have_text(names[1])
    alice.keyboard.press("k")
    expect(alice.locator("h1")).to_have_text(names[0])
    alice.get_by_role("link", name="Back to the list").click()
    expect(alice).to_have_url(re.compile(r"/leads(\?|$)"))


def test_the_list_one_came_from_is_kept_in_every_model_and_on_every_day(address: str, alice: Page) -> None:
    alice.goto(f"{address}/leads?band=hot")
    alice.locator("a.row").first.click()
    alice.locator("nav.models a").last.click()
    expect(alice.get_by_role("link", name="Back to the list")).to_be_visible()
    alice.get_by_label("How it was on").fill("2026-11-03")
    alice.get_by_role("button", name="Look back").click()
    expect(alice.get_by_text("As it was on")).to_be_visible()
    alice.get_by_role("link", name="Back to today").click()
    alice.get_by_role("link", name="Back to the list").click()
    expect(alice).to_have_url(re.compile(r"band=hot"))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def test_axe_finds_nothing_on_the_lead_and_on_score_this(address: str, browser: Browser, variant: Variant) -> None:
    paths = ("1?from=band%3Dhot", "5?as_of=2026-11-03", "1/score/1?packet=2", "1/score/1?packet=other")
    with signed_in(browser, address, variant) as context:
        found = [faults_of(context, f"{address}/leads/{path}&lang={variant[2]}") for path in paths]
    assert found == [[], [], [], []]
