"""Lead, sentence by sentence of what it promises: what did this person do, and why this score?"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.ripe_cast import (
    OFFERS,
    PHONE,
    ada,
    did,
    enter,
    hello,
    ripe,
    room_of,
    take,
    view,
    warming,
    without_script,
)
from tests.pages.room import Room

pytestmark = pytest.mark.browser

#: Two browsers of one person; the second took a guide.
TWO = [
    *did("v-tess-phone", (40, take("guide")), (39.9, hello("tess"))),
    *did("v-tess-desk", (20, view("/pricing")), (19.9, hello("tess"))),
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    made = room_of(tmp_path_factory.mktemp("lead"), OFFERS, *ada(), *ripe(), *warming(), *TWO)
    yield made
    made.writer.close()


@pytest.fixture
def alice(context: BrowserContext, address: str) -> Page:
    """The owner's browser."""
    context.set_extra_http_headers({"Accept-Language": "en"})
    return enter(context, address, "alice")


def story(place: Page, address: str, name: str) -> Page:
    """Go to that person by the list."""
    place.goto(f"{address}/leads?q={name.lower()}&out=yes")
    place.get_by_role("link", name=name, exact=True).click()
    expect(place.get_by_role("heading", level=1)).to_have_text(name)
    return place


def line(place: Page, what: str) -> Locator:
    return place.locator(".event", has_text=what).first


def score(place: Page) -> Locator:
    return place.locator(".person .standing strong")


def undo(place: Page, said: str) -> None:
    expect(place.locator(".said")).to_contain_text(said)
    place.locator(".said").get_by_role("button", name="Undo").click()
    expect(place.locator(".said")).not_to_contain_text(said)


def test_lead_answers_what_did_this_person_do_and_why_this_score(alice: Page, address: str) -> None:
    story(alice, address, "Ada")
    for heading in ("Why this score", "Sessions"):
        expect(alice.get_by_role("heading", name=heading)).to_be_visible()
    expect(alice.locator(".person .standing")).to_contain_text("burning 27")


def test_the_contact_card_has_what_one_needs_to_reach_them(alice: Page, address: str) -> None:
    card = story(alice, address, "Ada").locator(".card")
    expect(card.get_by_role("link", name="+33 6 12 34 56 78")).to_have_attribute("href", "tel:+33612345678")
    expect(card.get_by_role("link", name="ada@engines.example")).to_have_attribute("href", re.compile("^mailto:"))
    expect(alice.locator(".person")).to_contain_text("Engines")


def test_what_is_known_is_counted_2_of_5_criteria(alice: Page, address: str) -> None:
    card = story(alice, address, "Ada").locator(".card")
    expect(card).to_contain_text("2 of 5 known")
    expect(card).to_contain_text(re.compile("missing: .*Job"))


def test_it_says_by_which_consent_all_this_is_known(alice: Page, address: str) -> None:
    card = story(alice, address, "Ada").locator(".card")
    expect(card).to_contain_text(re.compile("Consent ?on the site, by"))
    expect(card).to_contain_text("nothing is kept before a yes")


def test_first_and_last_source_stand_on_the_card(alice: Page, address: str) -> None:
    card = story(alice, address, "Ada").locator(".card dl > div")
    expect(card.filter(has_text="First seen")).to_contain_text("google.com")
    expect(card.filter(has_text="Last seen")).to_contain_text("direct")
    expect(card.filter(has_text="Last seen").locator("time")).to_have_attribute("title", re.compile(r"20\d\d"))


def test_colleagues_are_the_people_of_that_company_this_week(alice: Page, address: str) -> None:
    story(alice, address, "Ada")
    expect(alice.locator(".card")).to_contain_text("1 more person of engines.example in the last seven days")
    alice.locator(".card").get_by_role("link", name="Grace").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Grace")


