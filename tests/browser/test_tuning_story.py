"""The marketer's whole story: draft, rules, what-if, save, review, outcomes by CSV, adviser, threshold, the list."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.live import Live, running
from tests.browser.serving import free_port, serving
from tests.browser.test_pages_access import TOLD_IN

from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.commands.demo import prepare
from ripeline.demo.shop import create_shop
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction

pytestmark = pytest.mark.browser

ALICE, PASSWORD = "alice@example.com", "une poire mûre en juin"
WORDS = {
    "en": ("outcomes recorded.", "You can call 30 a week: the threshold would be", "on the sales list now."),
    "fr": (
        "issues enregistrées.",
        "Vous pouvez en appeler 30 par semaine\u202f: le seuil serait",
        "la liste des commerciaux",
    ),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's ninety days, and Alice, who does the marketing."""
    folder = tmp_path_factory.mktemp("demo")
    prepare(Settings(data=folder), time.time_ns() // 1_000_000)
    with closing(Database(folder / "ripeline.db").writer()) as conn, transaction(conn):
        add_person(conn, ALICE, "marketer", hash_password(PASSWORD), 1)
    return folder


@pytest.fixture
def server(demo: Path, tmp_path: Path) -> Iterator[Live]:
    """The real server on a copy of it; the shop is one of its sites."""
    folder = tmp_path / "data"
    shutil.copytree(demo, folder)
    port = free_port()
    with serving(create_shop(f"http://127.0.0.1:{port}", "k")) as shop:
        settings = {"origins": f"http://127.0.0.1:{shop}", "private_hooks": "1"}
        with running(folder, port=port, base_url=f"http://127.0.0.1:{port}", **settings) as live:
            yield live


@pytest.mark.parametrize("language", TOLD_IN)
def test_from_the_draft_to_the_accepted_list(browser: Browser, server: Live, language: str) -> None:
    recorded, advised, told = WORDS[language]
    with browser.new_context(locale=language, viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(15_000)
        alice = context.new_page()
        sign_in(alice, server)
        draft_from_the_site(alice)
        alice.locator("button[id^=more-rule-]").first.click()
        expect(alice.locator(".rules .changed").first).to_be_visible()
        save_after_the_what_if(alice)
        review(alice, server)
        bring_outcomes(alice, server, recorded)
        move_the_threshold(alice, server, advised)
        accept_the_list(alice, server, told)


def sign_in(alice: Page, server: Live) -> None:
    alice.goto(f"{server.url}/tuning/rules")
    alice.locator("#email").fill(ALICE)
    alice.locator("#password").fill(PASSWORD)
    alice.locator("main button").click()
    expect(alice.locator("h1")).to_be_visible()


def draft_from_the_site(alice: Page) -> None:
    alice.locator('form[action="/tuning/rules/site"] button').click()
    expect(alice.locator(".drafted")).to_be_visible(timeout=60_000)


def save_after_the_what_if(alice: Page) -> None:
    """The scenarios' new ends are right; what it would do is read before it is saved; then scores are made anew."""
    ends = alice.locator('form[action="/tuning/rules/ends"] button')
    if ends.count():
        ends.click()
    expect(ends).to_have_count(0)
    expect(alice.locator(".whatif:not([data-poll])")).to_be_visible(timeout=60_000)
    alice.locator('form[action="/tuning/rules/save"] button').click()
    expect(alice.locator(".drafted")).to_have_count(0)
    expect(alice.locator("#going-on")).to_have_count(0, timeout=60_000)
    alice.reload()
    expect(alice.locator("#going-on")).to_have_count(0, timeout=60_000)


def review(alice: Page, server: Live) -> None:
    alice.goto(f"{server.url}/tuning/review")
    alice.locator('form[action="/tuning/review/begin"] button').click()
    for place, key in enumerate("21s", 1):
        alice.wait_for_url(f"**/tuning/review/1/{place}")
        alice.keyboard.press(key)
    alice.wait_for_url("**/tuning/review/1/4")
    alice.goto(f"{server.url}/tuning/review")
    expect(alice.locator("progress")).to_have_attribute("value", "3")


def bring_outcomes(alice: Page, server: Live, recorded: str) -> None:
    """Thirty lines as a French CRM writes them."""
    people = [
        lead["email"] for lead in server.get("/api/leads", identified="true", limit="60")["leads"] if lead["email"]
    ]
    lines = [f"{email};{'Gagnée' if n % 3 else 'Perdue'};20/11/2026;1 200,50 €" for n, email in enumerate(people[:30])]
    alice.goto(f"{server.url}/tuning/outcomes")
    alice.locator("#text").fill("\n".join(["Courriel;Statut;Date de clôture;Montant", *lines]))
    alice.locator("button[value=look]").click()
    expect(alice.locator(".look tbody tr")).to_have_count(8)
    alice.locator("button[value=take]").click()
    expect(alice.locator(".said")).to_contain_text(re.compile(rf"\d+ {recorded}"))


def move_the_threshold(alice: Page, server: Live, advised: str) -> None:
    """The adviser's sentence, tried from its row, seen as a what-if, and saved."""
    alice.goto(f"{server.url}/tuning/truth")
    alice.locator("#calls").fill("30")
    alice.locator("#calls").press("Enter")
    expect(alice.get_by_text(advised)).to_be_visible()
    alice.locator("tr.changed form button").click()
    expect(alice.locator(".rules .changed")).to_be_visible()
    save_after_the_what_if(alice)


def accept_the_list(alice: Page, server: Live, told: str) -> None:
    """Who is ripe only by the new threshold is called when a person says so, and not before."""
    proposed = alice.locator('form[action="/tuning/rules/proposals"] button')
    expect(proposed.first).to_be_visible()
    before = len(server.get("/api/handoffs", state="open", limit="500")["handoffs"])
    proposed.last.click()
    expect(alice.locator(".said")).to_contain_text(told)
    assert len(server.get("/api/handoffs", state="open", limit="500")["handoffs"]) > before
