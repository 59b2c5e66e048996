"""Lead: what did this person do, and why this score?"""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room
from tests.store.white_papers import CAST, fold, form, made, page, paper

from ripeline.domain.event import Event
from ripeline.store.reading_lead import lead_detail


def lead_page(room: Room, client: TestClient, email: str, query: str = "") -> str:
    with room.database.read() as conn:
        id = lead_detail(conn, room.ruleset, email).id
    answer = client.get(f"/leads/{id}{query}")
    assert answer.status_code == 200
    return answer.text


def test_the_receipt_adds_up_to_the_score(full: Room, bob: TestClient) -> None:
    text = text_of(lead_page(full, bob, "marc@example.com"))
    assert "Blog after a paper 3 × +6 White paper B +5 White paper A +2 Score 13" in text


def test_fit_and_engagement_are_told_apart_when_both_count(full: Room, bob: TestClient) -> None:
    text = text_of(lead_page(full, bob, "marc@example.com", "?model=other"))
    assert "Director fit +3 Engagement 0 Fit 3 Score 3" in text


def test_a_near_miss_says_what_it_would_have_needed(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v", [(0, page("/blog/1")), (1, page("/blog/2")), (2, form("ada@example.com"))]))
    text = text_of(lead_page(room, bob, "ada@example.com"))
    assert "Blog after a paper, 0: needs Download first (2 ×)" in text
    assert "Nothing has counted so far. 0 Score 0" in text


def test_points_stand_beside_the_line_that_earned_them_with_the_running_score(full: Room, bob: TestClient) -> None:
    text = text_of(lead_page(full, bob, "marc@example.com"))
    assert "Download white-paper-a.pdf White paper A +2 score 2" in text
    assert "Download white-paper-b.pdf White paper B +5 score 7 becomes warm" in text
    assert "/blog/3 36 s Blog after a paper +2 score 13 becomes hot" in text


def test_sessions_stand_newest_first_with_the_gaps_named(full: Room, bob: TestClient) -> None:
    text = text_of(lead_page(full, bob, "marc@example.com"))
    assert text.index("/blog/3") < text.index("/blog/2") < text.index("white-paper-a.pdf")
    # Between the papers and the first visit lie less than 24 hours: their dates say enough.
    assert text.count("1 day later") == 2
    assert "23 h later" not in text


def test_older_sessions_are_one_link_away(room: Room, bob: TestClient) -> None:
    visits = [(24.0 * n, page(f"/day/{n}")) for n in range(12)]
    fold(room.writer, made("v", [*visits, (300, form("ada@example.com"))]))
    first = lead_page(room, bob, "ada@example.com")
    assert "/day/1 " not in text_of(first)
    older = bob.get(links_of(first)["Older sessions"]).text
    assert "/day/1" in text_of(older)
    assert "Older sessions" not in links_of(older)
    assert "Back to the newest" in links_of(older)


def test_the_page_opens_in_the_model_the_lead_is_ripest_in(full: Room, bob: TestClient) -> None:
    html = lead_page(full, bob, "capucine@example.com")
    assert "18" in text_of(html)
    assert links_of(html)["Other"] == "?model=other"


def test_what_is_known_stands_on_the_card(room: Room, bob: TestClient) -> None:
    known = form("ada@example.com", name="Ada Lovelace", company="Engines", phone="06 12 34 56 78", city="Lyon")
    fold(room.writer, made("v", [(0, paper("c")), (0.1, known)]))
    text = text_of(lead_page(room, bob, "ada@example.com"))
    assert "Ada Lovelace Engines hot 12" in text
    assert "Phone 06 12 34 56 78 E-mail ada@example.com City Lyon First seen" in text


def test_a_script_address_never_becomes_a_link(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v", [(0, paper("c")), (0.1, form("eve@example.com", website="javascript:alert(1)"))]))
    assert 'href="javascript' not in lead_page(room, bob, "eve@example.com")


@pytest.mark.parametrize("id", [999, 2**62, 2**80])
def test_nobody_by_that_number_is_said_so(full: Room, bob: TestClient, id: int) -> None:
    answer = bob.get(f"/leads/{id}")
    assert answer.status_code == 404
    assert "Nobody here" in text_of(answer.text)


def test_an_anonymous_visitor_has_a_page_too(full: Room, bob: TestClient) -> None:
    visitors = links_of(bob.get("/leads").text)
    assert "/pricing" in text_of(bob.get(visitors["Visitor v-ada"]).text)


def test_points_by_hand_are_shown_with_their_reason_and_author(full: Room, bob: TestClient) -> None:
    email = "marc@example.com"
    props = {"model": "vertical", "points": 4, "reason": "met at the fair", "by": "Alice"}
    at = max(event.at for event in CAST) + 1
    said: dict[str, Any] = {"email": email, "verified": True, "props": props}
    fold(full.writer, [Event(id="by-hand", visitor=f"email:{email}", on="points", at=at, received_at=at, **said)])
    text = text_of(lead_page(full, bob, email, "?model=vertical"))
    assert "Points given by hand" in text
    assert "met at the fair +4 by Alice" in text
    assert "met at the fair" not in text_of(lead_page(full, bob, email, "?model=other"))


def test_why_this_score_stands_before_what_is_known_and_what_happened(room: Room, bob: TestClient) -> None:
    fold(room.writer, made("v", [(0, paper("c")), (0.1, form("ada@example.com", city="Lyon"))]))
    text = text_of(lead_page(room, bob, "ada@example.com"))
    assert text.index("Why this score") < text.index("What is known") < text.index("Sessions")


def test_that_nobody_is_there_is_said_once(room: Room, bob: TestClient) -> None:
    gone = "This lead does not exist, or was erased."
    assert text_of(bob.get("/leads/9").text).count(gone) == 1
    bob.post("/leads/9/notes", data={"kind": "call", "text": "Glad to hear from us."})
    told = bob.get("/leads/9")
    assert text_of(told.text).count("Nothing was changed: the lead is gone.") == 1
    assert gone not in text_of(told.text)
    # And not again on the next page.
    assert "the lead is gone" not in text_of(bob.get("/leads").text)