def test_the_number_of_colleagues_links_to_the_list_behind_it(alice: Page, address: str) -> None:
    story(alice, address, "Ada")
    alice.get_by_role("link", name="1 more person of engines.example in the last seven days").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Leads")
    assert sorted(alice.locator("tbody a.row").all_inner_texts()) == ["Ada", "Grace"]


def test_the_receipt_has_rule_times_points_caps_and_their_sum(alice: Page, address: str) -> None:
    receipt = story(alice, address, "Ada").locator(".receipt")
    pricing = receipt.get_by_role("row", name="Pricing")
    expect(pricing).to_contain_text("2 ×")
    expect(pricing).to_contain_text(re.compile("10 points"))
    expect(pricing.locator("td.number").last).to_have_text("+10")
    paid = [int(each) for each in receipt.locator("tbody tr td:last-child").all_inner_texts()]
    assert sum(paid) == 27
    expect(receipt.locator(".sum td").last).to_have_text("27")


def test_decay_is_a_line_of_the_receipt_and_it_still_adds_up(alice: Page, address: str) -> None:
    receipt = story(alice, address, "Beth").locator(".receipt")
    expect(receipt.get_by_role("row", name="Brochure")).to_contain_text("left")
    expect(receipt.get_by_role("row", name="Faded with time")).to_contain_text("−")
    paid = [float(each.replace("−", "-")) for each in receipt.locator("tbody tr td:last-child").all_inner_texts()]
    assert round(sum(paid), 3) == float(receipt.locator(".sum td").last.inner_text())
    expect(alice.get_by_text(re.compile("Cools down on .* if nothing happens"))).to_be_visible()


def test_near_misses_say_why_they_were_worth_nothing(alice: Page, address: str) -> None:
    misses = story(alice, address, "Ada").get_by_role("list", name="Near misses")
    expect(misses).to_contain_text("Blog after a paper, 0:")
    expect(misses).to_contain_text("Pricing, 0:")


def test_sessions_stand_newest_first_and_all_open_on_a_desk(alice: Page, address: str) -> None:
    story(alice, address, "Ada")
    expect(alice.locator("details.session[open]")).to_have_count(3)
    expect(alice.locator("details.session").first).to_contain_text("paper.pdf")
    expect(alice.locator("details.session").last).to_contain_text("/blog/choosing")


def test_on_a_phone_the_newest_is_open_and_the_rest_folded(browser: Browser, address: str) -> None:
    with browser.new_context(locale="en", viewport=PHONE, has_touch=True) as context:
        phone = story(enter(context, address), address, "Ada")
        expect(phone.locator("details.session[open]")).to_have_count(1)
        expect(line(phone, "paper.pdf")).to_be_visible()
        expect(line(phone, "/blog/choosing")).to_be_hidden()
        assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_session_has_source_duration_pages_with_time_spent_downloads_and_forms(alice: Page, address: str) -> None:
    newest, letter, first = story(alice, address, "Ada").locator("details.session").all()
    expect(first.locator("summary")).to_contain_text("search")
    expect(letter.locator("summary")).to_contain_text("e-mail")
    expect(letter.locator("summary")).to_contain_text("newsletter")
    expect(newest.locator("summary")).to_contain_text("6 min")
    expect(newest.locator("summary")).to_contain_text("2 pages")
    expect(newest.locator(".event").first).to_contain_text("/pricing 3 min")
    expect(line(alice, "guide.pdf").locator(".kind")).to_have_text("Download")
    expect(line(alice, "hello").locator(".kind")).to_have_text(re.compile("[Ff]orm"))


def test_points_stand_beside_the_line_that_earned_them_with_the_running_score(alice: Page, address: str) -> None:
    story(alice, address, "Ada")
    for what, points, running in (
        ("guide.pdf", "+3", "3"),
        ("/blog/installing", "+2", "5"),
        ("paper.pdf", "+12", "27"),
    ):
        expect(line(alice, what).locator(".points")).to_have_text(points)
        expect(line(alice, what).locator(".score")).to_have_text(f"score {running}")
    expect(line(alice, "/blog/choosing").locator(".points")).to_have_count(0)
    expect(line(alice, "/blog/choosing")).to_contain_text("Blog after a paper, 0:")


