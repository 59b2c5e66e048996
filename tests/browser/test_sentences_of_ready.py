"""Ready, sentence by sentence of what it promises: whom do I call now?"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.ripe_cast import OFFERS, PHONE, ada, enter, ripe, room_of, warming, weeks_from_now, without_script
from tests.browser.serving import serving
from tests.pages.room import Room

from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person

pytestmark = pytest.mark.browser

PEAR = "a ripe pear in june"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    made = room_of(tmp_path_factory.mktemp("ready"), OFFERS, *ada(), *ripe(), *warming())
    yield made
    made.writer.close()


@pytest.fixture
def bob(context: BrowserContext, address: str) -> Page:
    context.set_extra_http_headers({"Accept-Language": "en"})
    opened = enter(context, address)
    opened.goto(f"{address}/ready")
    return opened


def row(place: Page, name: str) -> Locator:
    """Somebody's row, wherever on the page."""
    return place.locator("li", has=place.get_by_role("link", name=name, exact=True)).first


def press(place: Page, name: str, text: str) -> None:
    row(place, name).get_by_role("button", name=text, exact=True).click()


def undo(place: Page, said: str) -> None:
    """Read what was said, and take it back."""
    expect(place.locator(".said")).to_contain_text(said)
    place.get_by_role("button", name="Undo").click()
    expect(place.locator(".said")).not_to_contain_text(said)


def test_ready_answers_whom_do_i_call_now(bob: Page) -> None:
    expect(bob.get_by_role("heading", level=1)).to_have_text("Ready")
    expect(bob.locator(".heading")).to_contain_text("5 people")
    for name in ("Wanda", "Stan", "Carl"):
        expect(bob.get_by_role("link", name=name)).to_have_count(0)


def test_open_handoffs_stand_by_band_then_by_the_day_they_cool_down_then_by_age(bob: Page) -> None:
    expect(bob.locator(".calls h2")).to_have_text(["Ada", "Beth", "Cora", "Emma", "Dora"])
    expect(row(bob, "Ada").locator(".ripeness")).to_contain_text("burning")
    expect(row(bob, "Beth")).to_contain_text(re.compile(r"cools down in 2 days|cools down in 3 days"))
    expect(row(bob, "Cora")).to_contain_text(re.compile(r"cools down in 4 days|cools down in 5 days"))


def test_the_age_is_said_as_ripe_for_so_long_with_the_moment_in_its_title(bob: Page) -> None:
    age = row(bob, "Emma").locator(".ripe time")
    expect(row(bob, "Emma")).to_contain_text("ripe for 5 h")
    expect(age.first).to_have_attribute("title", re.compile(r"20\d\d"))
    expect(age.first).to_have_attribute("datetime", re.compile(r"^20\d\d-"))


def test_each_has_name_company_a_number_to_dial_three_reasons_and_the_next_step(bob: Page) -> None:
    one = row(bob, "Ada")
    expect(one.get_by_role("heading")).to_have_text("Ada")
    expect(one).to_contain_text("Engines")
    expect(one.get_by_role("link", name="+33 6 12 34 56 78")).to_have_attribute("href", "tel:+33612345678")
    expect(one.locator(".why li")).to_have_count(3)
    expect(one.locator(".why li").first).to_have_text("White paper")
    expect(one.locator(".why")).to_contain_text("Pricing twice")
    expect(one.locator(".next")).to_have_text("Call at once")
    expect(row(bob, "Emma").locator(".next")).to_have_text("Call within a day")


def test_a_row_has_at_most_three_actions(bob: Page) -> None:
    for acts in bob.locator(".calls .acts").all():
        assert acts.locator("button:visible, summary:visible").count() <= 3


def test_no_answer_is_again_tomorrow_in_one_tap(bob: Page) -> None:
    press(bob, "Dora", "No answer")
    expect(bob.get_by_text("Dora is here again tomorrow.")).to_be_visible()
    later = bob.get_by_role("region", name="Later")
    expect(later).to_contain_text("Dora")
    expect(later).to_contain_text(re.compile(r"again in (\d+ h|1 day)"))
    undo(bob, "Dora is here again tomorrow.")
    expect(bob.get_by_role("region", name="Later")).to_have_count(0)


def test_the_first_claim_wins_and_others_see_who(bob: Page, browser: Browser, address: str) -> None:
    press(bob, "Cora", "Claim")
    expect(bob.locator(".said")).to_contain_text("Cora is yours.")
    with browser.new_context(locale="en") as other:
        carl = enter(other, address, "carl")
        carl.goto(f"{address}/ready")
        expect(row(carl, "Cora")).to_contain_text("taken by bob@example.com")
        expect(row(carl, "Cora").get_by_role("button")).to_have_count(0)
    undo(bob, "Cora is yours.")


def test_verdict_and_outcome_are_said_in_place_with_undo(bob: Page) -> None:
    bob.evaluate("window.stayed = true")
    row(bob, "Beth").get_by_text("Verdict…").click()
    press(bob, "Beth", "right time")
    expect(bob.get_by_text("Beth: right time.")).to_be_visible()
    press(bob, "Beth", "Lost")
    undo(bob, "Beth: lost.")
    press(bob, "Beth", "Won")
    expect(bob.locator(".said")).to_contain_text("Beth: won.")
    bob.get_by_role("button", name="Undo").click()
    expect(bob.get_by_role("region", name="How did it end?")).to_contain_text("Beth")
    assert bob.evaluate("window.stayed")


