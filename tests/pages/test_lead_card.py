"""Lead: what is known, how much of what the rules ask for that is, and by which right."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import Room
from tests.pages.test_lead_over_time import page_of_ada, paper_rule, rules_with
from tests.pages.test_lead_page import lead_page
from tests.store.white_papers import fold, made, page, paper

FIT = """
known = { points = 2, lead.email = "*@example.com", label = "Known" }
free = { points = -2, lead.freemail = true, label = "Free provider" }
boss = { points = 5, lead.job = "*director*", lead.company = "*", label = "Decides" }
"""


def test_completeness_counts_what_the_fit_rules_ask_for_and_names_what_is_missing(tmp_path: Path) -> None:
    text = page_of_ada(tmp_path, rules_with("", paper_rule() + FIT))
    assert "Criteria 1 of 3 known, missing: Job, Company" in text


def test_a_model_that_asks_nothing_about_people_counts_no_criteria(tmp_path: Path) -> None:
    assert "Criteria" not in page_of_ada(tmp_path, rules_with("", paper_rule()))


def test_all_known_leaves_nothing_missing(full: Room, bob: TestClient) -> None:
    text = text_of(lead_page(full, bob, "marc@example.com", "?model=other"))
    assert "Criteria 1 of 1 known First seen" in text


def test_consent_is_dated_by_the_first_event_a_browser_kept(full: Room, bob: TestClient) -> None:
    text = text_of(lead_page(full, bob, "marc@example.com"))
    assert "Consent on the site, by Monday 2 November 2026 nothing is kept before a yes" in text


def test_what_programs_told_is_not_called_consent_given_on_the_site(room: Room, bob: TestClient) -> None:
    told = {"email": "ada@example.com", "verified": True}
    fold(room.writer, made("v", [(0, page("/one") | told), (1, {"on": "unsubscribe", "item": "news"} | told)]))
    text = text_of(lead_page(room, bob, "ada@example.com"))
    assert "Consent told by your own programs, not by a browser" in text
    assert "no more e-mails since Monday 2 November 2026" in text


def test_first_and_last_source_stand_on_the_card(room: Room, bob: TestClient) -> None:
    first = page("/one") | {"referrer": "https://www.google.com/"}
    fold(room.writer, made("v", [(0, first), (50, paper("c"))]))
    text = text_of(bob.get("/leads/1").text)
    assert "google" in text[text.index("First seen") : text.index("Last seen")]
    assert "direct" in text[text.index("Last seen") : text.index("Consent")]
