"""Lead: a star on a line says "this is what mattered", and who says so."""

from __future__ import annotations

import re

from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import Room


def last_event(html: str) -> str:
    found: list[str] = re.findall(r'name="event" value="(\d+)"', html)
    return found[-1]


def test_a_line_is_starred_shown_with_who_did_it_and_unstarred_by_the_same_button(full: Room, bob: TestClient) -> None:
    event = last_event(bob.get("/leads/1").text)
    answer = bob.post("/leads/1/star", data={"event": event, "back": "/leads/1?model=vertical"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads/1?model=vertical")
    html = bob.get("/leads/1").text
    assert "bob@example.com: this mattered" in text_of(html)
    assert f'value="{event}" aria-pressed="true"' in html
    bob.post("/leads/1/star", data={"event": event})
    assert "this mattered" not in text_of(bob.get("/leads/1?model=other").text).replace("sees that this mattered", "")


def test_what_was_said_offers_to_take_the_star_back(full: Room, bob: TestClient) -> None:
    event = last_event(bob.get("/leads/1").text)
    bob.post("/leads/1/star", data={"event": event})
    html = bob.get("/leads/1").text
    assert "Starred: whoever writes the rules sees that this mattered." in text_of(html)
    undo = re.search(r'(?s)<div class="said.*?</div>', html)
    assert undo is not None
    assert f'name="event" value="{event}"' in undo[0]


def test_somebody_elses_star_is_seen_and_is_not_ones_own(full: Room, bob: TestClient) -> None:
    event = last_event(bob.get("/leads/1").text)
    bob.post("/leads/1/star", data={"event": event})
    bob.cookies.clear()
    bob.cookies.update(full.cookie_of("alice@example.com"))
    html = bob.get("/leads/1").text
    assert "bob@example.com: this mattered" in text_of(html)
    assert f'value="{event}" aria-pressed="false"' in html


def test_a_line_that_is_not_of_this_lead_is_not_starred(full: Room, bob: TestClient) -> None:
    for event in ("999", "", "²", "-1", "9" * 30):
        bob.post("/leads/1/star", data={"event": event})
        assert "This line is no longer there." in text_of(bob.get("/leads/1").text)
