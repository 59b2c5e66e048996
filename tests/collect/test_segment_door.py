"""`POST /v1/…` as Segment's clients see it: their keys, their answers, their limits."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest
from httpx2 import Response
from tests.collect.doorstep import Doorstep

CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def key(shared_door: Doorstep, request: pytest.FixtureRequest) -> str:
    return shared_door.new_token(request.node.name, "write").removeprefix("Bearer ")


def basic(user: str, password: str = "") -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def post(door: Doorstep, path: str, body: object, key: str, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", "authorization": basic(key)}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return door.client.post(path, content=content, headers=given | more)


def page(id: str, **changed: Any) -> dict[str, Any]:
    return {
        "type": "page",
        "messageId": id,
        "anonymousId": id,
        "properties": {"url": "https://shop.example/pricing"},
    } | changed


def kept(door: Doorstep, start: str) -> list[tuple[str, str]]:
    """(id, name) of the events whose id begins like that."""
    names = "SELECT e.event_id, t.text FROM events AS e JOIN texts AS t ON t.id = e.kind_id"
    return [row for row in door.rows(f"{names} ORDER BY e.seq") if row[0].startswith(start)]


def test_a_call_of_each_kind_is_taken(shared_door: Doorstep, key: str) -> None:
    calls = {
        "page": page("one-page"),
        "track": {"messageId": "one-track", "userId": "7", "event": "Demo Asked"},
        "identify": {"messageId": "one-identify", "userId": "ada@example.com"},
    }
    for kind, call in calls.items():
        answer = post(shared_door, f"/v1/{kind}", call, key)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert kept(shared_door, "one-") == [
        ("one-page", "page"),
        ("one-track", "Demo Asked"),
        ("one-identify", "identify"),
    ]


@pytest.mark.parametrize("kind", ["screen", "group", "alias"])
def test_what_is_not_read_is_answered_and_says_why(shared_door: Doorstep, key: str, kind: str) -> None:
    answer = post(shared_door, f"/v1/{kind}", {"messageId": f"no-{kind}", "userId": "7"}, key)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    assert [(each["i"], bool(each["reason"])) for each in answer.json()["ignored"]] == [(0, True)]
    assert kept(shared_door, "no-") == []


def test_one_bad_message_does_not_cost_its_neighbours(shared_door: Doorstep, key: str) -> None:
    batch = [page("b1"), page("b2", properties={}), None, {"type": "group"}, {"type": "nonsense"}, page("b3")]
    answer = post(shared_door, "/v1/batch", {"batch": batch, "sentAt": "2026-11-21T18:00:00Z"}, key)
    assert answer.status_code == 200
    assert [(each["i"], each["code"]) for each in answer.json()["rejected"]] == [(1, "bad_url"), (2, "bad_item")]
    assert [each["i"] for each in answer.json()["ignored"]] == [3, 4]
    assert kept(shared_door, "b") == [("b1", "page"), ("b3", "page")]


def test_a_batch_sent_again_is_there_once(shared_door: Doorstep, key: str) -> None:
    batch = {"batch": [page(f"again-{n}") for n in range(250)]}
    for _ in range(2):
        assert post(shared_door, "/v1/batch", batch, key).json() == {"success": True}
    assert len(kept(shared_door, "again-")) == 250


def test_a_robot_told_of_by_its_agent_is_marked(shared_door: Doorstep, key: str) -> None:
    post(shared_door, "/v1/page", page("robot-1", context={"userAgent": CRAWLER}), key)
    found = shared_door.rows("SELECT t.text FROM events AS e JOIN texts AS t ON t.id = e.suspect_id")
    assert found == [("crawler",)]


def test_a_robot_names_nobody(shared_door: Doorstep, key: str) -> None:
    call = {"messageId": "robot-2", "anonymousId": "r2", "userId": "9", "traits": {"email": "robot@example.com"}}
    assert post(shared_door, "/v1/identify", call | {"context": {"userAgent": CRAWLER}}, key).status_code == 200
    header = {"authorization": shared_door.new_token("robot reader", "read")}
    assert shared_door.client.get("/api/settled", headers=header).json() == {"lag": 0}
    assert shared_door.rows("SELECT id FROM leads WHERE email = 'robot@example.com'") == []


@pytest.mark.parametrize("user", ["", "rpl_nonsense", "é"])
def test_a_key_that_is_no_token_is_refused(shared_door: Doorstep, user: str) -> None:
    answer = post(shared_door, "/v1/batch", {"batch": []}, user)
    assert (answer.status_code, answer.json()["success"], answer.json()["code"]) == (401, False, "unauthorized")
    assert answer.json()["message"]


@pytest.mark.parametrize("authorization", ["Basic", "Basic !", "Basic é", "Digest x"])
def test_odd_credentials_are_refused(shared_door: Doorstep, authorization: str) -> None:
    headers = {b"authorization": authorization.encode(), b"content-type": b"application/json"}
    assert shared_door.client.post("/v1/track", content=b"{}", headers=headers).status_code == 401


def test_a_key_that_may_only_read_is_told_so(shared_door: Doorstep) -> None:
    key = shared_door.new_token("segment reader", "read").removeprefix("Bearer ")
    assert post(shared_door, "/v1/track", {}, key).status_code == 403


def test_the_key_may_come_in_a_header_as_jitsu_sends_it(shared_door: Doorstep, key: str) -> None:
    headers = {"x-write-key": key, "content-type": "application/json"}
    answer = shared_door.client.post("/api/s/s2s/page", content=json.dumps(page("jitsu-1")), headers=headers)
    assert (answer.status_code, kept(shared_door, "jitsu-")) == (200, [("jitsu-1", "page")])


def test_a_compressed_body_is_unpacked(shared_door: Doorstep, key: str) -> None:
    body = gzip.compress(json.dumps({"batch": [page("packed-1")]}).encode())
    assert post(shared_door, "/v1/batch", body, key, content_encoding="gzip").json() == {"success": True}
    assert len(kept(shared_door, "packed-")) == 1


BOMB = gzip.compress(b'{"batch": [' + b" " * 50_000_000 + b"]}", mtime=0)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b"{}", {}, 400),
        (b'{"batch": 7}', {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"x" * 600_000, {}, 413),
        (b'{"batch": [' + b"0," * 2_500 + b"0]}", {}, 413),
        (BOMB, {"content_encoding": "gzip"}, 413),
        (b"no gzip", {"content_encoding": "gzip"}, 400),
        (gzip.compress(b"{}" * 100, mtime=0)[:-9], {"content_encoding": "gzip"}, 400),
        (b"{}", {"content_encoding": "br"}, 415),
        (b"a=b", {"content_type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_an_unusable_body_is_refused_whole(
    shared_door: Doorstep, key: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert len(BOMB) < 500_000
    answer = post(shared_door, "/v1/batch", body, key, **headers)
    assert (answer.status_code, answer.json()["success"]) == (status, False)


def test_a_message_too_large_or_too_deep_costs_only_itself(shared_door: Doorstep, key: str) -> None:
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    batch = [page("odd-1", text="x" * 33_000), page("odd-2", context=deep), page("odd-3")]
    answer = post(shared_door, "/v1/batch", {"batch": batch}, key)
    assert [each["code"] for each in answer.json()["rejected"]] == ["too_large", "too_deep"]
    assert kept(shared_door, "odd-") == [("odd-3", "page")]


def test_other_calls_and_methods_are_not_there(shared_door: Doorstep, key: str) -> None:
    assert post(shared_door, "/v1/nonsense", {}, key).status_code == 404
    assert shared_door.client.get("/v1/batch").status_code == 405
