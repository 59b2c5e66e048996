"""One's own word on a lead taken back when another was said since, and leads that are handed over again."""

from __future__ import annotations

import time

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import Room
from tests.pages.test_lead_doing import ELODIE, MARC, handoffs, rows, said, send, undo
from tests.store.white_papers import HOUR, START, fold, made, page

TOO_LATE = "Nothing was changed: it is taken back already, or something else was said since."


@pytest.fixture(autouse=True)
def cast(room: Room) -> None:
    """Marc and Capucine with sales."""
    room.receive_the_cast()


def _standing(room: Room, what: str) -> list[str]:
    return [word for (word,) in rows(room, f"SELECT {what} FROM {what}s WHERE lifted_at IS NULL ORDER BY id")]


def _rises_again(room: Room) -> None:
    """Marc reads until he has a quarter more than when sales said that it was too early."""
    lately = (time.time_ns() // 1_000_000 - START) / HOUR + 0.01
    more = [(lately + n / 100, page(f"/blog/more-{n}") | {"id": f"more-{n}"}) for n in range(4)]
    fold(room.writer, made("v-marc", more))
    assert sorted(state for state, *_ in handoffs(room, MARC)) == ["closed", "open"]


def test_undo_leaves_the_verdict_a_colleague_said_since(room: Room, bob: TestClient) -> None:
    bobs = dict(bob.cookies)
    html = send(bob, f"/leads/{ELODIE}/verdict", verdict="too_early")
    bob.cookies.clear()
    bob.cookies.update(room.cookie_of("eve@example.com", role="sales"))
    send(bob, f"/leads/{ELODIE}/verdict", verdict="right_time")
    bob.cookies.clear()
    bob.cookies.update(bobs)
    assert said(undo(bob, html)) == TOO_LATE
    assert _standing(room, "verdict") == ["too_early", "right_time"]


def test_undo_pressed_twice_takes_back_one_word(room: Room, bob: TestClient) -> None:
    for what, words in (("verdict", ("too_early", "right_time")), ("outcome", ("lost", "won"))):
        for word in words:
            html = send(bob, f"/leads/{ELODIE}/{what}", **{what: word})
        undo(bob, html)
        assert said(undo(bob, html)) == TOO_LATE
    assert _standing(room, "verdict") == ["too_early"]


def test_who_is_handed_over_again_is_asked_about_again(room: Room, bob: TestClient) -> None:
    send(bob, f"/leads/{MARC}/verdict", verdict="too_early")
    _rises_again(room)
    html = bob.get(f"/leads/{MARC}?model=vertical").text
    assert "How was the moment?" in text_of(html)
    html = send(bob, f"/leads/{MARC}/verdict", verdict="right_time")
    assert "right time , says bob@example.com" in text_of(html)
    assert _standing(room, "verdict") == ["too_early", "right_time"]
    assert [state for state, *_ in handoffs(room, MARC)] == ["closed", "closed"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("notes", {"kind": "call", "text": "They are glad to hear from us."}),
        ("points", {"points": "5", "reason": "Met at the fair"}),
        ("verdict", {"verdict": "too_early"}),
        ("outcome", {"outcome": "won"}),
    ],
)
def test_of_somebody_erased_meanwhile_it_says_just_that(alice: TestClient, path: str, fields: dict[str, str]) -> None:
    send(alice, f"/leads/{MARC}/erase", name="marc@example.com")
    assert said(send(alice, f"/leads/{MARC}/{path}", **fields)) == "Nothing was changed: the lead is gone."
