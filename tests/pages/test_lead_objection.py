"""An objection to being scored, and what somebody agreed to, on the Lead page."""

from __future__ import annotations

import csv
import re

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import Room
from tests.pages.test_lead_doing import MARC, handoffs, rows, said, score, send, undo
from tests.store.white_papers import fold, made


@pytest.fixture(autouse=True)
def cast(room: Room) -> None:
    room.receive_the_cast()


def test_an_objection_is_noted_shown_and_taken_back(room: Room, bob: TestClient) -> None:
    html = send(bob, f"/leads/{MARC}/objection", objects="yes", note="Said so on the telephone")
    assert said(html) == "Noted: nothing is scored of this person any more."
    text = text_of(html)
    assert "objects to being scored since" in text
    assert "Said so on the telephone" in text
    assert "This person objects to being scored: no points are given for what they did." in text
    assert score(room, MARC) == 0
    assert "to warm" not in text
    assert {state for state, *_ in handoffs(room, MARC)} == {"expired"}
    assert f'href="/leads/{MARC}"' not in bob.get("/ready").text
    (row,) = re.findall(rf'<tr role="row" data-lead="{MARC}".*?</tr>', bob.get("/leads").text, re.DOTALL)
    assert "objects to being scored" in row
    assert "to warm" not in row
    assert rows(room, "SELECT what, about, lead_id FROM audit") == [("objection_noted", "", MARC)]
    (line,) = csv.DictReader(bob.get("/leads.csv?q=marc").text.lstrip("\ufeff").splitlines())
    assert (line["Missing points"], line["Next band"], line["Mostly for"]) == ("", "", "objects to being scored")
    assert "objects to being scored since" not in text_of(undo(bob, html))
    assert score(room, MARC) == 13


def test_it_is_noted_once_and_ends_when_the_person_says_so(room: Room, bob: TestClient) -> None:
    send(bob, f"/leads/{MARC}/objection", objects="yes")
    assert said(send(bob, f"/leads/{MARC}/objection", objects="yes")) == "It is noted already."
    html = send(bob, f"/leads/{MARC}/objection", objects="no")
    assert said(html) == "Noted: all this person did counts again."
    assert score(room, MARC) == 13


def test_a_note_that_is_too_long_changes_nothing(room: Room, bob: TestClient) -> None:
    html = send(bob, f"/leads/{MARC}/objection", objects="yes", note="x" * 501)
    assert said(html) == "It was not noted: 500 characters are enough."
    assert score(room, MARC) == 13


def test_what_somebody_agreed_to_is_said_with_its_wording(room: Room, bob: TestClient) -> None:
    told = {"on": "consent", "props": {"wording": "Banner of March 2026", "given": True}}
    fold(room.writer, made("v-marc", [(80, {**told, "id": "c1"})]))
    assert "to “Banner of March 2026” on" in text_of(bob.get(f"/leads/{MARC}").text)
    fold(room.writer, made("v-marc", [(90, {**told, "id": "c2", "props": {"given": False}})]))
    text = text_of(bob.get(f"/leads/{MARC}").text)
    assert "taken back on" in text
    assert "to “Banner of March" not in text
