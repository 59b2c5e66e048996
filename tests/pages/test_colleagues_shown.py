"""Ready and Lead: who else of the company was here."""

from __future__ import annotations

import time
from typing import Final

from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room
from tests.store.white_papers import HOUR, START, fold, form, made, page, paper

from ripeline.store.reading_lead import lead_id_of

#: Hours from the start of the cast's history to an hour ago, and to eight days ago.
NOW: Final = (time.time_ns() // 1_000_000 - START) / HOUR
LATELY, LONG_AGO = NOW - 1, NOW - 8 * 24


def came(room: Room, email: str, hours: float, **known: str) -> None:
    """Somebody takes the paper that makes ripe and says who they are."""
    fold(room.writer, made(f"v-{email}", [(hours, paper("c")), (hours + 0.1, form(email, **known))]))


def lead_page(room: Room, client: TestClient, email: str, query: str = "") -> str:
    with room.database.read() as conn:
        return client.get(f"/leads/{lead_id_of(conn, email)}{query}").text


def test_ready_and_lead_say_who_else_of_the_company_was_here(room: Room, bob: TestClient) -> None:
    came(room, "ada@mail.acme.co.uk", LATELY)
    came(room, "marc@acme.co.uk", LATELY - 1, name="Marc Aubert")
    came(room, "lisa@acme.co.uk", LATELY - 2)
    said = "2 more people of acme.co.uk in the last seven days : Marc Aubert , lisa@acme.co.uk"
    for shown in (bob.get("/ready").text, lead_page(room, bob, "ada@mail.acme.co.uk")):
        assert said in text_of(shown).replace(" ,", " ,")
        with room.database.read() as conn:
            assert f'<a href="/leads/{lead_id_of(conn, "marc@acme.co.uk")}">Marc Aubert</a>' in shown


def test_ready_says_it_also_of_whom_one_has_taken(room: Room, bob: TestClient) -> None:
    came(room, "ada@acme.fr", LATELY)
    came(room, "marc@acme.fr", LATELY)
    for (id,) in room.writer.execute("SELECT id FROM handoffs").fetchall():
        assert bob.post(f"/ready/{id}", data={"do": "claim"}).status_code == 303
    said = text_of(bob.get("/ready").text)
    assert said.count("1 more person of acme.fr in the last seven days") == 2


def test_the_number_links_to_all_of_the_company_who_were_here(room: Room, bob: TestClient) -> None:
    people = ("ada@mail.acme.co.uk", "marc@acme.co.uk", "lisa@acme.co.uk")
    for email in people:
        came(room, email, LATELY)
    came(room, "old@acme.co.uk", LONG_AGO)
    links = links_of(lead_page(room, bob, "ada@mail.acme.co.uk"))
    listed = links_of(bob.get(links["2 more people of acme.co.uk in the last seven days"]).text)
    assert {each for each in listed if "@" in each} - {"bob@example.com"} == set(people)


def test_one_other_person_is_one_person(room: Room, bob: TestClient) -> None:
    came(room, "ada@acme.fr", LATELY)
    came(room, "marc@acme.fr", LATELY)
    assert "1 more person of acme.fr in the last seven days : marc@acme.fr" in text_of(
        lead_page(room, bob, "ada@acme.fr")
    )
    french = bob.get("/ready?lang=fr").text
    assert "1 autre personne chez acme.fr ces sept derniers jours" in text_of(french)


def test_who_was_not_here_lately_is_not_named(room: Room, bob: TestClient) -> None:
    came(room, "ada@acme.fr", LATELY)
    came(room, "marc@acme.fr", LONG_AGO)
    assert "more person" not in lead_page(room, bob, "ada@acme.fr")


def test_the_same_provider_is_not_the_same_company(room: Room, bob: TestClient) -> None:
    came(room, "ada@orange.fr", LATELY)
    came(room, "marc@orange.fr", LATELY)
    assert "more person" not in bob.get("/ready").text + lead_page(room, bob, "ada@orange.fr")


def test_ready_names_two_and_counts_all(room: Room, bob: TestClient) -> None:
    came(room, "ada@acme.fr", LATELY)
    for number in range(5):
        fold(room.writer, made(f"v{number}", [(LATELY, page("/about")), (LATELY, form(f"p{number}@acme.fr"))]))
    shown = bob.get("/ready").text
    assert "5 more people of acme.fr in the last seven days : p0@acme.fr , p1@acme.fr …" in text_of(shown)
    assert "p4@acme.fr" in links_of(lead_page(room, bob, "ada@acme.fr"))


def test_a_look_back_does_not_pretend_to_know_who_was_here_then(room: Room, bob: TestClient) -> None:
    came(room, "ada@acme.fr", LATELY)
    came(room, "marc@acme.fr", LATELY)
    assert "more person" not in lead_page(room, bob, "ada@acme.fr", "?as_of=2026-11-10")
