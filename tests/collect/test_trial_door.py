"""Test mode at the door: a signed link is answered with what a visit is worth, and leaves nothing behind."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from tests.collect.doorstep import NOW, SHOP, Doorstep, batch, visit
from tests.store.white_papers import RULES

from ripeline.app import create_app
from ripeline.auth.trials import LASTS_MS, Purpose, Trial, read_trial, trial_token
from ripeline.fold.own_people import leave_out_domain
from ripeline.settings import Settings
from ripeline.store.own_people import LeftOut, leave_out

SECRET = b"s" * 32


@pytest.fixture
def door(tmp_path: Path) -> Any:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "rules.toml").write_text(RULES.text, encoding="utf-8")
    settings = Settings(data=data, rate_limit=None)
    with TestClient(create_app(settings)) as client:
        yield Doorstep(client, settings)


def running(door: Doorstep) -> Any:
    return door.client.app.state.running  # type: ignore[attr-defined]


def token(door: Doorstep, purpose: Purpose = "test", locale: str = "en", age: int = 0) -> str:
    return trial_token(running(door).secret, Trial(purpose, locale), time.time_ns() // 1_000_000 - age)


def ask(door: Doorstep, *items: Any, **changed: Any) -> Response:
    now = int(time.time() * 1000)
    body = batch(*items, **({"test": token(door), "t": now} | changed))
    headers = {"content-type": "text/plain", "origin": SHOP}
    return door.client.post("/e/test", content=json.dumps(body), headers=headers)


def seen(id: str, **changed: Any) -> dict[str, Any]:
    return visit(id, a=int(time.time() * 1000)) | changed


def paper(id: str) -> dict[str, Any]:
    return seen(id, n="download", u=f"{SHOP}/files/white-paper-a.pdf")


def rules(answer: Response) -> list[list[tuple[str, str, str]]]:
    return [[(row["points"], row["label"], row["why"]) for row in line["rules"]] for line in answer.json()["lines"]]


def test_each_event_is_told_with_what_its_rules_give(door: Doorstep) -> None:
    answer = ask(door, paper("d1"), seen("a1", u=f"{SHOP}/about", h="About us"))
    assert answer.status_code == 200
    (first, second) = rules(answer)
    assert first[0][0].startswith("+")
    assert second == [("0", "no rule counts this", "")]
    assert answer.json()["lines"][1]["what"] == "Page view · About us"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_what_a_rule_refuses_is_told_with_the_reason(door: Doorstep) -> None:
    answer = ask(door, paper("d1"), paper("d2"))
    again = rules(answer)[1]
    assert {points for points, _, _ in again} == {"0"}
    assert all(why for _, _, why in again)


def test_a_test_leaves_nothing_behind(door: Doorstep) -> None:
    assert ask(door, paper("d1"), seen("i1", n="identify", p={"email": "ada@example.com"})).status_code == 200
    door.client.get("/api/settled", headers={"authorization": door.new_token("t", "read")})
    for table in ("events", "leads", "visitors", "ledger", "outbox", "handoffs", "origins"):
        assert door.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert "set-cookie" not in ask(door, paper("d3")).headers


@pytest.mark.parametrize("given", ["", "eve", "e30.eve", None, 7, "é" * 40])
def test_without_our_token_there_is_no_test(door: Doorstep, given: object) -> None:
    answer = ask(door, paper("d1"), test=given)
    assert (answer.status_code, answer.json()["error"]) == (403, "bad_link")


def test_an_old_link_is_no_longer_good(door: Doorstep) -> None:
    assert ask(door, test=token(door, age=LASTS_MS["test"] - 60_000)).status_code == 200
    assert ask(door, test=token(door, age=LASTS_MS["test"] + 660_000)).status_code == 403


def test_a_token_of_another_server_or_purpose_says_so() -> None:
    made = trial_token(SECRET, Trial("ignore", "fr"), NOW)
    assert read_trial(SECRET, made, NOW) == Trial("ignore", "fr")
    assert read_trial(b"t" * 32, made, NOW) is None
    assert read_trial(SECRET, made, NOW + LASTS_MS["ignore"] + 660_000) is None


def test_the_answer_is_in_the_language_of_whoever_made_the_link(door: Doorstep) -> None:
    answer = ask(door, seen("a1"), test=token(door, locale="fr"))
    assert answer.json()["locale"] == "fr"
    assert answer.json()["words"]["end"] == "Terminer le test"


def test_what_would_stop_real_visits_is_noted(door: Doorstep) -> None:
    def put(conn: Any) -> None:
        conn.execute("INSERT INTO origins VALUES (1, 'https://other.example', 'mine', 1, 1)")
        leave_out(conn, LeftOut("address", "127.0.0.0/12", 1), "")

    assert isinstance(door.client, TestClient)
    assert door.client.portal is not None
    door.client.portal.call(partial(running(door).write, put))
    door.client.portal.call(partial(running(door).do, partial(leave_out_domain, domain="verger.fr"), ""))
    door.client.headers["x-forwarded-for"] = "127.0.0.1"
    answer = ask(door, seen("i1", n="identify", p={"email": "bob@verger.fr"}), s="wrong")
    notes = " ".join(answer.json()["notes"])
    assert f"{SHOP} is not registered" in notes
    assert "names no site" in notes
    assert "one of your own domains" in notes


def test_an_event_the_door_refuses_is_told(door: Doorstep) -> None:
    answer = ask(door, seen("b1", u="javascript:alert(1)"))
    assert answer.json()["lines"] == [{"what": "refused", "rules": [{"points": "0", "label": "bad_url", "why": ""}]}]


def test_a_colleague_is_told_that_they_are_left_out(door: Doorstep) -> None:
    answer = ask(door, test=token(door, "ignore"))
    assert "This browser is left out" in answer.json()["ignored"]
    assert "lines" not in answer.json()


def test_what_is_no_body_is_refused_as_ever(door: Doorstep) -> None:
    for body, status in (("", 403), ("[", 403), ("x" * 300_000, 413), (json.dumps({"test": token(door)}), 400)):
        answer = door.client.post("/e/test", content=body, headers={"content-type": "text/plain"})
        assert answer.status_code == status, body[:20]
    assert door.client.get("/e/test").status_code == 405


def test_the_script_says_where_a_test_is_asked_for(door: Doorstep) -> None:
    plain, corner = door.client.get("/t.js"), door.client.get("/t.js?test")
    assert corner.text.startswith('const endpoint="/e/test";')
    assert corner.headers["cache-control"] == "no-cache"
    assert corner.headers["access-control-allow-origin"] == "*"
    assert 'endpoint="/e/test"' not in plain.text
