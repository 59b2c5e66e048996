"""Fields nobody asked for change nothing (mass assignment)."""

from __future__ import annotations

from typing import Any, Final

import pytest
from starlette.testclient import TestClient
from tests.house.test_access import TABLE, concrete
from tests.pages.room import Room

from ripeline.auth.logins import now_ms
from ripeline.auth.tokens import create_token

#: What a form or an object might say that its author has no say in.
EXTRA: Final = {
    **dict.fromkeys(("id", "lead", "lead_id", "owner_id", "user_id", "person", "handoff"), "2"),
    **dict.fromkeys(("is_owner", "shared_by", "verified", "is_shared", "admin"), "1"),
    **dict.fromkeys(("role", "author", "by", "what", "state"), "owner"),
    **dict.fromkeys(("score", "at", "made_at", "created_at", "disabled_at", "expires_at"), "1"),
    **dict.fromkeys(("email", "password_hash", "token_hash", "site"), "eve@example.com"),
}
#: Whole bodies of every JSON route that changes something.
BODIES: Final[dict[str, dict[str, Any]]] = {
    "POST /api/leads/1/verdict": {"verdict": "right_time"},
    "POST /api/leads/1/points": {"points": 3, "reason": "met"},
    "POST /api/leads/1/merge": {"with": 2},
    "POST /api/leads/1/detach": {"visitor": "mar"},
    "POST /api/leads/1/objection": {"objects": True},
    "PATCH /api/leads/1": {"attributes": {"job": "Director"}},
    "POST /api/events/1/suspect": {"suspect": True},
    "POST /api/suspects": {"reason": "head", "suspect": True},
    "POST /api/handoffs/1/verdict": {"verdict": "right_time"},
    "POST /api/handoffs/1/claim": {"action": "claim"},
    "POST /api/outcomes": {"email": "marc@example.com", "outcome": "won"},
    "POST /api/links": {"id": "news-1", "email": "marc@example.com", "targets": []},
}
#: Those without a body, and those whose body is a rule file or events (tests of their own).
NO_OBJECT: Final = {
    "DELETE /api/leads/1",
    "DELETE /api/events/1",
    "POST /api/proposals/1/accept",
    "PUT /api/rules",
    "POST /api/events",
}


def rows(room: Room, sql: str) -> list[Any]:
    return room.now(lambda conn: conn.execute(sql).fetchall())


def people(room: Room) -> list[Any]:
    return rows(room, "SELECT id, email, role, password_hash, disabled_at, created_at FROM users ORDER BY id")


def test_every_json_route_that_changes_something_is_here() -> None:
    changing = {
        f"{method} {concrete(path)}"
        for methods, path, access in TABLE
        for method in methods.replace("*", "POST").split()
        if path.startswith("/api/") and access.startswith("scope:") and method not in ("GET", "HEAD")
    }
    assert changing - {"POST /api/s/s2s/1"} == set(BODIES) | NO_OBJECT


@pytest.mark.parametrize("route", BODIES)
def test_a_key_nobody_reads_is_refused_by_name(full: Room, nobody: TestClient, route: str) -> None:
    key = full.now(lambda conn: create_token(conn, "desk", frozenset({"admin"}), 1))
    method, path = route.split()
    before = rows(full, "SELECT count(*) FROM events"), rows(full, "SELECT * FROM handoffs"), people(full)
    for name in ("is_owner", "author", "score"):
        answer = nobody.request(
            method, path, json=BODIES[route] | {name: 1}, headers={"authorization": f"Bearer {key}"}
        )
        assert (answer.status_code, answer.json()["field"]) == (400, name)
    assert (rows(full, "SELECT count(*) FROM events"), rows(full, "SELECT * FROM handoffs"), people(full)) == before


def test_a_form_says_only_what_it_asks_for(full: Room, bob: TestClient) -> None:
    """Of each thing Bob makes, whose it is, of which lead and when: his, the one in the address, and now."""
    before, began = people(full), now_ms()
    lead, forms = 1, {"notes": {"text": "called"}, "points": {"points": "3", "reason": "met"}}
    forms |= {"verdict": {"verdict": "off_target"}, "star": {"event": "1"}, "known": {"job": "Director"}}
    for path, fields in forms.items():
        answer = bob.post(f"/leads/{lead}/{path}", data={"model": "vertical"} | EXTRA | fields)
        assert answer.status_code in (200, 204, 303, 404), path
    view = EXTRA | {"name": "mine", "query": "band=hot"}
    assert bob.post("/leads/views", data=view).status_code == 303
    assert bob.post("/account", data=EXTRA | {"name": "Bob", "locale": "en"}).status_code == 303
    assert people(full) == before
    (note,) = rows(full, "SELECT lead_id, author, at FROM notes")
    (own,) = rows(full, "SELECT owner_id = (SELECT id FROM users WHERE email = 'bob@example.com') FROM saved_views")
    (verdict,) = rows(full, "SELECT lead_id, author, at FROM verdicts")
    assert note[:2] == verdict[:2] == (lead, "bob@example.com")
    assert min(note[2], verdict[2]) >= began
    assert own == (1,)
    (points,) = rows(full, "SELECT verified, at, extra FROM events WHERE event_id GLOB 'points-*'")
    assert points[1] >= began
    assert '"points":3' in points[2].replace(" ", "")


def test_nobody_becomes_more_by_a_form_of_the_owners(full: Room, bob: TestClient) -> None:
    before = people(full)
    for methods, path, access in TABLE:
        if methods == "POST" and access in ("owner", "marketer"):
            assert bob.post(concrete(path), data=EXTRA).status_code == 403, path
    assert people(full) == before
