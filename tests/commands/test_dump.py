"""`ripeline dump`, and the file a page gives: everything about one person, with the score explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.calibration.white_paper_house import folder_of, run

from ripeline.app import create_app
from ripeline.auth.logins import cookie_name, now_ms
from ripeline.auth.secrets import hash_of
from ripeline.fold.desk import Desk
from ripeline.fold.dumping import dump_of
from ripeline.fold.keeper import Keeper
from ripeline.fold.saying import Points, give_points
from ripeline.fold.selling import Word, judge_lead
from ripeline.fold.starring import star
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.people import User, add_login, add_user

DAY = 86_400_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cast, and what Bob said of Marc."""
    folder = folder_of(tmp_path_factory.mktemp("data"))
    conn = Database(folder / "ripeline.db").writer()
    keeper = Keeper(conn, load_rules(folder / "rules.toml"))
    with transaction(conn):
        desk = Desk(conn, keeper, Said("bob@example.com", now_ms()), lambda: None)
        judge_lead(desk, "marc@example.com", "vertical", Word("right_time", "spoke to him"))
        give_points(desk, "marc@example.com", Points(3, "met at the fair", "vertical"))
        star(desk, "marc@example.com", first_event(conn))
    while keeper.step():
        pass
    conn.close()
    return folder


def first_event(conn: Connection) -> int:
    return int(
        conn.execute("SELECT min(e.seq) FROM events e JOIN epochs p USING (visitor_id) WHERE lead_id = 1").fetchone()[0]
    )


def dumped(data: Path, who: str) -> dict[str, Any]:
    result = run("dump", who, "--data", data)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_it_says_who_it_is_what_is_known_and_by_whom(data: Path) -> None:
    marc = dumped(data, "Marc@Example.com")
    assert (marc["lead"], marc["email"]) == (1, "marc@example.com")
    assert {each["name"]: each["value"] for each in marc["known"]} == {"email": "marc@example.com", "job": "Directeur"}


def test_every_event_stands_with_the_lines_it_wrote_and_who_starred_it(data: Path) -> None:
    first, second, *_ = dumped(data, "marc@example.com")["events"]
    (line,) = first["ledger"]
    assert (line["model"], line["rule"], line["points"]) == ("vertical", "paper-a", 2)
    assert first["starred_by"] == ["bob@example.com"]
    assert "starred_by" not in second


def test_the_score_is_explained_and_adds_up(data: Path) -> None:
    vertical = dumped(data, "marc@example.com")["scores"][0]
    assert vertical["score"] == sum(rule["points"] + rule["faded"] for rule in vertical["rules"]) == 16
    assert vertical["rules"][0]["words"].startswith("Blog after a paper: 2 points")


def test_what_people_said_is_in_it(data: Path) -> None:
    marc = dumped(data, "marc@example.com")
    (verdict,) = marc["verdicts"]
    assert (verdict["verdict"], verdict["note"], verdict["author"]) == ("right_time", "spoke to him", "bob@example.com")
    assert [each["props"]["reason"] for each in marc["events"] if each["on"] == "points"] == ["met at the fair"]
    assert (marc["notes"], marc["outcomes"], marc["merges"]) == ([], [], [])


def test_nobody_elses_events_are_in_it(data: Path) -> None:
    assert {event["visitor"] for event in dumped(data, "elodie@example.com")["events"]} == {"v-elodie"}


def test_nobody_by_that_name_is_said_in_one_line(data: Path) -> None:
    result = run("dump", "nobody@example.com", "--data", data)
    assert (result.exit_code, result.output) == (1, "ripeline: no lead 'nobody@example.com'\n")


def test_the_page_gives_the_same_as_a_file_to_marketers_and_not_to_sales(data: Path) -> None:
    settings = Settings(data=data, base_url="http://testserver")
    with TestClient(create_app(settings), headers={"sec-fetch-site": "same-origin"}) as client:
        running = client.app.state.running  # type: ignore[attr-defined]
        conn = Database(settings.database_file).writer()
        with transaction(conn):
            for role in ("marketer", "sales"):
                id = add_user(conn, User(0, f"{role}@example.com", "", role, "en", None, None), 0)
                add_login(conn, hash_of(f"key of {role}"), id, now_ms(), now_ms() + DAY)
        client.cookies.set(cookie_name(running), "key of marketer")
        answer = client.get("/leads/1/export")
        assert answer.headers["content-disposition"] == 'attachment; filename="lead-1.json"'
        # When it was asked, and that it was asked.
        same = {name: answer.json()[name] for name in ("as_of", "audit")}
        assert (
            answer.json() == json.loads(json.dumps(dump_of(conn, load_rules(settings.rules_file), 1, now_ms()))) | same
        )
        conn.close()
        assert client.get("/leads/999/export").status_code == 404
        assert "/leads/1/export" in client.get("/leads/1").text
        client.cookies.clear()
        client.cookies.set(cookie_name(running), "key of sales")
        assert client.get("/leads/1/export").status_code == 403
        assert "/leads/1/export" not in client.get("/leads/1").text
