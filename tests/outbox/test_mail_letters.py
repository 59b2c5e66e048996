"""What an e-mail says, in both languages, and that nobody can write anything else into it."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

import pytest
from tests.pages.reading_html import links_of, text_of

from ripeline.outbox.alert import Alert, LastPage, Person, Reason
from ripeline.outbox.email_letters import Letter, Reader, html_of, letter_of
from ripeline.outbox.email_letters import text_of as plain_text_of
from ripeline.outbox.email_message import Envelope, message_of
from ripeline.store.outbox_rows import TOPICS
from ripeline.templating.languages import Locale

#: 2026-11-21 17:02 UTC, a Saturday.
AT: Final = 1_795_280_520_000
ADA: Final = Person("Ada Lovelace", "ada@example.com", "Acme", "Head of purchasing", "+33 (0)6 12 34 56 78")
RIPE: Final = Alert(
    id="msg_1",
    topic="lead.ready",
    at=AT,
    lead=7,
    who=ADA,
    model="vertical",
    model_label="White papers",
    score=18_500,
    band="hot",
    link="https://leads.example.com/leads/7?model=vertical",
    reasons=(
        Reason("blog", "Blog", 6000, 3),
        Reason("c", "White paper C", 12_000, 1),
        Reason("manual", "manual", 1, 1),
    ),
    last_page=LastPage("Pricing", "https://shop.example/pricing", AT),
    source="email",
    next_step="Call within the day",
    handoff=3,
)
VERDICTS: Final = tuple((word, f"https://leads.example.com/v/{word}") for word in ("too_early", "right_time"))


def letter(alert: Alert = RIPE, locale: Locale = "en", **more: Any) -> Letter:
    return letter_of(alert, Reader(locale, "Europe/Paris"), VERDICTS, **more)


def sent(of: Letter) -> EmailMessage:
    """The message as the other side reads it."""
    made = message_of(of, Envelope("Ripeline <alerts@example.com>", "bob@example.com", AT, "<msg_1.2@example.com>"))
    return message_from_bytes(made.as_bytes(), policy=policy.default)


def both_parts(of: Letter) -> tuple[str, str]:
    message = sent(of)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return " ".join(plain.get_content().split()), text_of(html.get_content())


def test_the_subject_says_who_and_why() -> None:
    subject = sent(letter())["Subject"]
    assert subject.startswith("Ada Lovelace")
    for fact in ("Acme", "ripe", "18.5", "hot"):
        assert fact in subject


def test_both_parts_say_all_sales_need() -> None:
    for text in both_parts(letter()):
        for fact in (
            "Ada Lovelace",
            "Head of purchasing, Acme",
            "+33 (0)6 12 34 56 78",
            "ada@example.com",
            "18.5 hot",
            "White papers",
            "Blog three times",
            "White paper C",
            "Points by hand",
            "Call within the day",
            "Pricing, Saturday 21 November 2026, 18:02",
            "e-mail",
            "Too early",
            "Right time",
        ):
            assert fact in text, fact


def test_the_same_in_french() -> None:
    for text in both_parts(letter(locale="fr")):
        for fact in (
            "18,5 chaud",
            "Blog trois fois",
            "samedi 21 novembre 2026 à 18:02",
            "Au bon moment",
            "Points donnés",
        ):
            assert fact in text, fact
    assert '<html lang="fr">' in html_of(letter(locale="fr"))


def test_links_dial_write_open_the_lead_and_say_a_verdict() -> None:
    links = links_of(html_of(letter()))
    assert links["+33 (0)6 12 34 56 78"] == "tel:+33612345678"
    assert links["ada@example.com"] == "mailto:ada@example.com"
    assert links["Everything about this lead"] == RIPE.link
    assert links["Right time"] == "https://leads.example.com/v/right_time"
    for link in (RIPE.link, *(link for _, link in VERDICTS)):
        assert f"\n{link}\n" in plain_text_of(letter())


def test_nothing_in_it_is_fetched_from_anywhere() -> None:
    html = html_of(letter())
    assert not re.search(r"<(img|link|script|iframe|object|video|svg|base|form)\b|url\(|@import|\ssrc=|\son\w+=", html)


def test_headers_say_that_a_machine_wrote_it() -> None:
    message = sent(letter())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<msg_1.2@example.com>"
    assert message["Date"].datetime.timestamp() * 1000 == AT
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_topic_has_its_letter(topic: Any, locale: Locale) -> None:
    said: dict[str, Any] = {
        "verdict": "too_late",
        "note": "Bought elsewhere",
        "outcome": "lost",
        "value": 12_000_000,
        "by": "Bob",
    }
    alert = replace(RIPE, topic=topic, before="warm", **(said if topic in ("handoff.verdict", "lead.outcome") else {}))
    message = sent(letter(alert, locale))
    assert "Ada Lovelace" in message["Subject"]
    texts = both_parts(letter(alert, locale))
    assert all(("12,000" if locale == "en" else "12 000") in text for text in texts) == (alert.value is not None)
    assert all("Bought elsewhere" in text for text in texts) == bool(alert.note)


def test_a_reminder_and_a_test_say_what_they_are() -> None:
    assert sent(letter(reminds=True))["Subject"].startswith("Still open: Ada Lovelace")
    assert all("There will be no other reminder." in text for text in both_parts(letter(reminds=True)))
    assert sent(letter(replace(RIPE, is_test=True)))["Subject"].startswith("Test: Ada Lovelace")
    assert all("The person is made up." in text for text in both_parts(letter(replace(RIPE, is_test=True))))


def test_of_who_is_hardly_known_it_says_what_there_is() -> None:
    bare = replace(
        RIPE, who=Person(email="x@example.com"), reasons=(), last_page=None, source="", next_step="", model_label=""
    )
    html = html_of(letter(bare))
    assert "tel:" not in html
    assert text_of(html).count("x@example.com") == 3  # title, heading, link
    nobody = letter(replace(bare, who=Person()))
    assert "An anonymous visitor" in sent(nobody)["Subject"]
    assert "mailto:" not in html_of(nobody)


def test_a_phone_that_is_no_number_makes_no_link() -> None:
    for phone in ("javascript:alert(1)", "*21*0612345678#", '" onclick="x', "12"):
        html = html_of(letter(replace(RIPE, who=replace(ADA, phone=phone))))
        assert "tel:" not in html
        assert "onclick" not in html


BREAKS: Final = [
    "\r\nBcc: eve@example.com",
    "\nBcc: eve@example.com",
    "\rBcc: eve@example.com",
    "\r\n\r\n<h1>Hello</h1>",
    "\x00",
    "\x0b\x0cBcc: eve@example.com",
    "\x85Bcc: eve@example.com",
    "\u2028Bcc: eve@example.com",
    "\u2029\r\n.\r\nQUIT",
    "=?utf-8?q?=0D=0ABcc:_eve@example.com?=",
    "\u202egnp.exe",
    "\ud800",
    "é" * 3000,
    "x" * 3000,
    '", <eve@example.com>',
]


@pytest.mark.parametrize("text", BREAKS)
def test_nobody_writes_headers_by_their_name(text: str) -> None:
    of = letter(replace(RIPE, who=replace(ADA, name=f"Ada{text}", company=text, job=text)))
    message = sent(of)
    assert set(message.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    }
    assert message["To"] == "bob@example.com"
    assert len(message["Subject"]) <= 150
    assert message["Subject"].isprintable()
    assert message.get_content_type() == "multipart/alternative"
    assert len(message.get_payload()) == 2


MARKUP: Final = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><b>",
    "{{ 7 * 7 }}",
    "' style='x",
]


@pytest.mark.parametrize("text", MARKUP)
def test_what_the_public_wrote_is_text(text: str) -> None:
    alert = replace(
        RIPE,
        topic="handoff.verdict",
        who=Person(text, "ada@example.com", text, text, text),
        model_label=text,
        reasons=(Reason("x", text, 1, 2),),
        last_page=LastPage(text, text, AT),
        source=text,
        next_step=text,
        verdict=text,
        note=text,
        by=text,
    )
    html = html_of(letter(alert))
    harmless = html_of(letter(replace(alert, who=Person("n", "ada@example.com", "c", "j"))))
    assert re.findall(r"<(?:script|img|b)\b|>49<", html) == []
    assert html.count("<p ") == harmless.count("<p ")
    assert text in text_of(html) or "<" not in text


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", ""])
def test_only_web_addresses_become_links(link: str) -> None:
    assert 'href=""' in html_of(letter(replace(RIPE, link=link)))
