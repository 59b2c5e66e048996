"""Leads, sentence by sentence of what it promises: who is warming up?"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.ripe_cast import (
    OFFERS,
    PHONE,
    SERVICES,
    ada,
    did,
    enter,
    ripe,
    room_of,
    view,
    warming,
    without_script,
)
from tests.pages.room import Room

pytestmark = pytest.mark.browser

ANYBODY = [event for n in range(35) for event in did(f"guest{n:02}", (5 + n, view("/about")))]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Ten people with names, who came in many ways, and thirty-five without."""
    rules = OFFERS + SERVICES
    made = room_of(tmp_path_factory.mktemp("leads"), rules, *ada(), *ripe(), *warming(), *ANYBODY)
    yield made
    made.writer.close()


@pytest.fixture
def bob(context: BrowserContext, address: str) -> Page:
    context.set_extra_http_headers({"Accept-Language": "en"})
    opened = enter(context, address)
    opened.goto(f"{address}/leads")
    return opened


def row(place: Page, name: str) -> Locator:
    return place.locator("tbody tr", has=place.get_by_role("link", name=name, exact=True))


def names(place: Page) -> list[str]:
    return place.locator("tbody a.row").all_inner_texts()


def test_leads_answers_who_is_warming_up(bob: Page) -> None:
    expect(bob.get_by_role("heading", level=1)).to_have_text("Leads")
    expect(bob.locator(".heading")).to_contain_text("44 people")
    expect(row(bob, "Wanda")).to_contain_text("warm")


