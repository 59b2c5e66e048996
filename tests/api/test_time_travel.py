"""Score, rank and ledger as of any moment, through the API."""

from __future__ import annotations

from typing import Any, Final

import pytest
from tests.api.conftest import Ask
from tests.api.shop import ADA, DAY, ELODIE, HOUR, MARC, Shop

pytestmark = pytest.mark.usefixtures("cast")

MONDAY: Final = "2026-11-02"


def ranked(ask: Ask, **asked: Any) -> list[tuple[str | None, float]]:
    return [(lead["email"], lead["score"]) for lead in ask("/api/leads", model="vertical", **asked)["leads"]]


def test_the_list_as_of_now_is_the_list(ask: Ask) -> None:
    now, then = ask("/api/leads", model="vertical"), ask("/api/leads", model="vertical", as_of="2026-12-31")
    assert then == now
    for asked in ({"band": "hot"}, {"identified": "true"}, {"identified": "false"}, {"q": "marc"}, {"q": "ca"}):
        assert ask("/api/leads", as_of="2026-12-31", **asked) == ask("/api/leads", **asked), asked


def test_who_came_later_was_not_there_and_who_was_had_less(ask: Ask) -> None:
    assert ranked(ask, as_of="2026-11-02T09:01:00Z") == [("marc@example.com", 2)]
    assert ranked(ask, as_of="2026-11-02") != ranked(ask)
    assert ask("/api/leads", as_of="2026-01-01") == {"leads": [], "next": None, "total": 0}


def test_pages_of_a_list_of_then_hold_every_lead_once(ask: Ask) -> None:
    whole = ask("/api/leads", as_of="2026-11-04")
    found, cursor = [], ""
    for _ in range(whole["total"]):
        page = ask("/api/leads", as_of="2026-11-04", limit=1, cursor=cursor)
        found += page["leads"]
        cursor = page["next"] or ""
    assert (found, cursor, len(found)) == (whole["leads"], "", whole["total"])


@pytest.mark.parametrize("as_of", ["2026-11-02", "2026-11-03", "2026-11-04T12:00:00+01:00", "2026-11-05", "2027-01-01"])
def test_list_lead_and_ledger_of_a_moment_agree(ask: Ask, as_of: str) -> None:
    listed = ask("/api/leads", model="vertical", as_of=as_of)["leads"]
    assert listed
    for lead in listed:
        one = ask(f"/api/leads/{lead['id']}", as_of=as_of)
        vertical = one["scores"]["vertical"]
        assert {key: vertical[key] for key in vertical.keys() & lead.keys()}.items() <= lead.items()
        assert (one["attributes"], one["last_seen"]) == (lead["attributes"], lead["last_seen"])
        sessions = ask(f"/api/leads/{lead['id']}/timeline", as_of=as_of, limit=100)["sessions"]
        events = [event for session in sessions for event in session["events"]]
        lines = [line for event in events for line in event["ledger"] if line["model"] == "vertical"]
        assert sum(line["points"] for line in lines) == lead["score"]
        assert max(event["at"] for event in events) == lead["last_seen"]
        assert all(session["ended_at"] <= lead["last_seen"] for session in sessions)


def test_a_session_that_was_going_on_ends_with_what_had_happened(ask: Ask) -> None:
    path = "/api/leads/marc@example.com/timeline"
    *_, whole = ask(path)["sessions"]
    first, second = (event["at"] for event in whole["events"])
    (then,) = ask(path, as_of=first)["sessions"]
    assert [event["at"] for event in then["events"]] == [first]
    assert (then["ended_at"], whole["ended_at"]) == (first, second)
    assert ask(path, as_of="2026-01-01") == {"sessions": [], "next": None}


def test_a_lead_before_its_first_event_has_nothing(ask: Ask) -> None:
    lead = ask("/api/leads/marc@example.com", as_of="2026-01-01")
    assert (lead["attributes"], lead["last_seen"], lead["reachable"], lead["handoffs"]) == ({}, None, False, [])
    assert lead["scores"]["vertical"]["score"] == 0
    assert lead["scores"]["vertical"]["receipt"] == []


def test_as_of_a_day_is_at_its_end_in_the_zone_of_the_rules(ask: Ask) -> None:
    assert ask("/api/leads", as_of=MONDAY) == ask("/api/leads", as_of="2026-11-02T23:59:59.999+01:00")


def test_points_that_fade_are_read_as_they_were_and_as_they_will_be(shop: Shop) -> None:
    shop.put_rules(("c = { points = 12, ", 'c = { points = 12, decay = { half_life = "1d" }, '))
    shop.papers("ada", ADA, "c")
    then, later = shop.now + 2 * HOUR, shop.now + 2 * HOUR + DAY
    read = shop.ask(f"/api/leads/{ADA}", as_of=then)["scores"]["vertical"]
    assert (read["score"], read["shelf_life"] is not None) == (12, True)
    (lead,) = shop.ask("/api/leads", as_of=later)["leads"]
    faded = shop.ask(f"/api/leads/{ADA}", as_of=later)["scores"]["vertical"]
    assert (lead["score"], faded["score"], faded["receipt"][0]["faded"]) == (6, 6, -6)
    assert shop.ask("/api/leads", as_of=shop.now + 2 * DAY + HOUR)["leads"][0]["score"] == 3
    assert shop.ask(f"/api/leads/{ADA}/timeline")["sessions"][0]["events"][0]["scores"] == {"vertical": 12}
    shop.send(shop.did("ada", "b", 2 * DAY))
    assert shop.ask(f"/api/leads/{ADA}/timeline")["sessions"][0]["events"][0]["scores"] == {"vertical": 8}


def test_who_is_read_under_another_lead_now_was_then_too(shop: Shop) -> None:
    shop.papers("ada", ADA, "a")
    shop.papers("mar", MARC, "b")
    shop.papers("elo", ELODIE)
    shop.do(f"/api/leads/{ADA}/merge", {"with": MARC})
    found = shop.ask("/api/leads", as_of=shop.now + DAY)
    assert [(lead["email"], lead["score"]) for lead in found["leads"]] == [(ADA, 7), (ELODIE, 0)]


def test_more_leads_than_can_be_ranked_are_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ripeline.fold.ranking.MOST_LEADS", 1)
    shop.papers("ada", ADA)
    shop.papers("mar", MARC)
    answer = shop.client.get("/api/leads", params={"as_of": shop.now + DAY}, headers=shop.header)
    assert (answer.status_code, answer.json()["field"]) == (400, "as_of")
    assert shop.ask("/api/leads", as_of=shop.now + DAY, q="marc")["total"] == 1
