"""What sales does on the Lead page in a real browser: in place, without leaving it, and without a script too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.browser.serving import serving
from tests.fold.ledger_house import MINUTE, download, identify, page, white_papers
from tests.fold.test_merging import CAPPED
from tests.pages.room import Room

from ripeline.domain.event import Event
from ripeline.fold.folder import now_ms
from ripeline.fold.keeper import Keeper
from ripeline.rules.reading import read_rules
from ripeline.settings import Settings
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events

pytestmark = pytest.mark.browser

ADA, MARC = "ada@example.com", "marc@example.com"

PAPERS = """
[models.vertical]
label = "White papers"
bands = { warm = 5, hot = 12 }
[models.vertical.rules]
paper-c = { points = 12, on = "download", where.file = "c.pdf", label = "White paper C" }
"""


def room_with(folder: Path, rules: str, *events: Event) -> Room:
    """A room under these rules in which that has happened; Alice owns it."""
    made = Room(Settings(data=folder), ruleset=read_rules(rules))
    with transaction(made.writer):
        append_events(made.writer, list(events), Dictionary())
    keeper = Keeper(made.writer, made.ruleset, now_ms)
    while keeper.step():
        pass
    made.cookie_of("alice@example.com")
    return made


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Many who took the same paper, one a test: people do not meddle with each other."""
    people = [event for n in range(9) for event in white_papers(["C", f"p{n}@example.com"], f"browser-{n}")]
    room = room_with(tmp_path_factory.mktemp("papers"), PAPERS, *people)
    with serving(room.app()) as port:
        yield f"http://127.0.0.1:{port}"
    room.writer.close()