def test_they_are_ranked_by_score_in_the_chosen_model(bob: Page) -> None:
    scores = [float(each) for each in bob.locator("tbody .ripeness strong").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    assert names(bob)[0] == "Ada"
    bob.get_by_role("navigation", name="Models").get_by_role("link", name="Services").click()
    expect(bob).to_have_url(re.compile(r"\?model=services$"))
    expect(bob.locator("tbody a.row").first).to_have_text("Sofia")


def test_a_ring_a_word_and_a_number_never_colour_alone(bob: Page) -> None:
    bob.emulate_media(forced_colors="active")
    for name, band, score in (("Ada", "burning", "27"), ("Wanda", "warm", "5"), ("Sofia", "cold", "3")):
        expect(row(bob, name).locator("svg.ring")).to_be_visible()
        expect(row(bob, name).locator(".ripeness")).to_contain_text(f"{score}{band}")
    shapes = {name: row(bob, name).locator("svg.ring").inner_html() for name in ("Ada", "Wanda", "Sofia")}
    assert len(set(shapes.values())) == 3


def test_it_says_the_points_missing_to_the_next_band(bob: Page) -> None:
    expect(row(bob, "Wanda").locator(".score")).to_contain_text("7 to hot")
    expect(row(bob, "Sofia").locator(".score")).to_contain_text("2 to warm")


def test_each_line_has_top_reason_channel_last_seen_and_owner(bob: Page, address: str) -> None:
    one = row(bob, "Emma")
    expect(one.locator(".because")).to_contain_text("White paper")
    expect(one.locator(".channel")).to_have_text("direct")
    expect(one.locator(".seen time")).to_have_attribute("title", re.compile(r"20\d\d"))
    expect(one.locator(".owner")).to_have_count(0)
    bob.goto(f"{address}/ready")
    bob.get_by_role("group", name="Emma").get_by_role("button", name="Claim").click()
    expect(bob.locator(".said")).to_contain_text("Emma is yours.")
    bob.goto(f"{address}/leads")
    expect(bob.locator(".chips summary:visible")).to_have_text(["Band", "Last seen", "Owner", "+ filter"])
    bob.goto(f"{address}/leads?owner=me")
    expect(row(bob, "Emma").locator(".owner")).to_have_text("bob@example.com")
    expect(bob.locator("tbody tr")).to_have_count(1)
    bob.goto(f"{address}/ready")
    bob.get_by_role("group", name="Emma").get_by_role("button", name="Give back").click()
    expect(bob.locator(".said")).to_contain_text("Emma is free for everybody.")


def test_it_has_five_columns_and_three_filters_and_the_rest_behind_one_more(bob: Page) -> None:
    expect(bob.get_by_role("columnheader")).to_have_count(5)
    expect(bob.locator(".chips summary:visible")).to_have_text(["Band", "Last seen", "+ filter"])


def test_its_interest_is_said_when_there_are_several_models(bob: Page) -> None:
    expect(row(bob, "Sofia").get_by_role("link", name="riper in Services")).to_be_visible()
    row(bob, "Sofia").get_by_role("link", name="riper in Services").click()
    expect(bob).to_have_url(re.compile(r"model=services"))
    expect(row(bob, "Sofia").locator(".ripeness")).to_contain_text("10warm")


FILTERS = [
    ("band=burning", "burning", ["Ada"]),
    ("channel=email", "by e-mail", []),
    ("page=/pricing/options", "saw /pricing/options", ["Ada"]),
    ("file=brochure", "took brochure", ["Beth", "Cora"]),
    ("form=hello&silent=30", "sent hello", ["Carl"]),
    ("silent=30", "silent for 30 days", ["Carl"]),
    ("seen=7&band=warm", "seen in the last 7 days", ["Wanda"]),
    ("owner=nobody&q=wanda", "nobody’s", ["Wanda"]),
    ("identified=yes&band=warm", "identified", ["Wanda"]),
    ("identified=no&q=ada", "anonymous", []),
    ("q=engines", "“engines”", ["Ada", "Grace"]),
]


@pytest.mark.parametrize(("query", "chip", "found"), FILTERS, ids=[each[1] for each in FILTERS])
def test_every_filter_is_a_removable_chip_in_the_url(
    bob: Page, address: str, query: str, chip: str, found: list[str]
) -> None:
    bob.goto(f"{address}/leads?{query}")
    if found:
        assert sorted(names(bob)) == found
    bob.locator(".chip", has_text=chip).first.click()
    first = query.partition("=")[0]
    expect(bob).not_to_have_url(re.compile(rf"[?&]{first}="))
    expect(bob.locator(".chip", has_text=chip)).to_have_count(0)


def test_a_filter_of_the_form_ends_in_the_url(bob: Page, address: str) -> None:
    bob.get_by_text("+ filter").click()
    bob.get_by_label("File taken").fill("paper.pdf")
    bob.get_by_label("Form sent").fill("hello")
    bob.get_by_role("button", name="Show them").click()
    expect(bob).to_have_url(f"{address}/leads?file=paper.pdf&form=hello")
    assert sorted(names(bob)) == ["Ada", "Dora", "Emma"]


def test_a_view_is_saved_and_one_link_for_everybody(bob: Page, browser: Browser, address: str) -> None:
    bob.goto(f"{address}/leads?band=warm&identified=yes")
    bob.get_by_text("Keep this view").click()
    bob.get_by_label("Name", exact=True).fill("Nearly")
    bob.get_by_role("button", name="Keep").click()
    expect(bob.get_by_text("“Nearly” is kept.")).to_be_visible()
    with browser.new_context(locale="en") as other:
        carl = enter(other, address, "carl")
        carl.goto(f"{address}/leads")
        carl.get_by_role("navigation", name="Saved views").get_by_role("link", name="Nearly").click()
        expect(carl).to_have_url(f"{address}/leads?band=warm&identified=yes")
    bob.get_by_role("button", name="Undo").click()


def test_the_csv_is_exactly_this_view(bob: Page, address: str) -> None:
    bob.goto(f"{address}/leads?identified=yes&sort=seen&out=yes")
    shown = names(bob)
    with bob.expect_download() as started:
        bob.get_by_role("link", name="CSV", exact=True).click()
    lines = list(csv.DictReader(started.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert [each["Name"] for each in lines] == shown
    assert len(shown) == 10


def test_leads_out_of_target_are_last_and_hidden_by_default(bob: Page, address: str) -> None:
    expect(row(bob, "Stan")).to_have_count(0)
    bob.get_by_text("+ filter").click()
    bob.get_by_label("out of target too").check()
    bob.get_by_role("button", name="Show them").click()
    bob.goto(f"{bob.url}&identified=yes")
    assert names(bob)[-1] == "Stan"
    expect(row(bob, "Stan").locator(".ripeness")).to_contain_text("out of target")


def test_the_pages_go_on_from_the_last_one_shown(bob: Page) -> None:
    first = names(bob)
    bob.get_by_role("link", name="More", exact=True).click()
    expect(bob).to_have_url(re.compile("cursor="))
    second = names(bob)
    assert len(first) == 30
    assert len(second) == 14
    assert len({*first, *second}) == 44
    bob.get_by_role("link", name="Back to the top").click()
    assert names(bob) == first


def test_the_list_is_a_url_others_can_open(bob: Page, browser: Browser, address: str) -> None:
    bob.locator(".sort summary").click()
    bob.get_by_role("link", name="last seen first").click()
    shown, place = names(bob), bob.url
    assert place == f"{address}/leads?sort=seen"
    with browser.new_context(locale="en") as other:
        carl = enter(other, address, "carl")
        carl.goto(place)
        assert names(carl) == shown


def test_a_trend_says_who_moved_this_week(bob: Page) -> None:
    expect(row(bob, "Emma").locator(".because")).to_contain_text("new this week")
    expect(row(bob, "Ada").locator(".because")).to_contain_text("+22 this week")


def test_the_rank_works_from_the_keyboard(bob: Page) -> None:
    bob.keyboard.press("j")
    expect(bob.get_by_role("link", name="Ada", exact=True)).to_be_focused()
    bob.keyboard.press("j")
    bob.keyboard.press("k")
    bob.keyboard.press("Enter")
    expect(bob.get_by_role("heading", level=1)).to_have_text("Ada")
    bob.go_back()
    bob.keyboard.press("?")
    expect(bob.get_by_role("dialog", name="Keys")).to_be_visible()


def test_on_a_phone_no_line_is_wider_than_the_screen(bob: Page) -> None:
    bob.set_viewport_size(PHONE)
    assert bob.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    expect(row(bob, "Ada").locator(".ripeness")).to_be_in_viewport()


def test_it_comes_from_the_server_whole_without_a_script(browser: Browser, address: str) -> None:
    with without_script(browser) as context:
        opened = enter(context, address)
        opened.goto(f"{address}/leads?band=burning")
        opened.get_by_role("link", name="Ada", exact=True).click()
        assert opened.get_by_role("heading", level=1).inner_text() == "Ada"


def test_it_is_written_in_french_for_who_reads_french(browser: Browser, address: str) -> None:
    with browser.new_context(locale="fr") as context:
        opened = enter(context, address, "manon")
        opened.goto(f"{address}/leads?band=warm")
        expect(opened.get_by_role("heading", level=1)).to_have_text("Prospects")
        expect(row(opened, "Wanda").locator(".ripeness")).to_contain_text("tiède")
        expect(opened.locator(".chip")).to_contain_text("tiède")


def test_nothing_moves_for_who_wants_less_motion(bob: Page) -> None:
    bob.emulate_media(reduced_motion="reduce")
    moving = "[...document.querySelectorAll('*')].filter((each) => each.getAnimations().length).length"
    assert bob.evaluate(moving) == 0
