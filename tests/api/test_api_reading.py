"""The server API that reads: what programs may rely on (interface.md)."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.api.conftest import Ask, Token

from ripeline.api.routes import ROUTES

pytestmark = pytest.mark.usefixtures("cast")

READ = ["/api/leads", "/api/leads/1", "/api/leads/1/timeline", "/api/handoffs", "/api/models", "/api/settled"]


def test_the_three_of_the_white_papers_have_their_scores(ask: Ask) -> None:
    assert {lead["email"]: lead["score"] for lead in ask("/api/leads", model="vertical")["leads"]} == {
        "capucine@example.com": 18,
        "marc@example.com": 13,
        "elodie@example.com": 5,
        None: 0,
    }


def test_the_list_is_ranked_and_says_what_is_missing(ask: Ask) -> None:
    found = ask("/api/leads", model="vertical")
    assert [lead["score"] for lead in found["leads"]] == [18, 13, 5, 0]
    assert (found["next"], found["total"]) == (None, 4)
    elodie = found["leads"][2]
    assert (elodie["band"], elodie["next_band"], elodie["missing"], elodie["top_rule"]) == ("warm", "hot", 7, "paper-b")
    assert elodie["last_seen"] == "2026-11-02T14:12:00.000Z"


def test_the_first_model_is_meant_when_none_is_named(ask: Ask) -> None:
    assert {lead["model"] for lead in ask("/api/leads")["leads"]} == {"vertical"}


@pytest.mark.parametrize(
    ("asked", "emails"),
    [
        ({"identified": "true"}, ["capucine", "marc", "elodie"]),
        ({"identified": "false"}, [None]),
        ({"band": "hot"}, ["capucine", "marc"]),
        ({"band": "cold"}, [None]),
        ({"q": "marc"}, ["marc"]),
        ({"q": "directeur"}, ["marc"]),
        ({"sort": "score", "limit": "2"}, ["capucine", "marc"]),
    ],
)
def test_filters(ask: Ask, asked: dict[str, str], emails: list[str | None]) -> None:
    found = ask("/api/leads", model="vertical", **asked)["leads"]
    assert [lead["email"] and lead["email"].split("@")[0] for lead in found] == emails


def test_pages_hold_every_lead_once(ask: Ask) -> None:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = ask("/api/leads", model="vertical", limit=1, cursor=cursor)
        found += page["leads"]
        assert page["total"] == 4
        if page["next"] is None:
            break
        cursor = page["next"]
    assert found == ask("/api/leads", model="vertical")["leads"]


@pytest.mark.parametrize(
    ("path", "field", "asked"),
    [
        ("/api/leads", "model", {"model": "vertica"}),
        ("/api/leads", "band", {"band": "boiling"}),
        ("/api/leads", "limit", {"limit": "0"}),
        ("/api/leads", "limit", {"limit": "1001"}),
        ("/api/leads", "limit", {"limit": "ten"}),
        ("/api/leads", "limit", {"limit": "٣"}),
        ("/api/leads", "limit", {"limit": "9" * 150}),
        ("/api/leads", "cursor", {"cursor": "eve"}),
        ("/api/leads", "cursor", {"cursor": "MC4xLjE=; DROP TABLE leads"}),
        ("/api/leads", "identified", {"identified": "maybe"}),
        ("/api/leads", "sort", {"sort": "email; --"}),
        ("/api/leads", "q", {"q": "x" * 201}),
        ("/api/leads/1/timeline", "cursor", {"cursor": "eve"}),
        ("/api/leads/1/timeline", "limit", {"limit": "-1"}),
        ("/api/handoffs", "state", {"state": "opened"}),
        ("/api/handoffs", "model", {"model": "vertica"}),
        ("/api/handoffs", "cursor", {"cursor": "eve"}),
        ("/api/handoffs", "after", {"after": "-1"}),
        ("/api/handoffs", "after", {"after": "2026-11-21"}),
    ],
)
def test_a_wrong_parameter_is_named(ask: Ask, path: str, field: str, asked: dict[str, str]) -> None:
    error = ask(path, 400, **asked)
    assert (error["error"], error["field"]) == ("bad_request", field)
    assert error["problem"]


@pytest.mark.parametrize("key", ["99999", "nobody@example.com", "9" * 30, "a/b", "%00"])
@pytest.mark.parametrize("tail", ["", "/timeline"])
def test_nobody_is_not_found(ask: Ask, key: str, tail: str) -> None:
    error = ask(f"/api/leads/{key}{tail}", 404)
    assert (error["error"], error["field"]) == ("not_found", "lead")


def test_one_lead_whole_by_e_mail_or_id(ask: Ask) -> None:
    marc = ask("/api/leads/Marc@example.com")
    assert ask(f"/api/leads/{marc['id']}") == marc
    assert (marc["email"], marc["visitors"], marc["reachable"]) == ("marc@example.com", ["v-marc"], True)
    assert marc["attributes"]["job"] == "Directeur"
    vertical = marc["scores"]["vertical"]
    assert (vertical["score"], vertical["band"], vertical["next_band"], vertical["missing"]) == (13, "hot", None, None)
    assert vertical["rules"] == {"paper-a": 2, "paper-b": 5, "blog": 6}
    assert marc["scores"]["other"]["fit"] == 3
    assert [handoff["model"] for handoff in marc["handoffs"]] == ["vertical"]


def test_the_timeline_tells_every_line(ask: Ask) -> None:
    newest, *_, first = ask("/api/leads/marc@example.com/timeline")["sessions"]
    assert [event["on"] for event in first["events"]] == ["download", "download"]
    assert first["started_at"] == first["events"][0]["at"] == "2026-11-02T09:00:00.000Z"
    assert first["events"][0]["item"] == "/files/white-paper-a.pdf"
    assert first["events"][0]["ledger"] == [{"model": "vertical", "rule": "paper-a", "points": 2, "reason": None}]
    assert newest["events"][0]["crossings"] == [{"model": "vertical", "band": "hot", "entered": True}]
    assert newest["events"][0]["scores"]["vertical"] == 13


def test_the_timeline_comes_a_page_at_a_time(ask: Ask) -> None:
    path = "/api/leads/marc@example.com/timeline"
    whole = ask(path)
    assert whole["next"] is None
    sessions: list[Any] = []
    cursor = ""
    for _ in whole["sessions"]:
        page = ask(path, limit=1, cursor=cursor)
        sessions += page["sessions"]
        cursor = page["next"] or ""
    assert (sessions, cursor) == (whole["sessions"], "")


def test_hand_offs_say_whom_and_why(ask: Ask) -> None:
    found = ask("/api/handoffs", state="open", model="vertical")
    assert found["next"] is None
    assert {each["lead"]["email"] for each in found["handoffs"]} == {"marc@example.com", "capucine@example.com"}
    marc = next(each for each in found["handoffs"] if each["lead"]["email"] == "marc@example.com")
    assert (marc["band"], marc["state"], marc["verdict"], marc["owner"]) == ("hot", "open", None, None)
    assert marc["at"] == "2026-11-05T09:00:00.000Z"
    assert marc["reasons"][0] == {"rule": "blog", "label": "Blog after a paper", "points": 6, "times": 3}
    assert ask("/api/handoffs", state="closed")["handoffs"] == []
    assert len(ask("/api/handoffs")["handoffs"]) == 2


def test_models_say_what_is_in_force(ask: Ask) -> None:
    found = ask("/api/models")
    vertical = found["models"][0]
    assert (found["timezone"], vertical["id"], vertical["handoff"]) == ("Europe/Paris", "vertical", "hot")
    assert vertical["bands"][1] == {"name": "hot", "enter": 12, "exit": 12, "fit": None}
    assert {rule["id"]: rule["points"] for rule in vertical["rules"]} == {
        "paper-a": 2,
        "paper-b": 5,
        "paper-c": 12,
        "blog": 2,
    }


@pytest.mark.parametrize("path", READ)
def test_only_a_token_that_may_read_reads(server: TestClient, token: Token, path: str) -> None:
    assert server.get(path).status_code == 401
    assert server.get(path, headers={"Authorization": "Bearer eve"}).status_code == 401
    assert server.get(path, headers=token("write")).status_code == 403
    assert server.get(path, headers=token("admin")).status_code in (200, 404)


def test_every_route_asks_for_a_scope() -> None:
    """Who reads needs `read`, who adds `write`, what cannot be taken back `admin`; the description is for all."""
    routes = [route for route in ROUTES if route.path not in ("/api/openapi.json", "/api/docs")]
    asked = {(method, getattr(route.endpoint, "access", None)) for route in routes for method in route.methods or ()}
    assert asked - {("HEAD", "scope:read")} == {
        ("GET", "scope:read"),
        ("POST", "scope:write"),
        ("PATCH", "scope:write"),
        ("PUT", "scope:admin"),
        ("DELETE", "scope:admin"),
    }


def test_answers_are_for_nobody_else(server: TestClient, token: Token) -> None:
    answer = server.get("/api/leads", headers=token("read", "write"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


def test_a_lead_names_its_colleagues_the_latest_seen_first(server: TestClient, token: Token, ask: Ask) -> None:
    people = ["ada@mail.acme.co.uk", "marc@acme.co.uk", "lisa@acme.co.uk", "ada@orange.fr"]
    sent = [
        {"id": f"col-{n}", "email": email, "on": "identify", "at": f"2026-11-03T0{n}:00:00Z"}
        for n, email in enumerate(people)
    ]
    assert server.post("/api/events", json=sent, headers=token("write")).json()["accepted"] == 4
    ask("/api/settled")
    found = ask("/api/leads/ada@mail.acme.co.uk")["colleagues"]
    assert (found["domain"], found["count"]) == ("acme.co.uk", 2)
    assert [(each["email"], each["last_seen"]) for each in found["leads"]] == [
        ("lisa@acme.co.uk", "2026-11-03T02:00:00.000Z"),
        ("marc@acme.co.uk", "2026-11-03T01:00:00.000Z"),
    ]
    assert ask(f"/api/leads/{found['leads'][0]['id']}")["email"] == "lisa@acme.co.uk"
    assert ask("/api/leads/ada@orange.fr")["colleagues"] is None
