"""Deeds through the API on a real server: the cases that name a merge, a bot, a verdict or a rule edit."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from tests.api.shop import ADA, CAPUCINE, DAY, ELODIE, HOUR, MARC, RULES, Shop

from ripeline.auth.tokens import create_token
from ripeline.store.database import Database, transaction

#: What the cases of mails add to the rules: a mail of a workflow, one of a feed, and a click.
MAILS = (
    "[models.vertical.rules]",
    """[models.vertical.rules]
opened = { points = 3, on = "email_open", where.email = "workflow*" }
rss = { points = 0, on = "email_open", where.email = "rss*" }
clicked = { points = 4, on = "email_click" }""",
)


def test_case_10_a_visit_turns_out_to_be_a_bots(shop: Shop) -> None:
    for hour in (9, 10, 11, 12, 13, 34):
        shop.send(shop.did("v", f"/capped/{hour}", hour * HOUR, id=f"h{hour}"))
    (lead,) = shop.ask("/api/leads")["leads"]
    assert lead["score"] == 8
    shop.do("/api/events/h9/suspect", {"suspect": True})
    assert shop.score(lead["id"]) == 8
    events = shop.ask(f"/api/leads/{lead['id']}/timeline")["sessions"]
    paid = {event["id"]: event["ledger"][0]["points"] for session in events for event in session["events"]}
    assert paid == {"h9": 0, "h10": 2, "h11": 2, "h12": 2, "h13": 0, "h34": 2}
    shop.do("/api/events/h9/suspect", {"suspect": False})
    shop.do("/api/events/h9/suspect", {"suspect": False}, status=409)
    shop.do("/api/events/h99/suspect", {"suspect": True}, status=404)


def test_all_of_one_reason_are_people_after_all(shop: Shop) -> None:
    views = [{"i": f"b{n}", "n": "page", "u": f"https://shop.example/capped/{n}"} for n in range(2)]
    robot = {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
    shop.client.post("/e", json={"v": "bot", "e": views}, headers=robot).raise_for_status()
    assert shop.do("/api/suspects", {"reason": "headless", "suspect": False})["events"] == 0
    (lead,) = shop.ask("/api/leads")["leads"]
    (counted,) = shop.ask("/api/suspects")["suspects"]
    assert (lead["score"], counted["reason"], counted["events"], counted["visitors"]) == (0, "crawler", 2, 1)
    assert shop.do("/api/suspects", {"reason": "crawler", "suspect": False})["events"] == 2
    (counted,) = shop.ask("/api/suspects")["suspects"]
    assert (shop.score(lead["id"]), counted["events"], counted["cleared"], counted["last_at"]) == (4, 0, 2, None)
    assert shop.do("/api/suspects", {"reason": "crawler", "suspect": True})["events"] == 2
    assert shop.score(lead["id"]) == 0
    shop.do("/api/suspects", {"reason": "crawler"}, status=400)


def test_case_16_two_leads_merged_and_parted_again(shop: Shop) -> None:
    for person in (ADA, MARC):
        pages = [shop.did(person[:3], f"/capped/{person[:3]}{n}", n * 60_000) for n in range(1, 6)]
        shop.send(shop.did(person[:3], person, 0), shop.did(person[:3], "a", 1), *pages)
    assert (shop.score(ADA), shop.score(MARC)) == (8, 8)
    one = shop.do(f"/api/leads/{ADA}/merge", {"with": MARC})["lead"]
    assert (shop.score(ADA), shop.score(MARC), shop.ask(f"/api/leads/{MARC}")["id"]) == (8, 8, one)
    assert shop.ask(f"/api/leads/{ADA}")["visitors"] == ["ada", "mar"]
    shop.do(f"/api/leads/{ADA}/merge", {"with": MARC}, status=409)
    shop.do(f"/api/leads/{ADA}/merge", {"with": MARC, "undo": True})
    assert (shop.score(ADA), shop.score(MARC)) == (8, 8)
    assert shop.ask(f"/api/leads/{MARC}")["visitors"] == ["mar"]


def test_case_17_a_merge_with_somebody_handed_over_tells_nobody_again(shop: Shop) -> None:
    shop.papers("ada", ADA, "c")
    shop.papers("mar", MARC, "a", "b", "/blog/1")
    assert (shop.handoffs(), shop.told()) == ([(ADA, "open", 12)], 1)
    shop.do(f"/api/leads/{MARC}/merge", {"with": ADA})
    assert (shop.handoffs(), shop.told()) == ([(MARC, "open", 12)], 1)
    shop.do(f"/api/leads/{MARC}/merge", {"with": ADA, "undo": True})
    assert (shop.handoffs(), shop.told()) == ([(ADA, "open", 12)], 1)


def test_case_18_a_rule_edit_leaves_the_handoff_and_marks_it(shop: Shop) -> None:
    shop.papers("mar", MARC, "a", "b", "/blog/1", "/blog/2", "/blog/3")
    assert shop.handoffs() == [(MARC, "open", 13)]
    shop.put_rules(("b = { points = 5", "b = { points = 3"), ("hot = 12", "hot = { enter = 12, exit = 9 }"))
    lead = shop.ask(f"/api/leads/{MARC}")
    assert (lead["scores"]["vertical"]["score"], lead["scores"]["vertical"]["band"]) == (11, "warm")
    assert [(each["state"], each["reached"]) for each in lead["handoffs"]] == [("open", False)]
    assert shop.told() == 1
    assert [each["author"] for each in shop.ask("/api/rules")["changes"]] == ["crm", ""]


def test_case_19_who_is_hot_only_by_new_rules_is_proposed(shop: Shop) -> None:
    shop.papers("elo", ELODIE, "b")
    shop.put_rules(("warm = 5, hot = 12", "warm = 4, hot = 5"))
    assert (shop.handoffs(), shop.told()) == ([], 0)
    (proposal,) = shop.ask("/api/proposals")["proposals"]
    assert (proposal["lead"]["email"], proposal["model"], proposal["band"], proposal["score"]) == (
        ELODIE,
        "vertical",
        "hot",
        5,
    )
    shop.do(f"/api/proposals/{proposal['id']}/accept", {})
    assert (shop.handoffs(), shop.told()) == ([(ELODIE, "open", 5)], 1)
    assert shop.ask("/api/proposals") == {"proposals": [], "next": None}
    shop.do(f"/api/proposals/{proposal['id']}/accept", {}, status=404)


def test_case_20_what_was_over_when_it_came_in_is_late(shop: Shop) -> None:
    shop.put_rules(("c = { points = 12, ", 'c = { points = 12, decay = { half_life = "1d" }, '))
    shop.send(shop.did("cap", CAPUCINE, 3 * DAY))
    shop.send(shop.did("cap", "c", 0))
    assert shop.score(CAPUCINE) < 2
    assert (shop.handoffs(), shop.told()) == ([(CAPUCINE, "late", 12)], 0)


def test_case_21_links_opened_by_a_machine_are_worth_nothing_and_a_persons_click_is_paid(shop: Shop) -> None:
    sent, link = 9 * HOUR, {"on": "email_click", "item": "news-7"}
    shop.put_rules(MAILS)
    machine = [shop.did("elo", f"/{n}", sent + 2_000 + n, id=f"m{n}") | link for n in range(6)]
    shop.send(shop.did("elo", ELODIE, 0), *machine)
    assert shop.score(ELODIE) == 4
    for event in machine:
        shop.do(f"/api/events/{event['id']}/suspect", {"suspect": True})
    assert shop.score(ELODIE) == 0
    shop.send(shop.did("elo", "/0", sent + 40 * 60_000) | link)
    assert shop.score(ELODIE) == 4
    (reading, *_) = shop.ask(f"/api/leads/{ELODIE}")["scores"]["vertical"]["receipt"]
    assert (reading["rule"], reading["times"], reading["refused"]) == ("clicked", 1, {"suspect": 6})


def test_case_22_mails_opened_again_are_worth_nothing_more(shop: Shop) -> None:
    shop.put_rules(MAILS)
    mails = [("email_open", "workflow-1"), ("email_open", "rss-1"), ("email_click", "rss-1")]
    for turn in range(2):
        shop.send(
            *[
                {"id": f"{turn}-{place}", "email": ELODIE, "on": on, "item": item, "at": shop.now + turn * DAY + place}
                for place, (on, item) in enumerate(mails)
            ]
        )
        assert shop.ask(f"/api/leads/{ELODIE}")["scores"]["vertical"]["rules"] == {"opened": 3, "rss": 0, "clicked": 4}


def test_case_25_a_student_corrected_is_one_no_more_but_was_yesterday(shop: Shop) -> None:
    shop.send(shop.did("ada", ADA, 0, traits={"email": ADA, "job": "Étudiante"}), shop.did("ada", "c", HOUR))
    assert shop.score(ADA) == -8
    shop.do(f"/api/leads/{ADA}", {"attributes": {"job": "Directrice"}}, method="PATCH")
    assert shop.ask(f"/api/leads/{ADA}")["attributes"]["job"] == "Directrice"
    assert shop.score(ADA) == 12
    yesterday = shop.ask(f"/api/leads/{ADA}", as_of=shop.now + DAY)
    assert (yesterday["scores"]["vertical"]["score"], yesterday["attributes"]["job"]) == (-8, "Étudiante")
    assert yesterday["scores"]["vertical"]["rules"] == {"c": 12, "student": -20}


def test_case_27_an_erased_download_takes_what_needed_it(shop: Shop) -> None:
    shop.papers("mar", MARC, "a", "/blog/1", "/blog/2")
    assert shop.score(MARC) == 6
    shop.do(f"/api/events/mar-a-{HOUR}", {}, method="DELETE")
    assert shop.score(MARC) == 0


def test_case_31_too_early_is_told_again_at_a_quarter_more(shop: Shop) -> None:
    shop.papers("cap", CAPUCINE, "c")
    (handoff,) = shop.ask("/api/handoffs")["handoffs"]
    judged = shop.do(f"/api/handoffs/{handoff['id']}/verdict", {"verdict": "too_early", "note": "in spring"})
    assert (judged["state"], judged["verdict"], judged["note"]) == ("closed", "too_early", "in spring")
    shop.send(shop.did("cap", "/blog/1", DAY))
    assert (shop.score(CAPUCINE), shop.told()) == (14, 1)
    shop.send(shop.did("cap", "/blog/2", DAY + HOUR))
    assert (shop.score(CAPUCINE), shop.told()) == (16, 2)
    assert shop.handoffs() == [(CAPUCINE, "closed", 12), (CAPUCINE, "open", 16)]


def test_case_33_hot_before_it_is_known_is_handed_over_at_identification(shop: Shop) -> None:
    shop.papers("mar", "a", "b", "/blog/1", "/blog/2", "/blog/3")
    assert shop.handoffs() == []
    shop.send(shop.did("mar", MARC, DAY))
    assert (shop.handoffs(), shop.told()) == ([(MARC, "open", 13)], 1)


def test_points_verdicts_and_outcomes_of_any_lead(shop: Shop) -> None:
    shop.papers("elo", ELODIE, "b")
    shop.do(f"/api/leads/{ELODIE}/points", {"points": 7, "reason": "met at the fair", "id": "fair-1"})
    shop.do(f"/api/leads/{ELODIE}/points", {"points": 7, "reason": "met at the fair", "id": "fair-1"})
    assert (shop.score(ELODIE), shop.handoffs()) == (12, [(ELODIE, "open", 12)])
    shop.do(f"/api/leads/{ELODIE}/verdict", {"verdict": "right_time"})
    assert shop.do("/api/outcomes", {"email": ELODIE, "outcome": "won", "value": 1200})["new"]
    (handoff,) = shop.ask("/api/handoffs")["handoffs"]
    assert (handoff["state"], handoff["verdict"], handoff["outcome"]) == ("closed", "right_time", "won")
    shop.do("/api/outcomes", {"email": ELODIE, "outcome": None})
    shop.do("/api/outcomes", {"outcome": "won"}, status=400)
    shop.do("/api/outcomes", {"email": "nobody@example.com", "outcome": "won"}, status=404)


def test_points_with_an_id_that_something_else_has_are_refused_and_not_lost_silently(shop: Shop) -> None:
    shop.papers("elo", ELODIE)
    shop.papers("someone", "/about")
    given = {"points": 7, "reason": "met at the fair", "id": "fair-1"}
    shop.do(f"/api/leads/{ELODIE}/points", given)
    (nobody,) = [lead["id"] for lead in shop.ask("/api/leads", identified="false")["leads"]]
    for path, other in (
        (f"/api/leads/{nobody}/points", given),
        (f"/api/leads/{ELODIE}/points", given | {"points": 8}),
        (f"/api/leads/{ELODIE}/points", given | {"id": "someone-/about-0"}),
    ):
        assert "is of another event" in shop.do(path, other, status=409)["problem"]
    shop.do(f"/api/leads/{ELODIE}/points", given)
    assert (shop.score(ELODIE), shop.score(nobody)) == (7, 0)
    assert shop.ask(f"/api/leads/{nobody}")["visitors"] == ["someone"]
    shop.do(f"/api/leads/{nobody}/points", given | {"id": "fair-2"})
    assert (shop.score(nobody), shop.ask(f"/api/leads/{nobody}")["visitors"]) == (7, ["someone"])


def test_a_handoff_is_claimed_given_back_and_put_off(shop: Shop) -> None:
    with closing(Database(shop.data / "ripeline.db").writer()) as conn:
        for name in ("Bob", "Charlie"):
            conn.execute(
                "INSERT INTO users (email, name, role, created_at) VALUES (?, ?, 'sales', 1)",
                (f"{name.lower()}@sales.example", name),
            )
    shop.papers("cap", CAPUCINE, "c")
    (handoff,) = shop.ask("/api/handoffs")["handoffs"]
    claim = f"/api/handoffs/{handoff['id']}/claim"
    assert shop.do(claim, {"owner": "bob@sales.example"})["owner"] == "Bob"
    assert shop.do(claim, {"owner": "charlie@sales.example"}, status=409)["problem"] == "Bob has it"
    assert shop.do(claim, {"action": "release"})["state"] == "open"
    assert shop.do(claim, {"action": "snooze"})["state"] == "snoozed"
    shop.do(claim, {"action": "snooze", "until": "2020-01-01T00:00:00Z"}, status=400)
    shop.do(claim, {"owner": "eve@example.com"}, status=404)
    shop.do(claim, {}, status=400)
    shop.do("/api/handoffs/99/claim", {"action": "release"}, status=404)


def test_a_visitor_is_taken_out_and_a_lead_erased(shop: Shop) -> None:
    shop.papers("phone", ADA, "a")
    shop.papers("library", ADA, "b")
    other = shop.do(f"/api/leads/{ADA}/detach", {"visitor": "library"})["lead"]
    assert (shop.score(ADA), shop.score(other)) == (2, 5)
    assert shop.do(f"/api/leads/{ADA}", {}, method="DELETE") == {"erased": 3}
    assert shop.client.get(f"/api/leads/{ADA}", headers=shop.header).status_code == 404
    shop.papers("phone", "b", ADA)
    assert shop.score(ADA) == 5


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/leads/ada@example.com/points", {"points": 1, "reason": "x", "pts": 2}, "pts"),
        ("/api/leads/ada@example.com/points", {"points": "1", "reason": "x"}, "points"),
        ("/api/leads/ada@example.com/points", {"points": 1}, "reason"),
        ("/api/leads/ada@example.com/points", {"points": 1, "reason": "x", "id": "é"}, "id"),
        ("/api/leads/ada@example.com/verdict", {"verdict": "never"}, "verdict"),
        ("/api/leads/ada@example.com/merge", "[]", "body"),
        ("/api/leads/ada@example.com/merge", "{", "body"),
        ("/api/outcomes", {"email": "ada@example.com", "outcome": "won", "at": "yesterday"}, "at"),
        ("/api/outcomes", {"email": "ada@example.com", "outcome": "won", "value": 1e300}, "value"),
    ],
)
def test_what_cannot_be_done_is_refused_by_the_name_of_its_key(shop: Shop, path: str, body: Any, field: str) -> None:
    shop.papers("ada", ADA)
    assert shop.do(path, body, status=400)["field"] == field


def test_a_wrong_rule_file_is_refused_at_its_line_and_changes_nothing(shop: Shop) -> None:
    before = (shop.data / "rules.toml").read_text()
    refused = shop.do("/api/rules", RULES.replace("points = 5", "pont = 5"), status=422, method="PUT")
    assert refused["problems"][0]["line"] == 8
    assert "did you mean `points`" in refused["problems"][0]["problem"]
    failing = RULES + '[[scenarios]]\nname = "Marc"\nmodel = "vertical"\nsteps = [{ on = "page", path = "/" }]\n'
    refused = shop.do("/api/rules", failing + "expect = { score = 5 }\n", status=422, method="PUT")
    assert 'scenario "Marc"' in refused["problems"][0]["problem"]
    assert (shop.data / "rules.toml").read_text() == before


def test_a_read_only_rule_file_is_said_to_be_one(shop: Shop) -> None:
    (shop.data / "rules.toml").chmod(0o444)
    assert "read-only" in shop.do("/api/rules", RULES + "# x\n", status=409, method="PUT")["problem"]


def test_a_change_on_disk_is_taken_and_a_mistake_there_is_said(shop: Shop) -> None:
    shop.papers("elo", ELODIE, "b")
    file = shop.data / "rules.toml"
    file.write_text(RULES.replace("points = 5", "points = 6"))
    _wait(lambda: shop.score(ELODIE) == 6)
    file.write_text("[models")
    _wait(lambda: bool(shop.client.get("/readyz").json()["warnings"]))
    assert "rules.toml" in shop.client.get("/readyz").json()["warnings"][0]
    assert shop.score(ELODIE) == 6
    file.write_text(RULES)
    _wait(lambda: shop.score(ELODIE) == 5)
    assert shop.client.get("/readyz").json()["warnings"] == []
    assert [each["author"] for each in shop.ask("/api/rules")["changes"]] == ["file", "file", ""]


def test_scopes_are_asked_for(shop: Shop) -> None:
    with closing(Database(shop.data / "ripeline.db").writer()) as conn, transaction(conn):
        key = create_token(conn, "writer", frozenset({"write"}), 1)
    shop.header = {"Authorization": f"Bearer {key}"}
    shop.do("/api/rules", RULES, status=403, method="PUT")
    shop.do(f"/api/leads/{ADA}", {}, status=403, method="DELETE")
    shop.do(f"/api/leads/{ADA}/points", {"points": 1, "reason": "x"}, status=404)


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_of_who_objects_to_being_scored_nothing_is_missing(shop: Shop) -> None:
    shop.papers("v-ada", "b")
    before = shop.ask("/api/leads", model="vertical")["leads"][0]
    assert (before["objects"], before["missing"] is None) == (False, False)
    shop.do(f"/api/leads/{before['id']}/objection", {"objects": True})
    for asked in ({}, {"as_of": "2999-01-01"}):
        after = shop.ask("/api/leads", model="vertical", **asked)["leads"][0]
        assert (after["objects"], after["score"], after["next_band"], after["missing"]) == (True, 0, None, None)
    one = shop.ask(f"/api/leads/{before['id']}")["scores"]["vertical"]
    assert (one["next_band"], one["missing"]) == (None, None)
