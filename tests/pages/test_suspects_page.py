"""Suspect and dropped: each reason with its counts, and all of one reason given back to people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import text_of
from tests.pages.room import Room

from ripeline.app import create_app
from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.collect.refusals import Drop
from ripeline.domain.suspicion import SUSPICIONS
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction
from ripeline.store.own_people import OWN_PEOPLE
from ripeline.templating.languages import catalog
from ripeline.templating.wording import drop_word, suspicion_word

PASSWORD = "a ripe pear in june"
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TestClient]:
    """A whole server, and the browser of a marketer who signed in."""
    settings = Settings(data=tmp_path / "data", base_url="http://testserver", rate_limit=None)
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    with TestClient(create_app(settings), headers=headers, follow_redirects=True) as client:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            add_person(conn, "mia@example.com", "marketer", hash_password(PASSWORD), 1)
        client.post("/signin", data={"email": "mia@example.com", "password": PASSWORD}).raise_for_status()
        yield client


def send(server: TestClient, id: str, **changed: str) -> None:
    event = {"i": id, "n": "page", "u": "https://shop.example/pricing"} | changed
    server.post("/e", json={"v": "bot", "e": [event]}, headers={"user-agent": ROBOT}).raise_for_status()


def test_nothing_is_said_to_be_nothing(alice: TestClient) -> None:
    text = text_of(alice.get("/suspects").text)
    assert "Nothing has looked automatic so far." in text
    assert "Every event that came was kept." in text


def test_people_given_back_have_their_score_and_lose_it_again(server: TestClient) -> None:
    send(server, "e1")
    send(server, "e2", r="https://semalt.com/")
    text = text_of(server.get("/suspects").text)
    assert "Crawlers, monitors and previews, by their name 1 event" in text
    assert ROBOT in text
    answer = server.post("/suspects", data={"reason": "crawler", "people": "yes"})
    assert (answer.url.path, answer.url.query) == ("/suspects", b"changed=1")
    text = text_of(answer.text)
    assert "1 event changed." in text
    assert "Claimed to come from a site nobody comes from 1 event" in text
    assert "1 said to be a person’s" in text
    assert "Pricing" in text_of(server.get("/leads").text)
    text = text_of(server.post("/suspects", data={"reason": "crawler", "people": "no"}).text)
    assert "said to be" not in text
    assert "Pricing" not in text_of(server.get("/leads").text)


@pytest.mark.parametrize("changed", ["x", "-1", "9" * 400, "<b>", "٣٣٣٣٣٣٣٣٣٣٣"])
def test_a_forged_count_is_not_shown(alice: TestClient, changed: str) -> None:
    assert "changed." not in alice.get("/suspects", params={"changed": changed}).text


def test_a_reason_nobody_knows_is_shown_as_it_is(room: Room, alice: TestClient) -> None:
    room.receive_the_cast()
    room.now(lambda conn: conn.execute("INSERT INTO texts (text) VALUES ('<i>odd</i>')"))
    room.now(lambda conn: conn.execute("UPDATE events SET suspect_id = (SELECT max(id) FROM texts) WHERE seq = 1"))
    assert "&lt;i&gt;odd&lt;/i&gt;" in alice.get("/suspects").text


@pytest.mark.parametrize("reason", [*SUSPICIONS, OWN_PEOPLE])
def test_every_suspicion_has_its_word_in_both_languages(reason: str) -> None:
    assert suspicion_word(reason, catalog("fr")) != suspicion_word(reason, catalog("en")) != reason


@pytest.mark.parametrize("reason", [each.value for each in Drop])
def test_every_drop_has_its_word_in_both_languages(reason: str) -> None:
    assert drop_word(reason, catalog("fr")) != drop_word(reason, catalog("en")) != reason
