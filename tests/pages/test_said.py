"""A form says on the next page what it did, once, and only what this server signed."""

from __future__ import annotations

from itsdangerous import URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.pages.room import Room

from ripeline.auth.secrets import derived_key
from ripeline.pages.said import COOKIE, Done, Undo, keep, last_done


def request_of(room: Room, cookie: str = "") -> Request:
    headers = [(b"cookie", cookie.encode())] if cookie else []
    return Request({"type": "http", "headers": headers, "app": room.app(), "path": "/leads", "query_string": b""})


def cookie_for(room: Room, done: Done) -> str:
    answer = Response()
    keep(request_of(room), answer, done)
    return answer.headers["set-cookie"].partition(";")[0]


def test_what_was_said_is_read_back_whole(room: Room) -> None:
    done = Done("Taken.", Undo("/ready/7/release", {"back": "/ready"}), is_bad=True)
    assert last_done(request_of(room, cookie_for(room, done))) == done


def test_a_word_of_somebody_else_is_not_repeated(room: Room) -> None:
    forged = URLSafeTimedSerializer(derived_key(b"another secret", "what a form said"), salt="said").dumps(
        {"text": "x"}
    )
    assert last_done(request_of(room, f"{COOKIE}={forged}")) is None
    assert last_done(request_of(room, f"{COOKIE}=nothing.of.ours")) is None


def test_the_next_page_says_it_escaped_and_the_one_after_no_more(full: Room, bob: TestClient) -> None:
    name, _, value = cookie_for(full, Done("<b>Ada</b> is yours.", Undo("/ready/7/release", {"n": "1"}))).partition("=")
    bob.cookies.set(name, value)
    first = bob.get("/leads")
    assert "&lt;b&gt;Ada&lt;/b&gt; is yours." in first.text
    assert 'action="/ready/7/release"' in first.text
    bob.cookies.delete(name)
    assert f"{COOKIE}=" in first.headers["set-cookie"]
    assert "Max-Age=0" in first.headers["set-cookie"]
    assert "is yours" not in bob.get("/leads").text
