"""What was sent is read back right after `/api/settled` has answered."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.api.conftest import Ask, Token

from ripeline.domain.event import Event

pytestmark = pytest.mark.usefixtures("cast")


def scores(ask: Ask) -> dict[str | None, float]:
    return {lead["email"]: lead["score"] for lead in ask("/api/leads", model="vertical")["leads"]}


def test_the_same_events_again_change_nothing(ask: Ask, server: TestClient, token: Token, cast: list[Event]) -> None:
    before = scores(ask)
    items = [{"id": event.id, "visitor": event.visitor, "on": event.on, "url": event.url} for event in reversed(cast)]
    answer = server.post("/api/events", json=items, headers=token("write", "read")).json()
    assert answer == {"accepted": 0, "duplicate": len(cast), "rejected": []}
    ask("/api/settled")
    assert scores(ask) == before


def test_the_timeline_tells_lines_worth_nothing_with_their_reason(ask: Ask, server: TestClient, token: Token) -> None:
    page = {
        "id": "eve-1",
        "visitor": "v-eve",
        "on": "page",
        "url": "https://shop.example/blog/1",
        "email": "eve@example.com",
    }
    assert server.post("/api/events", json=page, headers=token("write")).status_code == 202
    ask("/api/settled")
    (session,) = ask("/api/leads/eve@example.com/timeline")["sessions"]
    assert session["events"][0]["ledger"] == [{"model": "vertical", "rule": "blog", "points": 0, "reason": "not_yet"}]
