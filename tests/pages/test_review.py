"""The review: cards one after the other, a word on each, taken back, gone on with later, and never the score."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from tests.pages.room import Room

from ripeline.fold.erasing import erase_lead
from ripeline.fold.merging import merge

HERE = "/tuning/review"


def begin(client: TestClient) -> str:
    """The address of the card one is led to."""
    return str(client.post(f"{HERE}/begin", data={"model": "vertical"}).headers["location"])


def say(client: TestClient, card: str, word: str) -> Response:
    return client.post(card, data={"verdict": word})


def plain(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def cards(room: Room) -> list[tuple[int, str, str | None]]:
    with room.database.read() as conn:
        return [tuple(row) for row in conn.execute("SELECT lead_id, part, verdict FROM review_cards ORDER BY place")]


def verdicts(room: Room) -> list[tuple[Any, ...]]:
    with room.database.read() as conn:
        return conn.execute("SELECT lead_id, verdict FROM verdicts WHERE lifted_at IS NULL ORDER BY id").fetchall()


def test_a_review_begins_with_everybody_there_is(full: Room, alice: TestClient) -> None:
    assert "Begin a review" in plain(alice, HERE)
    assert begin(alice) == f"{HERE}/1/1"
    assert len({lead for lead, _, _ in cards(full)}) == len(cards(full)) == 3


def test_the_card_hides_the_score(full: Room, alice: TestClient) -> None:
    shown = plain(alice, begin(alice))
    assert "card 1 of 3" in shown
    for hidden in ("warm", "hot", "cold", "points"):
        assert hidden not in shown.lower()


def test_a_word_is_a_verdict_like_any_other_and_the_next_card_follows(full: Room, alice: TestClient) -> None:
    first = begin(alice)
    assert say(alice, first, "right_time").headers["location"] == f"{HERE}/1/2"
    assert verdicts(full) == [(cards(full)[0][0], "right_time")]
    assert "Noted." in plain(alice, f"{HERE}/1/2")


def test_passed_over_is_no_verdict(full: Room, alice: TestClient) -> None:
    assert say(alice, begin(alice), "").headers["location"] == f"{HERE}/1/2"
    assert verdicts(full) == []
    assert cards(full)[0][2] == ""


def test_undo_brings_the_card_back(full: Room, alice: TestClient) -> None:
    first = begin(alice)
    say(alice, first, "too_late")
    assert say(alice, first, "back").headers["location"] == first
    assert verdicts(full) == []
    assert cards(full)[0][2] is None


def test_another_word_on_the_same_card_replaces_the_first(full: Room, alice: TestClient) -> None:
    first = begin(alice)
    say(alice, first, "too_late")
    say(alice, first, "off_target")
    assert [word for _, word in verdicts(full)] == ["off_target"]
    assert 'aria-pressed="true"><kbd aria-hidden="true">4' in alice.get(first).text
    say(alice, first, "back")
    assert verdicts(full) == []


def test_undo_leaves_a_word_said_on_the_leads_page_since(full: Room, alice: TestClient) -> None:
    first = begin(alice)
    say(alice, first, "too_late")
    lead = cards(full)[0][0]
    alice.post(f"/leads/{lead}/verdict", data={"model": "vertical", "verdict": "right_time"})
    say(alice, first, "back")
    assert (lead, "right_time") in verdicts(full)


def test_one_goes_on_where_one_stopped(full: Room, alice: TestClient) -> None:
    say(alice, begin(alice), "too_early")
    assert "1 of 3 cards." in plain(alice, HERE)
    assert f'href="{HERE}/1/2"' in alice.get(HERE).text


def test_of_two_who_begin_at_once_the_second_joins_the_first(full: Room, alice: TestClient) -> None:
    say(alice, begin(alice), "too_early")
    assert begin(alice) == f"{HERE}/1/2"
    assert len(cards(full)) == 3


def test_the_end_says_what_was_said_and_another_may_begin(full: Room, alice: TestClient) -> None:
    card = begin(alice)
    for _ in range(3):
        card = str(say(alice, card, "right_time").headers["location"])
    assert card == HERE
    shown = plain(alice, HERE)
    assert "3 of 3 cards." in shown
    assert "Nothing follows from it so far" in shown
    assert begin(alice) == f"{HERE}/2/1"


def test_an_erased_lead_has_no_card_any_more(full: Room, alice: TestClient) -> None:
    first = begin(alice)
    with full.database.read() as conn:
        email = conn.execute("SELECT email FROM leads WHERE id = ?", (cards(full)[0][0],)).fetchone()[0]
    alice.portal.call(full.do, partial(erase_lead, key=email), "alice")  # type: ignore[union-attr]
    assert alice.get(first).status_code == 404
    assert "0 of 2 cards." in plain(alice, HERE)
    assert f'href="{HERE}/1/2"' in alice.get(HERE).text
    assert say(alice, first, "right_time").headers["location"] == HERE


def test_the_card_of_a_merged_lead_is_the_one_it_became(full: Room, alice: TestClient) -> None:
    first = begin(alice)
    lead, into = cards(full)[0][0], cards(full)[1][0]
    alice.portal.call(full.do, partial(merge, key=into, other=lead), "alice")  # type: ignore[union-attr]
    assert alice.get(first).status_code == 200
    say(alice, first, "right_time")
    assert verdicts(full) == [(into, "right_time")]


@pytest.mark.parametrize("path", [f"{HERE}/1/9", f"{HERE}/9/1", f"{HERE}/99999999999999999999/1"])
def test_a_card_there_is_not_is_nobody(full: Room, alice: TestClient, path: str) -> None:
    begin(alice)
    assert alice.get(path).status_code == 404
    assert say(alice, path, "right_time").status_code == 303


def test_nobody_to_look_at_is_said(room: Room, alice: TestClient) -> None:
    assert "There is nobody to look at yet." in plain(alice, HERE)
    assert begin(alice) == HERE
