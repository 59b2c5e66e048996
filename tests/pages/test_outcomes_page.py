"""Outcomes brought to the page: looked at first, then taken once, and taken back when it was a slip."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from tests.pages.room import Room

from ripeline.pages.outcomes_forms import LARGEST

HERE = "/tuning/outcomes"
DEALS = """"Deal Name";"E-mail";"Deal Stage";"Close Date";"Amount"
"Big";"Capucine@example.com";"Closed won";"05/11/2026";"12 500,50 €"
"Small";"marc@example.com";"Closed lost";"2026-11-06";""
"Other";"nobody@example.com";"Closed won";"2026-11-06";"1"
"""
OPEN = DEALS + '"New";"elodie@example.com";"Appointment scheduled";"2026-11-07";"1"\n'


def kept(room: Room) -> list[tuple[Any, ...]]:
    with room.database.read() as conn:
        return conn.execute(
            "SELECT l.email, o.outcome, o.value, o.author FROM outcomes o JOIN leads l ON l.id = o.lead_id"
            " WHERE o.lifted_at IS NULL ORDER BY l.email"
        ).fetchall()


ENDED = [
    ("capucine@example.com", "won", 12_500_500, "alice@example.com"),
    ("marc@example.com", "lost", None, "alice@example.com"),
]


def send(client: TestClient, text: str, do: str = "look", **more: Any) -> Response:
    """As a browser does it: one form, its file left empty."""
    return client.post(HERE, data={"text": text, "do": do, **more}, files={"file": ("", b"")})


def plain(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def said(client: TestClient, answer: Response) -> str:
    """What the next page says of it."""
    assert answer.status_code == 303
    return plain(client.get(answer.headers["location"]))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_example_in_the_field_can_be_pasted_as_it_stands(full: Room, alice: TestClient, language: str) -> None:
    page = alice.get(HERE, headers={"accept-language": language}).text
    example = unescape(re.search(r'placeholder="([^"]*)"', page)[1])  # type: ignore[index]
    shown = plain(send(alice, example.replace("ada@example.com", "capucine@example.com")))
    assert "1 outcome to record" in shown
    assert "12,500.5" in shown


def test_what_would_be_taken_is_shown_before_it_is(full: Room, alice: TestClient) -> None:
    shown = plain(send(alice, DEALS))
    assert "3 outcomes to record" in shown
    assert "2 won, 1 lost." in shown
    assert "1 e-mail no lead has is left out: nobody@example.com" in shown
    assert re.search(r"capucine@example.com\s+won\s+.*5 November.*\s+12,500.5", shown)
    assert kept(full) == []


def test_taken_once_and_the_same_again_is_nothing_new(full: Room, alice: TestClient) -> None:
    told = said(alice, send(alice, DEALS, "take"))
    assert "2 outcomes recorded. 1 e-mail no lead has: nobody@example.com" in told
    assert kept(full) == ENDED
    assert "0 outcomes recorded. 2 had been recorded before." in said(alice, send(alice, DEALS, "take"))
    assert kept(full) == ENDED


def test_a_file_is_read_like_a_paste_whatever_wrote_it(full: Room, alice: TestClient) -> None:
    file = {"file": ("deals.csv", DEALS.encode("cp1252"), "text/csv")}
    assert "3 outcomes to record" in plain(alice.post(HERE, data={"do": "look"}, files=file))
    alice.post(HERE, data={"do": "take"}, files=file)
    assert kept(full) == ENDED


def test_taken_back_it_is_as_before(full: Room, alice: TestClient) -> None:
    def handoffs() -> list[tuple[Any, ...]]:
        with full.database.read() as conn:
            return conn.execute("SELECT id, state, outcome, closed_at, lifted_at FROM handoffs ORDER BY id").fetchall()

    before = handoffs()
    page = alice.get(send(alice, DEALS, "take").headers["location"]).text
    assert handoffs() != before
    (at,) = set(re.findall(r'name="at" value="(\d+)"', page))
    assert "2 outcomes were taken back." in said(alice, alice.post(f"{HERE}/back", data={"at": at}))
    assert kept(full) == []
    assert handoffs() == before


def test_an_outcome_of_before_still_closes_what_it_closed(full: Room, alice: TestClient) -> None:
    send(alice, "email,outcome,date\nmarc@example.com,lost,2026-11-01\n", "take")
    page = alice.get(send(alice, DEALS, "take").headers["location"]).text
    newest = max(re.findall(r'name="at" value="(\d+)"', page))
    alice.post(f"{HERE}/back", data={"at": newest})
    assert [row[:2] for row in kept(full)] == [("marc@example.com", "lost")]
    with full.database.read() as conn:
        sql = "SELECT h.state FROM handoffs h JOIN leads l ON l.id = h.lead_id WHERE l.email = 'marc@example.com'"
        assert conn.execute(sql).fetchall() == [("closed",)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("marc,won,2026-11-05,1", "Line 3, email : is no e-mail address"),
        ("marc@example.com,maybe,2026-11-05,1", "Line 3, outcome : is neither won nor lost"),
        ("marc@example.com,won,2036-11-05,1", "Line 3, date : is no day before today"),
        ("marc@example.com,won,2026-11-05,much", "Line 3, value : is no amount"),
        ("marc@example.com,won,2026-11-05", "line 3, 'value': has 3 cells where the heading has 4"),
    ],
)
def test_one_mistake_is_named_and_nothing_is_taken(full: Room, alice: TestClient, line: str, told: str) -> None:
    text = f"email,outcome,date,value\ncapucine@example.com,won,2026-11-05,1\n{line}\n"
    shown = plain(send(alice, text, "take"))
    assert "This cannot be taken yet" in shown
    assert told in shown
    assert kept(full) == []


def test_what_is_neither_yet_is_ticked_and_left_out(full: Room, alice: TestClient) -> None:
    shown = send(alice, OPEN).text
    assert '<input type="checkbox" name="open" value="Appointment scheduled">' in shown
    assert "1 still open, left out." in plain(send(alice, OPEN, open="Appointment scheduled"))
    send(alice, OPEN, "take", open="Appointment scheduled")
    assert kept(full) == ENDED


def test_a_column_nobody_finds_is_asked_for_and_said(full: Room, alice: TestClient) -> None:
    text = "who,end,when\nmarc@example.com,won,2026-11-05\n"
    shown = send(alice, text).text
    assert "Say below which column it is:" in shown
    said_columns = {"column-email": "who", "column-outcome": "end", "column-date": "when"}
    assert "1 outcome to record" in plain(send(alice, text, **said_columns))
    send(alice, text, "take", **said_columns)
    assert [row[:2] for row in kept(full)] == [("marc@example.com", "won")]


def test_one_model_may_be_named_and_days_begin_with_the_month(full: Room, alice: TestClient) -> None:
    text = "email,outcome,date\nmarc@example.com,won,11/05/2026\n"
    send(alice, text, "take", model="vertical", month_first="yes")
    with full.database.read() as conn:
        assert conn.execute("SELECT model, at FROM outcomes").fetchall() == [("vertical", 1_793_833_200_000)]


def test_a_model_there_is_not_is_refused_in_words(full: Room, alice: TestClient) -> None:
    assert "model" in said(alice, send(alice, DEALS, "take", model="none"))
    assert kept(full) == []


@pytest.mark.parametrize("kind", ["text", "file"])
def test_more_than_five_megabytes_is_refused_in_words(full: Room, alice: TestClient, kind: str) -> None:
    much = b"x" * (LARGEST + 1)
    answer = (
        alice.post(HERE, data={"text": much.decode()}, files={"file": ("", b"")})
        if kind == "text"
        else alice.post(HERE, files={"file": ("deals.csv", much)})
    )
    assert "That is larger than 5 MB." in plain(answer)


def test_nothing_brought_is_said(full: Room, alice: TestClient) -> None:
    assert "Choose a file, or paste a table." in said(alice, send(alice, " \n"))


def test_nobody_is_alerted_of_what_ended_long_ago(full: Room, alice: TestClient) -> None:
    with full.database.read() as conn:
        before = conn.execute("SELECT count(*) FROM outbox").fetchone()
        send(alice, DEALS, "take")
    with full.database.read() as conn:
        assert conn.execute("SELECT count(*) FROM outbox").fetchone() == before


def test_sales_may_not(full: Room, alice: TestClient) -> None:
    alice.cookies.update(full.cookie_of("bob@example.com", role="sales"))
    assert alice.get(HERE).status_code == 403
    assert send(alice, DEALS, "take").status_code == 403


def test_it_is_said_in_french(full: Room, alice: TestClient) -> None:
    alice.headers["accept-language"] = "fr"
    shown = plain(send(alice, "email,outcome,date,value\nmarc@example.com,peut-être,05/11/2026,1\n"))
    assert "Ligne 2, outcome : n’est ni gagné ni perdu" in shown