@pytest.fixture(scope="module")
def sixteen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Case 16: two leads, each with A (once a lead) and 6 capped points of one day."""
    each = [
        [identify(visitor, person, 0), download(visitor, "a", 1)]
        + [page(visitor, f"/{visitor}{n}", n * MINUTE) for n in range(1, 5)]
        for person, visitor in ((ADA, "phone"), (MARC, "laptop"))
    ]
    room = room_with(tmp_path_factory.mktemp("sixteen"), CAPPED, *each[0], *each[1])
    with serving(room.app()) as port:
        yield f"http://127.0.0.1:{port}"
    room.writer.close()


def signed_in(context: BrowserContext, address: str) -> Page:
    context.add_cookies([{"name": "ripeline", "value": "key of alice@example.com", "url": address}])
    context.set_default_timeout(5_000)
    return context.new_page()


@pytest.fixture
def english(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(locale="en", viewport={"width": 390, "height": 844}) as context:
        yield context


def open_lead(page: Page, address: str, person: str) -> None:
    page.goto(f"{address}/leads?q={person}&out=yes")
    page.locator("a.row").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(person)


def said(page: Page) -> Locator:
    return page.locator(".said")


def score(page: Page) -> Locator:
    return page.locator(".person .standing strong")


def test_merge_and_its_undo_through_the_page_give_case_16(sixteen: str, english: BrowserContext) -> None:
    alice = signed_in(english, sixteen)
    open_lead(alice, sixteen, ADA)
    expect(score(alice)).to_have_text("8")
    alice.get_by_text("Two leads, one person").click()
    alice.get_by_label("Who is this person, too?").fill("marc")
    alice.get_by_role("button", name="Look", exact=True).click()
    alice.get_by_role("link", name=MARC).click()
    expect(alice.locator(".together tbody td strong")).to_have_text(["8", "8", "8"])
    expect(alice.locator(".together .sum")).to_contain_text("not 16, their sum")
    alice.get_by_role("button", name="Put them together").click()
    expect(said(alice)).to_contain_text("The two are one lead now.")
    expect(score(alice)).to_have_text("8")
    alice.reload()
    alice.get_by_role("button", name=f"Take {MARC} apart again").click()
    expect(said(alice)).to_contain_text("They are two leads again.")
    expect(score(alice)).to_have_text("8")
    open_lead(alice, sixteen, MARC)
    expect(score(alice)).to_have_text("8")


def test_a_note_is_kept_without_leaving_the_page(papers: str, english: BrowserContext) -> None:
    alice = signed_in(english, papers)
    open_lead(alice, papers, "p0@example.com")
    alice.evaluate("window.isStillHere = true")
    alice.get_by_text("Write a note").click()
    alice.get_by_text("Meeting").click()
    alice.get_by_label("Your note").fill("At the fair")
    alice.get_by_role("button", name="Keep the note").click()
    expect(alice.locator(".note")).to_contain_text("Meeting")
    alice.get_by_role("button", name="Undo").click()
    expect(alice.locator(".note")).to_have_count(0)
    assert alice.evaluate("window.isStillHere")


def test_the_verdict_is_asked_once_somebody_has_taken_the_call(papers: str, english: BrowserContext) -> None:
    alice = signed_in(english, papers)
    open_lead(alice, papers, "p1@example.com")
    expect(alice.get_by_role("button", name="Right time")).to_be_hidden()
    alice.get_by_role("button", name="I take this one").click()
    alice.get_by_role("button", name="Too late").click()
    expect(alice.locator(".stands")).to_contain_text("Too late, says alice@example.com", ignore_case=True)
    alice.get_by_role("button", name="Undo").click()
    expect(alice.get_by_role("button", name="Too late")).to_be_visible()
    alice.get_by_role("button", name="Let others take it").click()
    expect(alice.get_by_role("button", name="I take this one")).to_be_visible()


def test_points_by_hand_move_the_score_and_go_back(papers: str, english: BrowserContext) -> None:
    alice = signed_in(english, papers)
    open_lead(alice, papers, "p2@example.com")
    alice.get_by_text("Give points by hand").click()
    alice.get_by_label("Points", exact=True).fill("2.5")
    alice.get_by_label("Why", exact=True).last.fill("Met at the fair")
    alice.get_by_role("button", name="Give the points").click()
    expect(score(alice)).to_have_text("14.5")
    alice.get_by_role("button", name="Undo").click()
    expect(score(alice)).to_have_text("12")


def test_what_is_known_is_corrected_in_place(papers: str, english: BrowserContext) -> None:
    alice = signed_in(english, papers)
    open_lead(alice, papers, "p3@example.com")
    alice.get_by_text("Correct what is known").click()
    alice.get_by_label("Name", exact=True).fill("Ada Lovelace")
    alice.get_by_role("button", name="Correct it").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
    alice.get_by_role("button", name="Undo").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("p3@example.com")


def test_a_browser_of_somebody_else_is_taken_out_and_put_back(papers: str, english: BrowserContext) -> None:
    alice = signed_in(english, papers)
    open_lead(alice, papers, "p4@example.com")
    alice.get_by_text("A browser is somebody else’s").click()
    alice.get_by_role("button", name="Take out browser").click()
    expect(score(alice)).to_have_text("0")
    alice.get_by_role("button", name="Undo").click()
    expect(score(alice)).to_have_text("12")


def test_erasing_asks_for_the_name_and_ends_on_the_list(papers: str, english: BrowserContext) -> None:
    alice = signed_in(english, papers)
    open_lead(alice, papers, "p5@example.com")
    alice.get_by_text("Erase this person").click()
    alice.get_by_label("To be sure, type").fill("p6@example.com")
    alice.get_by_role("button", name="Erase for good").click()
    expect(said(alice)).to_contain_text("Nobody was erased")
    alice.get_by_text("Erase this person").click()
    alice.get_by_label("To be sure, type").fill("p5@example.com")
    alice.get_by_role("button", name="Erase for good").click()
    expect(said(alice)).to_contain_text("Erased for good: p5@example.com")
    expect(said(alice).get_by_role("button")).to_have_count(0)
    expect(alice).to_have_url(f"{papers}/leads")


def test_everything_is_done_without_a_script(papers: str, browser: Browser) -> None:
    with browser.new_context(locale="en", java_script_enabled=False) as context:
        alice = signed_in(context, papers)
        open_lead(alice, papers, "p7@example.com")
        alice.get_by_role("button", name="I take this one").click()
        alice.get_by_role("button", name="Too early").click()
        alice.get_by_text("Won or lost?").click()
        alice.get_by_role("button", name="Lost").click()
        alice.get_by_role("button", name="Undo").click()
        alice.get_by_text("Write a note").click()
        alice.get_by_label("Your note").fill("No script, no trouble")
        alice.get_by_role("button", name="Keep the note").click()
        assert alice.locator(".note .words").inner_text() == "No script, no trouble"


def test_what_was_written_stays_until_it_gets_through(papers: str, english: BrowserContext) -> None:
    alice = signed_in(english, papers)
    open_lead(alice, papers, "p8@example.com")
    alice.get_by_text("Write a note").click()
    alice.get_by_label("Your note").fill("Glad to hear from us.")
    keep = alice.get_by_role("button", name="Keep the note")
    english.set_offline(True)
    keep.click()
    expect(alice.get_by_role("alert")).to_contain_text("That did not get through.")
    english.set_offline(False)
    english.clear_cookies()
    keep.click()
    expect(alice.get_by_role("alert")).to_contain_text("You are signed out.")
    expect(alice.get_by_label("Your note")).to_have_value("Glad to hear from us.")
    signed_in(english, papers)
    keep.click()
    expect(said(alice)).to_contain_text("The note is kept.")
    expect(alice.get_by_role("region", name="Notes")).to_contain_text("Glad to hear from us.")
