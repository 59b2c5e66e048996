"""An alert in a mailbox, and the verdict said from it, in a real browser: on a phone, in both languages and schemes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.serving import free_port, serving
from tests.outbox.cast import ADA_IS_RIPE, EVE
from tests.pages.room import Room
from tests.store.white_papers import fold, form, made, paper

from ripeline.auth.secrets import derived_key
from ripeline.outbox.email_letters import Reader, html_of, letter_of
from ripeline.outbox.verdict_links import LASTS_MS, PATH, PURPOSE, VERDICTS, VerdictLink, VerdictSigner
from ripeline.settings import Settings
from ripeline.store.reading_verdicts import told_handoff
from ripeline.templating.languages import Locale

pytestmark = pytest.mark.browser

AXE: Final = Axe()
VARIANTS: Final[list[tuple[Locale, Literal["light", "dark"], int]]] = [
    ("en", "light", 390),
    ("en", "dark", 1280),
    ("fr", "dark", 390),
    ("fr", "light", 1280),
]


class Mailbox:
    """Bob's: an alert about Ada in it, whose links lead to a server that runs."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def html(self, locale: Locale, evil: bool = False) -> str:
        told = self.room.now(lambda conn: told_handoff(conn, 1))
        assert told is not None
        signer = VerdictSigner(derived_key(self.room.secret, PURPOSE))
        url = f"{self.room.settings.public_url}{PATH}"
        links = (VerdictLink(1, told[0], word, "bob@example.com", told[0] + 10 * LASTS_MS) for word in VERDICTS)
        alert = replace(EVE if evil else ADA_IS_RIPE, link=f"{self.room.settings.public_url}/leads/1")
        return html_of(
            letter_of(alert, Reader(locale, "UTC"), tuple((link.verdict, url + signer.token(link)) for link in links))
        )

    def verdicts(self) -> list[tuple[str, bool]]:
        """Every verdict said, and whether it still stands."""
        sql = "SELECT verdict, lifted_at IS NULL FROM verdicts ORDER BY id"
        return [(word, bool(stands)) for word, stands in self.room.now(lambda conn: conn.execute(sql).fetchall())]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    port = free_port()
    folder = tmp_path_factory.mktemp("data")
    room = Room(Settings(data=folder, base_url=f"http://127.0.0.1:{port}"))
    ada = form("ada@example.com", name="Ada Lovelace", company="Analytical Engines")
    fold(room.writer, made("v", [(0, paper("c")), (0.1, ada)]))
    with serving(room.app(), port):
        yield room
    room.writer.close()


@pytest.fixture
def mailbox(room: Room) -> Iterator[Mailbox]:
    yield Mailbox(room)
    room.now(lambda conn: conn.execute("DELETE FROM verdicts"))
    room.now(lambda conn: conn.execute("UPDATE handoffs SET state = 'open', verdict = NULL, closed_at = NULL"))


def say_it(mail: Page, mailbox: Mailbox) -> None:
    """From the alert to the verdict and back again."""
    mail.set_content(mailbox.html("en"))
    mail.get_by_role("link", name="Right time").click()
    expect(mail.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
    assert mailbox.verdicts() == []
    mail.get_by_role("button", name="Right time").click()
    expect(mail.locator(".noted")).to_have_text("Noted: right time. Thank you.")
    assert mailbox.verdicts() == [("right_time", True)]
    mail.get_by_role("button", name="Undo").click()
    expect(mail.get_by_text("Nothing is noted until you press a button.")).to_be_visible()
    assert mailbox.verdicts() == [("right_time", False)]
    mail.get_by_role("button", name="Off target").click()
    expect(mail.locator(".noted")).to_have_text("Noted: off target. Thank you.")


def test_a_verdict_is_said_from_an_email_and_undone_right_there(page: Page, mailbox: Mailbox) -> None:
    say_it(page, mailbox)


def test_it_needs_no_javascript(browser: Browser, mailbox: Mailbox) -> None:
    with browser.new_context(java_script_enabled=False, locale="en") as context:
        context.set_default_timeout(5_000)
        say_it(context.new_page(), mailbox)


def test_the_alert_asks_nobody_for_anything(context: BrowserContext, mailbox: Mailbox) -> None:
    asked: list[str] = []
    mail = context.new_page()
    mail.on("request", lambda request: asked.append(request.url))
    mail.set_content(mailbox.html("en", evil=True))
    mail.wait_for_load_state("networkidle")
    assert asked == []


@pytest.mark.parametrize(("locale", "scheme", "width"), VARIANTS)
def test_axe_finds_nothing_in_the_alert_nor_on_the_page(
    browser: Browser, mailbox: Mailbox, locale: Locale, scheme: Literal["light", "dark"], width: int
) -> None:
    with browser.new_context(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 800}) as context:
        context.set_default_timeout(5_000)
        mail = context.new_page()
        mail.set_content(mailbox.html(locale))
        check(mail)
        mail.locator("a.verdict").first.click()
        check(mail)
        mail.locator(".answers button").first.click()
        mail.locator(".noted").wait_for()
        check(mail)


def check(shown: Page) -> None:
    found = AXE.run(shown, options={"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}})
    assert found.violations_count == 0, found.generate_report()
    wide = shown.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_on_a_phone_each_button_has_room_for_a_thumb(browser: Browser, mailbox: Mailbox) -> None:
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        mail = context.new_page()
        mail.set_content(mailbox.html("fr"))
        links = mail.locator("a.verdict")
        heights = [links.nth(n).bounding_box() for n in range(links.count())]
        links.first.click()
        buttons = mail.locator(".answers button")
        heights += [buttons.nth(n).bounding_box() for n in range(buttons.count())]
        assert len(heights) == 8
        assert all(box is not None and box["height"] >= 40 for box in heights)


def test_the_page_is_small(page: Page, mailbox: Mailbox) -> None:
    page.set_content(mailbox.html("en"))
    weights: list[int] = []
    page.on("response", lambda answer: weights.append(len(answer.body())))
    page.get_by_role("link", name="Right time").click()
    page.wait_for_load_state("networkidle")
    assert 0 < sum(weights) <= 60 * 1024
    assert len(mailbox.html("fr")) < 20_000