def test_the_crossing_of_the_band_is_drawn_in(alice: Page, address: str) -> None:
    story(alice, address, "Ada")
    for what, crossing in (("/blog/installing", "becomes warm"), ("paper.pdf", "becomes burning")):
        expect(line(alice, what).locator("xpath=following-sibling::li[1]")).to_have_text(crossing)
    newest = alice.locator("details.session").first
    expect(newest.locator(".event").first.locator("xpath=following-sibling::li[1]")).to_have_text("becomes hot")


def test_gaps_are_named(alice: Page, address: str) -> None:
    gaps = story(alice, address, "Ada").locator(".gap")
    expect(gaps).to_have_text([re.compile(r"^[34] days later$"), re.compile(r"^[78] days later$")])


def test_a_score_curve_has_the_band_lines(alice: Page, address: str) -> None:
    curve = story(alice, address, "Ada").locator(".curve")
    expect(curve.locator("text.level")).to_have_text(["warm 5", "hot 12", "burning 25"])
    expect(curve.locator("path.course")).to_be_visible()
    expect(curve).to_contain_text("Highest: 27")


def test_a_star_on_a_line_says_this_is_what_mattered(alice: Page, address: str) -> None:
    star = line(story(alice, address, "Ada"), "guide.pdf").get_by_role("button", name="This is what mattered")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(line(alice, "guide.pdf")).to_contain_text("alice@example.com: this mattered")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "false")


def test_marketers_score_this_and_sales_do_not(browser: Browser, address: str) -> None:
    with browser.new_context(locale="en") as context:
        mia = story(enter(context, address, "mia"), address, "Ada")
        line(mia, "hello").get_by_role("link", name="Score this").click()
        expect(mia.get_by_role("heading", level=1)).to_have_text("Score this")
        expect(mia.locator("pre code").first).to_contain_text("hello")
        expect(mia.get_by_role("button", name="Save this rule")).to_be_visible()
        mia.get_by_role("button", name="See what it would change").click()
        expect(mia.get_by_role("heading", name="What it would change")).to_be_visible()
    with browser.new_context(locale="en") as context:
        bob = story(enter(context, address), address, "Ada")
        expect(bob.get_by_role("link", name="Score this")).to_have_count(0)


@pytest.mark.parametrize("kind", ["Phone call", "E-mail", "Meeting"])
def test_notes_are_of_a_call_an_e_mail_or_a_meeting(alice: Page, address: str, kind: str) -> None:
    story(alice, address, "Grace").get_by_text("Write a note").click()
    alice.locator(".kinds label", has_text=kind).click()
    alice.get_by_label("Your note").fill("Back in December")
    alice.get_by_role("button", name="Keep the note").click()
    expect(alice.locator(".note").first).to_contain_text(kind)
    expect(alice.locator(".note .words").first).to_have_text("Back in December")
    undo(alice, "The note is kept.")


def test_manual_points_have_a_reason_and_are_a_ledger_line(alice: Page, address: str) -> None:
    story(alice, address, "Wanda").get_by_text("Give points by hand").click()
    alice.get_by_label("Points", exact=True).fill("4")
    alice.get_by_label("Why", exact=True).last.fill("Met at the fair")
    alice.get_by_role("button", name="Give the points").click()
    expect(score(alice)).to_have_text("9")
    expect(alice.locator(".receipt").get_by_role("row", name="Points by hand")).to_contain_text("+4")
    expect(alice.get_by_role("region", name="Points given by hand")).to_contain_text("Met at the fair")
    alice.locator(".said").get_by_role("button", name="Undo").click()
    expect(score(alice)).to_have_text("5")


