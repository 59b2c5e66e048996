"""Sales' whole story on a phone, in French: the alert's e-mail, the lead, the claim, the call, the verdict, the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from tests.browser.live import Live, running
from tests.browser.serving import free_port
from tests.outbox.mail_host import MailHost

from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.store.database import Database, transaction
from ripeline.store.destinations import Destination, add_destination

pytestmark = pytest.mark.browser

BOB, PASSWORD = "bob@example.com", "une poire mûre en juin"
RULES = """
[models.papers]
label = "Livres blancs"
bands = { warm = 5, hot = 12 }
next = { hot = "Appeler dans la journée" }

[models.papers.rules]
paper = { points = 12, on = "download", where.file = "c.pdf", label = "Livre blanc C" }
"""
ADA = {"email": "ada@example.com", "traits": {"name": "Ada Lovelace", "company": "Acme", "phone": "+33 6 12 34 56 78"}}
EVENTS = [
    {"id": "1", "visitor": "v", "on": "identify", "url": "https://shop.example/contact", **ADA},
    {"id": "2", "visitor": "v", "on": "download", "url": "https://shop.example/c.pdf"},
]


@pytest.fixture
def host() -> Iterator[MailHost]:
    with MailHost() as made:
        yield made


@pytest.fixture
def server(tmp_path: Path, host: MailHost) -> Iterator[Live]:
    """The real server with its mail server, and Bob, who sells."""
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    port = free_port()
    settings = {
        "base_url": f"http://127.0.0.1:{port}",
        "smtp": f"smtp://127.0.0.1:{host.port}?starttls=no",
        "mail_from": "Ripeline <alertes@example.com>",
    }
    with running(tmp_path, port=port, **settings) as live:
        with closing(Database(tmp_path / "ripeline.db").writer()) as conn, transaction(conn):
            add_person(conn, BOB, "sales", hash_password(PASSWORD), 1)
            add_destination(conn, Destination(0, "email", "Bob", BOB, ("lead.ready",), locale="fr"))
        yield live


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Bob's telephone: small, French, in his thumb's hand."""
    screen = ViewportSize(width=390, height=844)
    with browser.new_context(viewport=screen, locale="fr-FR", has_touch=True, is_mobile=True) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


def test_from_the_alert_to_the_outcome_on_a_phone_in_french(server: Live, host: MailHost, phone: Page) -> None:
    assert server.api.post("/api/events", json=EVENTS).json()["accepted"] == 2
    follow(phone, the_alert(host), "Tout sur ce prospect")

    phone.get_by_label("E-mail").fill(BOB)
    phone.get_by_label("Mot de passe").fill(PASSWORD)
    phone.get_by_role("button", name="Se connecter").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
    expect(phone.get_by_text("Appeler dans la journée")).to_be_visible()
    expect(phone.get_by_role("rowheader", name="Livre blanc C")).to_be_visible()

    claim = phone.get_by_role("button", name="Je m’en charge")
    assert is_under_the_thumb(claim)
    claim.tap()
    expect(phone.locator(".said")).to_contain_text("Ada Lovelace est à vous.")

    call = phone.get_by_role("link", name="Appeler")
    expect(call).to_have_attribute("href", "tel:+33612345678")
    assert is_under_the_thumb(call)
    phone.get_by_text("Écrire une note").tap()
    phone.get_by_label("Votre note").fill("Veut une démonstration en décembre.")
    phone.get_by_role("button", name="Garder la note").tap()
    expect(phone.locator(".said")).to_contain_text("La note est gardée.")

    phone.get_by_role("button", name="Au bon moment").tap()
    expect(phone.locator(".said")).to_contain_text("Votre avis est noté : au bon moment.")
    phone.get_by_text("Gagné ou perdu").tap()
    phone.get_by_label("Valeur, si connue").fill("12 500,50")
    phone.get_by_role("button", name="Gagné").tap()
    expect(phone.locator(".said")).to_contain_text("Noté comme gagné.")
    expect(phone.locator(".note .words")).to_have_text("Veut une démonstration en décembre.")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    (handoff,) = server.get("/api/handoffs", state="closed")["handoffs"]
    assert (handoff["verdict"], handoff["outcome"], handoff["owner"]) == ("right_time", "won", BOB)


def the_alert(host: MailHost) -> EmailMessage:
    """The one e-mail Bob gets."""
    patience = time.monotonic() + 15
    while not host.got and time.monotonic() < patience:
        time.sleep(0.02)
    (message,) = host.messages
    assert message["To"] == BOB
    assert "Ada Lovelace" in str(message["Subject"])
    return message


def follow(phone: Page, message: EmailMessage, link: str) -> None:
    """Read the e-mail as a mailbox shows it, and tap the link."""
    body = message.get_body(("html",))
    assert body is not None
    phone.set_content(body.get_content())
    phone.get_by_role("link", name=link).tap()


def is_under_the_thumb(button: Locator) -> bool:
    """In the lowest fifth of the screen, and high enough to be hit."""
    box = button.bounding_box()
    return box is not None and box["y"] > 844 * 0.8 and box["y"] + box["height"] <= 844 and box["height"] >= 44
