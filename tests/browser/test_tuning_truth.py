"""Truth in a real browser on the demo's data: one test a question, its three faults found, nobody kept out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.serving import serving
from tests.browser.test_pages_access import VARIANTS, Variant, faults_of, signed_in
from tests.pages.room import Room

from ripeline.commands.demo import prepare
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.truth.keeping import Truths

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The demo's ninety days."""
    settings = Settings(data=tmp_path_factory.mktemp("demo"))
    prepare(settings, time.time_ns() // 1_000_000)
    made = Room(settings, ruleset=load_rules(settings.rules_file))
    made.cookie_of("alice@example.com")
    yield made
    made.writer.close()


@pytest.fixture(scope="module")
def address(house: Room) -> Iterator[str]:
    with serving(house.app()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def truth(browser: Browser, address: str) -> Iterator[Page]:
    with signed_in(browser, address, (1280, "light", "en")) as context:
        context.set_default_timeout(5_000)
        opened = context.new_page()
        opened.goto(f"{address}/tuning/truth")
        yield opened


def question(truth: Page, name: str) -> Locator:
    return truth.locator("section", has=truth.get_by_role("heading", name=name, exact=True))


def test_how_spread_are_the_scores_is_drawn_and_told_as_a_table(truth: Page) -> None:
    spread = question(truth, "How spread are the scores?")
    expect(spread).to_contain_text("Half of them have")
    picture = spread.get_by_role("img", name="How many leads have how many points")
    expect(picture).to_be_visible()
    spread.get_by_text("As a table").click()
    drawn = [int(text.rpartition(": ")[2]) for text in picture.locator("title").all_text_contents()]
    told = [int(text) for text in spread.locator("tbody td").all_inner_texts()]
    assert [each for each in drawn if each] == told


def test_do_the_top_fifth_buy_more_than_the_next(truth: Page) -> None:
    tops = question(truth, "Do the top fifth buy more than the next fifth?")
    expect(tops).to_contain_text(re.compile("Not proven: the two intervals|Yes, and it is proven|No: the other way"))
    expect(tops.get_by_role("rowheader")).to_have_count(2)
    expect(tops.get_by_role("row").nth(1)).to_contain_text(re.compile(r"\d%.*\(.*–.*\), \d+ of \d+"))


def test_where_the_points_come_from_names_the_rule_that_never_pays(truth: Page) -> None:
    sources = question(truth, "Where do the points come from?")
    expect(sources).to_contain_text(re.compile(r"\d+% of all points come from"))
    expect(sources).to_contain_text(re.compile("Never paid anybody:.*Signed up for the webinar"))


def test_whoever_waits_for_the_figures_is_shown_them(browser: Browser, house: Room, address: str) -> None:
    few, house.truths = house.truths, Truths(house.settings.database_file, few=0)
    with signed_in(browser, address, (1280, "light", "en")) as context:
        opened = context.new_page()
        opened.goto(f"{address}/tuning/truth?calls=9")
        expect(question(opened, "How spread are the scores?")).to_be_visible(timeout=20_000)
        assert opened.url.endswith("?calls=9")
    house.truths.close()
    house.truths = few


def test_the_top_ten_are_a_click_away(truth: Page) -> None:
    ten = question(truth, "Who are the top ten, and why?")
    expect(ten.get_by_role("listitem")).to_have_count(10)
    first = ten.get_by_role("link").first
    expect(first).to_have_attribute("href", re.compile(r"/leads/\d+\?model=general"))
    expect(first).not_to_contain_text("@")


def test_what_should_count_against_somebody_has_its_what_if(truth: Page) -> None:
    against = question(truth, "What should count against somebody?")
    expect(against).to_contain_text("White paper")
    expect(against.get_by_role("button", name=re.compile("^Try −"))).to_be_visible()


def test_downloads_that_score_too_much_are_found(truth: Page) -> None:
    row = question(truth, "What is each rule worth?").get_by_role("row").filter(has_text="White paper")
    expect(row).to_contain_text(re.compile(r"yet \d+% of all points"))
    expect(row.get_by_role("button", name=re.compile("^Try"))).to_be_visible()


def test_a_threshold_too_high_is_found(truth: Page) -> None:
    threshold = question(truth, "Where should the threshold be?")
    sentence = threshold.get_by_text("You can call").inner_text()
    found = re.search(r"the threshold would be (\d+)\..*today, at (\d+)", sentence)
    assert found, sentence
    assert int(found[1]) < int(found[2]) == 16
    assert re.search(r"\d+ who bought without a call would have been called", sentence)


def test_the_calls_one_can_make_stay_in_the_address(truth: Page) -> None:
    truth.get_by_label("Calls we can make a week").fill("5")
    truth.get_by_label("Calls we can make a week").press("Enter")
    truth.wait_for_url(re.compile("calls=5"))
    expect(truth.get_by_text("You can call 5 a week")).to_be_visible()


def test_the_bands_are_held_against_everybody_and_before(truth: Page) -> None:
    bands = question(truth, "Do the bands mean anything?")
    bands.get_by_label("Our rate before, per cent").fill("8,5")
    bands.get_by_role("button", name="Remember").click()
    expect(truth.get_by_text("Before there was a score it was 8.5%.")).to_be_visible()
    expect(question(truth, "Do the bands mean anything?").get_by_role("rowheader")).to_have_count(3)


def test_what_buyers_read_leads_to_its_readers(truth: Page) -> None:
    contents = question(truth, "What do those read who buy?")
    contents.get_by_role("link", name="Pricing").click()
    truth.wait_for_url(re.compile(r"/leads\?model=general&page=/pricing"))
    expect(truth.get_by_role("table")).to_be_visible()


def test_the_way_to_hot_is_told_in_steps_with_counts(truth: Page) -> None:
    ways = question(truth, "The way to hot").get_by_role("listitem")
    expect(ways.first).to_contain_text(re.compile(r"→.*\d+ bought of \d+ who went so"))
    for text in ways.all_inner_texts():
        assert not text.startswith(("/", "Machines that sort fruit →"))


def test_a_review_is_done_with_five_keys(browser: Browser, address: str) -> None:
    with signed_in(browser, address, (1280, "light", "en")) as context:
        context.set_default_timeout(5_000)
        opened = context.new_page()
        opened.goto(f"{address}/tuning/review")
        opened.get_by_role("button", name="Begin a review").click()
        for number, key in enumerate("1234s", 1):
            expect(opened.get_by_text(f"card {number} of ")).to_be_visible()
            opened.keyboard.press(key)
        expect(opened.get_by_text("card 6 of ")).to_be_visible()
        opened.get_by_role("button", name="Undo").click()
        expect(opened.get_by_text("card 5 of ")).to_be_visible()
        opened.goto(f"{address}/tuning/review")
        expect(opened.get_by_text("4 of 25 cards.")).to_be_visible()
        opened.get_by_role("link", name="Go on").click()
        expect(opened.get_by_text("card 5 of ")).to_be_visible()


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant)))
def test_axe_finds_nothing_in_tuning(browser: Browser, address: str, variant: Variant) -> None:
    with signed_in(browser, address, variant) as context:
        if variant[0] == 390:
            context.new_page().goto(f"{address}/tuning/review")
        found = []
        for path in ("/tuning/truth", "/tuning/review", "/tuning/review/1/1", "/tuning/outcomes"):
            found += faults_of(context, address + path)
        assert found == []
