"""A slip in a request is said by its name: parameters, keys, addresses, methods; and none is a fault of the server."""

from __future__ import annotations

from typing import Any, Final

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.api.conftest import Token

from ripeline.app import create_app
from ripeline.settings import Settings

pytestmark = pytest.mark.usefixtures("cast")

HUGE: Final = 10**25
TIMES: Final = "must be a time with its zone, like 2026-11-21T18:00:00+01:00, or milliseconds since 1970"


@pytest.fixture(scope="module")
def header(token: Token) -> dict[str, str]:
    return token("admin")


@pytest.mark.parametrize(
    ("path", "field", "problem"),
    [
        ("/api/leads?limt=3", "limt", "`limt` is not known; did you mean `limit`?"),
        ("/api/leads?Band=hot", "Band", "`Band` is not known; did you mean `band`?"),
        ("/api/leads/1?model=vertical", "model", "`model` is not known; there is `as_of`"),
        ("/api/models?x=", "x", "`x` is not known; there are none here"),
        ("/api/settled?wait=1", "wait", "`wait` is not known; there are none here"),
        ("/api/handoffs?state=open&state=late", "state", "is given more than once"),
        ("/api/leads?as_of=yesterday", "as_of", "must be a day or a time with its zone"),
        ("/api/leads/1?as_of=2026-11-21T18:00:00", "as_of", "must be a day or a time with its zone"),
        ("/api/leads/1/timeline?as_of=12", "as_of", "must be a day or a time with its zone"),
    ],
)
def test_a_parameter_nobody_reads_is_named_with_the_nearest(
    server: TestClient, header: dict[str, str], path: str, field: str, problem: str
) -> None:
    answer = server.get(path, headers=header)
    assert (answer.status_code, answer.json()["error"], answer.json()["field"]) == (400, "bad_request", field)
    assert answer.json()["problem"].startswith(problem)


@pytest.mark.parametrize(
    ("path", "body", "field", "problem"),
    [
        ("handoffs/1/verdict", {}, "verdict", "is missing"),
        ("handoffs/1/verdict", {"verdikt": None}, "verdikt", "`verdikt` is not known; did you mean `verdict`?"),
        (
            "handoffs/1/verdict",
            {"verdict": "never"},
            "verdict",
            "must be one of too_early, right_time, too_late, off_target",
        ),
        ("handoffs/1/verdict", {"verdict": None, "note": 1}, "note", "must be text, not a whole number"),
        ("handoffs/1/verdict", {"verdict": None, "note": "x" * 2_001}, "note", "is longer than 2000 characters"),
        ("handoffs/1/claim", {"action": "take"}, "action", "must be one of claim, release, snooze"),
        ("handoffs/1/claim", {"action": "snooze", "until": "tomorrow"}, "until", TIMES),
        ("leads/1/points", {"points": "7", "reason": "x"}, "points", "must be a number, not text"),
        ("leads/1/points", {"points": 7, "reason": "x"}, "model", "say which: vertical, other"),
        (
            "leads/1/verdict",
            {"verdict": "too_late", "model": "vertica"},
            "model",
            "no model 'vertica'; there are: vertical, other",
        ),
        ("leads/1/merge", [], "body", "must be an object, not an array"),
        ("leads/1/merge", {"with": 0}, "with", "must be an id: a whole number from 1 on"),
        ("leads/1/merge", {"with": HUGE}, "with", "must be an id: a whole number from 1 on"),
        ("leads/1/merge", {"with": None}, "with", "must be a whole number or text, not null"),
        ("events/e1/suspect", {"suspect": "yes"}, "suspect", "must be true or false, not text"),
        ("outcomes", {"outcome": "won", "lead": HUGE}, "lead", "must be an id: a whole number from 1 on"),
        ("outcomes", {"outcome": "won", "lead": 1, "at": "2999-01-01T00:00:00Z"}, "at", "is in the future"),
        ("outcomes", {"outcome": "won", "lead": 1, "at": "2026-11-21"}, "at", TIMES),
    ],
)
def test_a_key_that_is_wrong_is_named_in_a_sentence(
    server: TestClient, header: dict[str, str], path: str, body: Any, field: str, problem: str
) -> None:
    answer = server.post(f"/api/{path}", json=body, headers=header)
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_request", "field": field, "problem": problem})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"handoffs/{HUGE}/verdict"),
        ("POST", f"handoffs/{HUGE}/claim"),
        ("POST", f"proposals/{HUGE}/accept"),
        ("DELETE", f"leads/{HUGE}"),
        ("DELETE", f"events/{HUGE}"),
        ("GET", "nowhere"),
        ("GET", "handoffs/one/verdict"),
    ],
)
def test_what_is_not_there_is_not_found(server: TestClient, header: dict[str, str], method: str, path: str) -> None:
    body = {"verdict": "too_late"} if path.endswith("verdict") else {"action": "release"}
    answer = server.request(method, f"/api/{path}", json=body if method == "POST" else None, headers=header)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert set(answer.json()) == {"error", "field", "problem"}


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("POST", "handoffs/1/verdict", 262_144),
        ("POST", "links", 262_144),
        ("PATCH", "leads/1", 262_144),
        ("PUT", "rules", 1_048_576),
        ("POST", "events", 262_144),
    ],
)
def test_a_body_that_is_too_large_is_told_how_much_is_read(
    server: TestClient, header: dict[str, str], method: str, path: str, most: int
) -> None:
    headers = header | {"content-type": "application/json"}
    answer = server.request(method, f"/api/{path}", content=b" " * (most + 1), headers=headers)
    assert (answer.status_code, answer.json()) == (413, {"error": "too_large", "problem": f"at most {most} bytes"})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/leads", "GET, HEAD"),
        ("POST", "/api/rules", "GET, HEAD, PUT"),
        ("PUT", "/api/leads/1", "DELETE, GET, HEAD, PATCH"),
        ("GET", "/api/outcomes", "POST"),
    ],
)
def test_a_method_that_is_not_taken_is_told_which_are(
    server: TestClient, header: dict[str, str], method: str, path: str, allowed: str
) -> None:
    answer = server.request(method, path, headers=header)
    assert (answer.status_code, answer.json()["error"], answer.headers["allow"]) == (405, "bad_method", allowed)
    for name in allowed.split(", "):
        assert f"`{name}`" in answer.json()["problem"]


@pytest.mark.parametrize("path", ["/api/events", "/api/outcomes"])
def test_who_shows_a_token_that_is_none_is_not_told_to_show_one(server: TestClient, path: str) -> None:
    answer = server.post(path, json={}, headers={"Authorization": "Bearer rpl_withdrawn"})
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert answer.json()["problem"] == "there is no such token: it may have been withdrawn"


@pytest.mark.parametrize("path", ["/api/events", "/api/outcomes"])
def test_who_has_no_token_is_told_how_to_show_one(server: TestClient, path: str) -> None:
    answer = server.post(path, json={})
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_fault_of_ours_is_json_for_programs_and_says_nothing_of_itself(settings: Settings) -> None:
    def fail(_: Request) -> Response:
        raise ZeroDivisionError("the secret is 42")

    app = create_app(settings)
    app.router.routes.insert(0, Route("/api/fault", fail))
    client = TestClient(app, raise_server_exceptions=False)
    told = client.get("/api/fault").json()
    assert len(told.pop("reference")) == 9
    assert told == {"error": "fault", "problem": "this is a fault of the server, whose log says more"}
    assert client.get("/api/fault").status_code == 500