def test_a_verdict_given_in_error_is_taken_back(bob: Page) -> None:
    row(bob, "Emma").get_by_text("Verdict…").click()
    press(bob, "Emma", "too early")
    undo(bob, "Emma: too early.")
    expect(row(bob, "Emma").get_by_role("button", name="Claim")).to_be_visible()


def test_the_list_is_a_csv_in_both_kinds(bob: Page) -> None:
    for name, separator in (("CSV", ","), ("CSV with ; for French Excel", ";")):
        with bob.expect_download() as download:
            bob.get_by_role("link", name=name, exact=True).click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        assert text.partition("\n")[0].count(separator) > 5
        assert "Ada" in text


def test_a_phone_keeps_its_session_for_weeks(browser: Browser, room: Room, address: str) -> None:
    room.now(lambda conn: add_person(conn, "paula@example.com", "sales", hash_password(PEAR), 1))
    with browser.new_context(locale="fr", viewport=PHONE, has_touch=True) as phone:
        opened = phone.new_page()
        opened.goto(f"{address}/ready")
        opened.get_by_label("E-mail").fill("paula@example.com")
        opened.get_by_label("Mot de passe").fill(PEAR)
        opened.get_by_role("button", name="Se connecter").tap()
        expect(opened.get_by_role("heading", level=1)).to_have_text("Prêts")
        (kept,) = [each for each in phone.cookies() if each["name"] == "ripeline"]
    assert weeks_from_now(kept["expires"]) > 3


def test_when_empty_it_says_who_is_nearest(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    nobody = room_of(tmp_path_factory.mktemp("nobody"), OFFERS, *warming())
    with serving(nobody.app()) as port, browser.new_context(locale="en") as context:
        opened = enter(context, f"http://127.0.0.1:{port}")
        opened.goto(f"http://127.0.0.1:{port}/ready")
        expect(opened.get_by_text("Nobody is ripe just now. These come next.")).to_be_visible()
        expect(opened.locator(".near li").first).to_contain_text("Wanda")
        expect(opened.locator(".near li").first).to_contain_text("7 to hot")
        opened.get_by_role("link", name="Wanda").click()
        expect(opened.get_by_role("heading", level=1)).to_have_text("Wanda")
    nobody.writer.close()


def test_a_ring_a_word_and_a_number_say_how_ripe(bob: Page) -> None:
    for ripeness in bob.locator(".calls .ripeness").all():
        expect(ripeness.locator("svg.ring")).to_be_visible()
        expect(ripeness.locator("strong")).to_have_text(re.compile(r"\d"))
        expect(ripeness.locator("span")).to_have_text(re.compile("hot|burning"))


def test_it_is_in_french_for_who_reads_french_and_the_switch_is_remembered(browser: Browser, address: str) -> None:
    with browser.new_context(locale="fr") as context:
        opened = enter(context, address, "manon")
        opened.goto(f"{address}/ready")
        expect(opened.get_by_role("heading", level=1)).to_have_text("Prêts")
        opened.get_by_role("link", name="English").click()
        expect(opened.get_by_role("heading", level=1)).to_have_text("Ready")
    with browser.new_context(locale="fr") as another:
        opened = enter(another, address, "manon")
        opened.goto(f"{address}/ready")
        expect(opened.get_by_role("heading", level=1)).to_have_text("Ready")


def test_it_is_light_by_day_and_dark_by_night(bob: Page) -> None:
    seen = []
    for scheme in ("light", "dark"):
        bob.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        colours = bob.evaluate("[...getComputedStyle(document.body).backgroundColor.matchAll(/[0-9.]+/g)].map(Number)")
        seen.append(sum(colours[:3]))
    assert seen[0] > seen[1]


def test_it_is_whole_from_a_phone_to_a_wide_screen(bob: Page) -> None:
    for width in (320, 390, 768, 1280, 1920):
        bob.set_viewport_size({"width": width, "height": 844})
        assert bob.evaluate("document.documentElement.scrollWidth") == width
        expect(row(bob, "Ada").get_by_role("button", name="Claim")).to_be_visible()


def test_it_comes_from_the_server_whole_without_a_script(browser: Browser, address: str) -> None:
    with without_script(browser) as context:
        opened = enter(context, address)
        opened.goto(f"{address}/ready")
        assert "Pricing twice" in opened.locator(".calls li").first.inner_text()
        assert opened.get_by_role("button", name="Claim").count() == opened.locator("li.call").count()


def test_sales_see_ready_and_leads_and_no_gear(bob: Page, browser: Browser, address: str) -> None:
    expect(bob.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_text(["Ready", "Leads"])
    with browser.new_context(locale="en") as context:
        alice = enter(context, address, "alice")
        alice.goto(f"{address}/ready")
        expect(alice.get_by_role("link", name="Settings")).to_be_visible()


def test_a_page_weighs_at_most_sixty_kilobytes(bob: Page) -> None:
    weight = bob.evaluate("""() => performance.getEntries()
      .filter((each) => each.decodedBodySize && !each.name.endsWith("/live"))
      .reduce((sum, each) => sum + each.decodedBodySize, 0)""")
    assert 10_000 < weight <= 60_000
