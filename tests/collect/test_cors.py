"""Which pages may send and read the answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import NOW, SHOP, Doorstep, batch, visit

from ripeline.app import create_app
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction
from ripeline.store.install import own_origin, seen_origins

ORIGIN = "Access-Control-Allow-Origin"


@pytest.fixture
def closed_door(tmp_path: Path) -> Iterator[Doorstep]:
    """A server whose settings name its only origin."""
    settings = Settings(data=tmp_path / "data", rate_limit=None, origins=(SHOP,))
    with TestClient(create_app(settings)) as client:
        yield Doorstep(client, settings)


def test_any_origin_is_taken_while_none_is_registered_and_shown_as_seen(door: Doorstep) -> None:
    answer = door.send(batch(visit("e1")), origin=SHOP)
    assert answer.status_code == 202
    assert answer.headers[ORIGIN] == SHOP
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in answer.headers["Vary"]
    deadline = time.monotonic() + 5
    while not (seen := door.rows("SELECT origin, status FROM origins")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert seen == [(SHOP, "seen")]


def test_only_registered_origins_are_taken_once_there_is_one(closed_door: Doorstep) -> None:
    assert closed_door.send(batch(visit("e1")), origin=SHOP).headers[ORIGIN] == SHOP
    answer = closed_door.send(batch(visit("e2")), origin="https://eve.example")
    assert (answer.status_code, answer.json()["error"]) == (403, "unknown_origin")
    assert ORIGIN not in answer.headers
    assert closed_door.stored() == ["e1"]


@pytest.mark.parametrize("origin", [SHOP + ".evil.example", SHOP + "/", "https://SHOP.example", "http://shop.example"])
def test_an_origin_is_compared_exactly(closed_door: Doorstep, origin: str) -> None:
    assert closed_door.send(batch(visit("e1")), origin=origin).status_code == 403


def test_a_sender_without_an_origin_is_no_page(closed_door: Doorstep) -> None:
    answer = closed_door.send(batch(visit("e1")))
    assert (answer.status_code, ORIGIN in answer.headers) == (202, False)


def test_this_one_is_mine_closes_the_door_to_others(door: Doorstep) -> None:
    door.send(batch(visit("e1")), origin=SHOP)
    deadline = time.monotonic() + 5
    while not door.rows("SELECT 1 FROM origins") and time.monotonic() < deadline:
        time.sleep(0.01)
    with closing(Database(door.settings.database_file).writer()) as conn, transaction(conn):
        own_origin(conn, SHOP, NOW)
        assert [seen.mine for seen in seen_origins(conn)] == [True]
    while door.send(batch(), origin="https://eve.example").status_code != 403:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert door.send(batch(visit("e2")), origin=SHOP).status_code == 202


@pytest.mark.parametrize("origin", ["", "shop.example", "https://", "https://a b", "https://a/b", "https://é.example"])
def test_what_is_no_origin_is_refused(shared_door: Doorstep, origin: str) -> None:
    answer = shared_door.client.post("/e", content=b"{}", headers={b"origin": origin.encode()})
    assert answer.status_code == 403


def test_a_browser_may_ask_first(shared_door: Doorstep) -> None:
    answer = shared_door.client.options(
        "/e", headers={"origin": SHOP, "access-control-request-method": "POST", "content-type": "x"}
    )
    assert answer.status_code == 204
    assert answer.headers[ORIGIN] == SHOP
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_a_page_may_read_why_it_was_refused(shared_door: Doorstep) -> None:
    answer = shared_door.send(b"nonsense", origin=SHOP)
    assert (answer.status_code, answer.headers[ORIGIN]) == (400, SHOP)


def test_strangers_cannot_fill_the_table_of_origins(shared_door: Doorstep) -> None:
    for n in range(250):
        shared_door.send(batch(visit(f"o{n}")), origin=f"https://{n}.example")
    shared_door.client.get("/readyz")
    assert len(shared_door.rows("SELECT 1 FROM origins")) <= 200
