"""Eve says she is Ada: she reads nothing, overwrites nothing, takes over nothing, and all of it can be taken out."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest
from tests.collect.doorstep import NOW, SHOP, Doorstep, batch, reported, visit

from ripeline.auth.secrets import identity_key
from ripeline.domain.proofs import proof_of
from ripeline.store.database import Database, transaction

ADA, EVE = "ada@example.com", "eve@example.com"


@pytest.fixture
def ada(door: Doorstep) -> Doorstep:
    """Ada is known: what her shop's server reported of her, verified."""
    said = {"on": "identify", "email": ADA, "traits": {"company": "Acme", "job": "Director"}}
    seen = [reported("a1"), reported("a2", url=f"{SHOP}/demo"), {**reported("a3"), **said}]
    assert door.report(seen, authorization=door.new_token("shop", "write")).json()["accepted"] == 3
    return door


class Desk:
    """What a program with every scope sees and does."""

    def __init__(self, door: Doorstep) -> None:
        self.door, self.headers = door, {"authorization": door.new_token("desk", "admin")}

    def lead(self, key: str) -> dict[str, Any]:
        self.door.client.get("/api/settled", headers=self.headers).raise_for_status()
        answer = self.door.client.get(f"/api/leads/{quote(key)}", headers=self.headers)
        return answer.json() if answer.status_code == 200 else {}

    def events(self, key: str) -> set[str]:
        self.lead(key)
        found = self.door.client.get(f"/api/leads/{quote(key)}/timeline", headers=self.headers).json()
        return {event["id"] for session in found["sessions"] for event in session["events"]}

    def detach(self, key: str, visitor: str) -> None:
        address = f"/api/leads/{quote(key)}/detach"
        self.door.client.post(address, json={"visitor": visitor}, headers=self.headers).raise_for_status()


def standing(lead: dict[str, Any]) -> dict[str, Any]:
    """What a forger might have changed of a lead."""
    return {name: lead[name] for name in ("id", "email", "attributes", "visitors", "scores")}


def eve_says(door: Doorstep, id: str, email: str = ADA, **p: Any) -> dict[str, Any]:
    items = [visit(f"{id}-1"), visit(id, n="identify", p={"email": email} | p)]
    answer = door.send(batch(*items, v="eve-laptop"), origin=SHOP)
    assert answer.status_code == 202
    door.client.cookies.clear()
    said: dict[str, Any] = answer.json()
    return said


def proofs(door: Doorstep) -> list[object]:
    """None, a wrong one, that of somebody else's e-mail, another server's, of other types, with junk around it."""
    key = identity_key(door.settings.secret_file.read_bytes())
    other = identity_key(b"another server's secret, 32 bytes")
    true = proof_of(ADA, key)
    return ["0" * 64, proof_of(EVE, key), proof_of(ADA, other), true[:-1], true + "é", true + "0", 5, True, "", None]


def test_what_is_answered_says_nothing_of_who_is_known(ada: Doorstep) -> None:
    answers = [
        ada.send(batch(visit(f"x-{name}", n="identify", p={"email": name}), v=f"v-{name[:3]}"))
        for name in (ADA, "nobody@example.com")
    ]
    bodies = {answer.content for answer in answers}
    headers = [{name: value for name, value in each.headers.items() if name != "date"} for each in answers]
    assert len(bodies) == 1
    assert headers[0] == headers[1]


def test_a_forged_identify_overwrites_nothing_and_is_taken_out_without_a_trace(ada: Doorstep) -> None:
    desk = Desk(ada)
    before = standing(desk.lead(ADA))
    for number, proof in enumerate(proofs(ada)):
        eve_says(ada, f"e{number}", company="Evil", job="Spy", hash=proof)
    forged = desk.lead(ADA)
    assert forged["attributes"] == before["attributes"]
    assert "eve-laptop" in forged["visitors"]
    desk.detach(ADA, "eve-laptop")
    assert standing(desk.lead(ADA)) == before
    eve_says(ada, "again")
    assert standing(desk.lead(ADA)) == before, "taken out once, she stays out whatever she says"


def test_what_a_claim_fills_gives_way_to_what_is_proven(ada: Doorstep) -> None:
    eve_says(ada, "e1", phone="+33600000000")
    key = identity_key(ada.settings.secret_file.read_bytes())
    said = {"email": ADA, "phone": "+33612345678", "hash": proof_of(ADA, key)}
    assert ada.send(batch(visit("a4", n="identify", p=said))).json()["accepted"] == 1
    eve_says(ada, "e2", phone="+33600000000")
    attributes = Desk(ada).lead(ADA)["attributes"]
    assert attributes == {"email": ADA, "company": "Acme", "job": "Director", "phone": "+33612345678"}