def test_a_verdict_is_said_even_without_a_handoff(alice: Page, address: str) -> None:
    story(alice, address, "Wanda").get_by_text("Say a verdict").click()
    alice.get_by_role("button", name="Too early").click()
    expect(alice.locator(".stands")).to_contain_text("too early, says alice@example.com")
    undo(alice, "too early")
    expect(alice.get_by_text("Say a verdict")).to_be_visible()


def test_the_export_is_everything_about_this_person(alice: Page, address: str) -> None:
    story(alice, address, "Ada")
    with alice.expect_download() as started:
        alice.get_by_role("link", name="Everything about this person, as a file").click()
    text = started.value.path().read_text(encoding="utf-8")
    assert "ada@engines.example" in text
    assert "paper.pdf" in text
    assert "grace" not in text


def test_a_visitor_is_detached_and_put_back(alice: Page, address: str) -> None:
    story(alice, address, "Tess")
    expect(score(alice)).to_have_text("8")
    alice.get_by_text("A browser is somebody else’s").click()
    alice.locator(".browsers li").last.get_by_role("button").click()
    expect(score(alice)).not_to_have_text("8")
    alice.locator(".said").get_by_role("button", name="Undo").click()
    expect(score(alice)).to_have_text("8")


def test_two_leads_are_merged_and_it_is_undone(alice: Page, address: str) -> None:
    story(alice, address, "Wanda").get_by_text("Two leads, one person").click()
    alice.get_by_label("Who is this person, too?").fill("grace")
    alice.get_by_role("button", name="Look", exact=True).click()
    alice.get_by_role("link", name="Grace").click()
    alice.get_by_role("button", name="Put them together").click()
    expect(alice.locator(".said")).to_contain_text("The two are one lead now.")
    alice.locator(".said").get_by_role("button", name="Undo").click()
    expect(alice.locator(".said")).to_contain_text("They are two leads again.")
    story(alice, address, "Grace")


def test_erasing_takes_the_name_typed_and_leaves_nobody(alice: Page, address: str) -> None:
    story(alice, address, "Dora").get_by_text("Erase this person").click()
    alice.get_by_label("To be sure, type").fill(alice.locator(".rare b").inner_text())
    alice.get_by_role("button", name="Erase for good").click()
    expect(alice.locator(".said")).to_contain_text("Erased for good")
    alice.goto(f"{address}/leads?q=dora")
    expect(alice.get_by_text("Nobody fits these filters.")).to_be_visible()


def test_previous_and_next_go_through_the_list_one_came_from(alice: Page, address: str) -> None:
    alice.goto(f"{address}/leads?file=brochure")
    alice.locator("tbody a.row").first.click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Cora")
    expect(alice.get_by_role("link", name="Previous")).to_have_count(0)
    alice.get_by_role("link", name="Next").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Beth")
    expect(alice.get_by_role("link", name="Next")).to_have_count(0)
    alice.get_by_role("link", name="Previous").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Cora")


def test_it_is_told_in_french_for_who_reads_french(browser: Browser, address: str) -> None:
    with browser.new_context(locale="fr") as context:
        manon = story(enter(context, address, "manon"), address, "Ada")
        expect(manon.get_by_role("heading", name="Pourquoi ce score")).to_be_visible()
        expect(manon.locator(".gap").first).to_have_text(re.compile(r"^[34]\sjours plus tard$"))
        expect(manon.locator(".card")).to_contain_text("Consentement")


def test_it_is_all_there_without_a_script(browser: Browser, address: str) -> None:
    with without_script(browser) as context:
        opened = enter(context, address)
        opened.goto(f"{address}/leads?q=ada")
        opened.get_by_role("link", name="Ada", exact=True).click()
        assert opened.locator("details.session[open]").count() == 3
        assert opened.locator(".receipt .sum").inner_text().split() == ["Score", "27"]
        assert opened.locator(".curve path.course").count() == 1
