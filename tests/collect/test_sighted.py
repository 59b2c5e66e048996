"""What the doors tell the Install page: who loads the script, who was turned away."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import SHOP, Doorstep, batch, visit

from ripeline.app import create_app
from ripeline.script import hashed_path
from ripeline.settings import Settings
from ripeline.sightings import Sightings


def sightings(door: Doorstep) -> Sightings:
    found: Sightings = door.client.app.state.running.sightings  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("address", ["/t.js", "/t.js?s=k&consent=granted", hashed_path("/t.js")])
def test_the_site_that_loads_the_script_is_seen(door: Doorstep, address: str) -> None:
    door.client.get(address, headers={"referer": f"{SHOP}/pricing"})
    (load,) = sightings(door).loads(int(time.time() * 1000))
    assert (load.origin, load.address) == (SHOP, address)


def test_a_browser_that_has_the_script_already_is_seen_too(door: Doorstep) -> None:
    etag = door.client.get("/t.js").headers["ETag"]
    door.client.get("/t.js", headers={"referer": SHOP, "if-none-match": etag})
    assert [load.origin for load in sightings(door).loads(int(time.time() * 1000))] == [SHOP]


def test_a_test_of_the_site_is_no_second_tag(door: Doorstep) -> None:
    for address in ("/t.js", "/t.js?test"):
        door.client.get(address, headers={"referer": SHOP})
    assert [load.other for load in sightings(door).loads(int(time.time() * 1000))] == [""]


def test_a_site_that_is_turned_away_is_seen(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", origins=(SHOP,), rate_limit=None)
    with TestClient(create_app(settings)) as client:
        door = Doorstep(client, settings)
        door.send(batch(visit("e1")), origin="https://new.example")
        door.send(batch(visit("e2")), origin=SHOP)
        ((origin, _),) = sightings(door).refusals(int(time.time() * 1000))
    assert origin == "https://new.example"