def test_of_two_who_claim_one_email_neither_gets_what_the_other_did(door: Doorstep) -> None:
    """Their events are read together, and apart again once one of them is taken out."""
    desk = Desk(door)
    eve_says(door, "e1", company="Evil")
    assert door.send(batch(visit("b1"), visit("b2", n="identify", p={"email": ADA, "company": "Acme"}), v="ada-phone"))
    assert desk.events(ADA) == {"e1", "e1-1", "b1", "b2"}
    desk.detach(ADA, "eve-laptop")
    assert desk.events(ADA) == {"b1", "b2"}
    assert desk.lead(ADA)["attributes"]["company"] == "Acme"


def test_a_second_claim_takes_nothing_from_the_first_person(ada: Doorstep) -> None:
    """On Ada's own browser Eve leaves her e-mail: what came before stays Ada's."""
    desk = Desk(ada)
    before = desk.events(ADA)
    ada.send(batch(visit("later", n="identify", p={"email": EVE}, a=NOW - 10)))
    assert desk.events(ADA) == before
    assert desk.events(EVE) == {"later"}


@pytest.mark.parametrize("name", ["user:43", f"email:{ADA}", "lead:1"])
def test_nobody_is_a_visitor_whose_name_can_be_guessed(ada: Doorstep, name: str) -> None:
    """Neither at once nor as another name of one's own browser, by which later events would come to it."""
    assert ada.send(batch(visit("g1"), v=name)).status_code == 400
    own = ada.send(batch(visit("g2"), v="eve-laptop"), origin=SHOP).headers["set-cookie"].partition(";")[0]
    ada.client.cookies.clear()
    assert ada.send(batch(visit("g3"), v=name), cookie=own).status_code == 400
    token = ada.new_token("segment", "write")
    said = {"userId": "43", "messageId": "m1", "event": "Demo Asked"}
    assert ada.client.post("/v1/track", json=said, headers={"authorization": token}).status_code == 200
    Desk(ada).lead(ADA)
    owner = ada.rows("SELECT v.key FROM events e JOIN visitors v ON v.id = e.visitor_id WHERE event_id = 'm1'")
    assert owner == [("user:43",)]


def test_who_knows_a_visitors_id_cannot_make_it_a_name_of_their_own(ada: Doorstep) -> None:
    own = ada.send(batch(visit("g1"), v="eve-laptop"), origin=SHOP).headers["set-cookie"].partition(";")[0]
    ada.client.cookies.clear()
    assert ada.send(batch(visit("g2"), v="ada-phone"), cookie=own).status_code == 202
    ada.send(batch(visit("a9"), v="ada-phone"))
    events = Desk(ada).events(ADA)
    assert "a9" in events
    assert "g2" not in events


@pytest.mark.parametrize("kind", ["click", "file", "open", "unsubscribe"])
def test_an_id_that_can_be_worked_out_is_not_used_up_by_somebody_else(shared_door: Doorstep, kind: str) -> None:
    said = shared_door.send(batch(visit(f"{kind}-{'0' * 32}"), visit(f"{kind}-mine")))
    assert said.json() == {"accepted": 1, "duplicate": 0, "rejected": [{"i": 0, "code": "bad_id"}]}


def test_a_key_of_one_site_writes_into_no_other(ada: Doorstep) -> None:
    """Leads are shared by the sites of a server; an event is of the site whose key it came with, and of no other."""
    with closing(Database(ada.settings.database_file).writer()) as conn, transaction(conn):
        conn.execute("INSERT INTO sites (id, key, name, created_at) VALUES (2, 'BLOG', 'Blog', 1)")
    assert ada.send(batch(visit("a1"), s="BLOG")).json()["accepted"] == 1, "no duplicate of the other site's a1"
    assert ada.rows("SELECT site_id, count(*) FROM events GROUP BY 1 ORDER BY 1") == [(1, 3), (2, 1)]
    assert ada.send(batch(visit("a8"), s="NONE")).status_code == 403
    assert ada.send(batch(visit("a8"))).status_code == 403


def test_a_browser_says_nothing_only_programs_may(shared_door: Doorstep) -> None:
    kinds = ("email_click", "email_open", "unsubscribe", "bounce", "points", "session")
    said = shared_door.send(batch(*(visit(f"k{n}", n=kind) for n, kind in enumerate(kinds))))
    assert said.json()["accepted"] == 0
    extra = visit(
        "z1", verified=True, points=100, suspect="", email=ADA, site=2, t={"company": "Evil"}, lead=1, score=9
    )
    assert shared_door.send(batch(extra, v="eve-extra", verified=True)).json()["accepted"] == 1
    stored = "SELECT verified, site_id, extra FROM events WHERE event_id = 'z1'"
    assert shared_door.rows(stored) == [(0, 1, None)]
