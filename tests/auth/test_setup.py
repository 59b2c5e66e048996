"""The first person."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse

from ripeline.auth.setup import demo_link, setup_link


def path_of(link: str | None) -> str:
    assert link is not None
    return urlsplit(link).path


def test_the_printed_link_makes_the_owner_once(client: TestClient, house: SmallHouse) -> None:
    path = path_of(asyncio.run(setup_link(house)))
    assert "Ripeline" in client.get(path).text
    answer = client.post(path, data={"email": "Alice@example.com", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/install")
    assert client.get("/settings").status_code == 200
    assert client.get(path).status_code == 404
    assert client.post(path, data={"email": "eve@example.com", "password": PASSWORD}).status_code == 404
    assert asyncio.run(setup_link(house)) is None


def test_a_newer_link_replaces_the_older(client: TestClient, house: SmallHouse) -> None:
    older = path_of(asyncio.run(setup_link(house)))
    newer = path_of(asyncio.run(setup_link(house)))
    assert client.get(older).status_code == 404
    assert client.get(newer).status_code == 200


@pytest.mark.parametrize("key", ["x", "%C3%A9", "0" * 300])
def test_a_guessed_link_opens_nothing(client: TestClient, house: SmallHouse, key: str) -> None:
    asyncio.run(setup_link(house))
    assert client.get(f"/setup/{key}").status_code == 404


@pytest.mark.parametrize(
    ("email", "password"), [("alice", PASSWORD), ("alice@example.com", "short"), ("alice@example.com", "x" * 2000)]
)
def test_a_wrong_form_is_shown_again_and_the_link_stays_good(
    client: TestClient, house: SmallHouse, email: str, password: str
) -> None:
    path = path_of(asyncio.run(setup_link(house)))
    answer = client.post(path, data={"email": email, "password": password})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert client.get(path).status_code == 200


def test_the_demo_link_works_only_in_the_demo(client: TestClient, house: SmallHouse, alice: str) -> None:
    path = path_of(demo_link(house))
    assert client.get(path).status_code == 404
    house.demo = True
    assert client.get(path).status_code == 404, "no demo owner, nobody to be"
    house.now(lambda conn: conn.execute("UPDATE users SET email = 'demo@example.com'"))
    assert client.get(path).headers["location"] == "/ready"
    assert client.get("/ready").text == "demo@example.com"
    assert client.get("/demo/guess").status_code == 404
