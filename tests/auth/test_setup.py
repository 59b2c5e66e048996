"""The first person."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse

from ripeline.auth.setup import demo_link, setup_link
from ripeline.store.audit import AuditQuery, read_audit
from ripeline.store.staff import all_people


def path_of(link: str | None) -> str:
    assert link is not None
    return urlsplit(link).path


def test_the_printed_link_makes_the_owner_once(client: TestClient, house: SmallHouse) -> None:
    path = path_of(asyncio.run(setup_link(house)))
    assert "Ripeline" in client.get(path).text
    answer = client.post(path, data={"email": "Alice@example.com", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/install")
    assert client.get("/settings").status_code == 200
    assert client.post(path, data={"email": "eve@example.com", "password": PASSWORD}).status_code == 404
    assert asyncio.run(setup_link(house)) is None


def test_the_button_back_after_the_set_up_leads_on(client: TestClient, house: SmallHouse) -> None:
    path = path_of(asyncio.run(setup_link(house)))
    client.post(path, data={"email": "alice@example.com", "password": PASSWORD})
    assert client.get(path).headers["location"] == "/"
    client.cookies.clear()
    over = client.get(path, headers={"accept-language": "fr"})
    assert over.status_code == 404
    assert 'lang="fr"' in over.text
    assert 'href="/signin"' in over.text


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


def test_of_two_who_use_the_link_at_once_one_is_the_owner(client: TestClient, house: SmallHouse) -> None:
    path = path_of(asyncio.run(setup_link(house)))

    def use(name: str) -> int:
        browser = TestClient(client.app, follow_redirects=False, headers={"sec-fetch-site": "same-origin"})
        return int(browser.post(path, data={"email": f"{name}@example.com", "password": PASSWORD}).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, ("alice", "bob", "cleo", "eve"))) == [303, 404, 404, 404]
    with house.database.read() as conn:
        assert [each.role for each in all_people(conn)] == ["owner"]
        lines = [line.what for line in read_audit(conn, AuditQuery(), 10)]
    assert lines == ["signed_in", "person_joined"]


def test_a_guessed_link_costs_the_server_no_hashing(
    client: TestClient, house: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(setup_link(house))
    hashed: list[str] = []
    monkeypatch.setattr("ripeline.auth.passwords.hash_password", hashed.append)
    answer = client.post("/setup/guess", data={"email": "eve@example.com", "password": PASSWORD})
    assert (answer.status_code, hashed) == (404, [])


def test_there_is_no_account_nobody_made(client: TestClient, house: SmallHouse) -> None:
    asyncio.run(setup_link(house))
    with house.database.read() as conn:
        assert all_people(conn) == ()
    for email, password in (("admin", "admin"), ("demo@example.com", "demo")):
        assert client.post("/signin", data={"email": email, "password": password}).status_code == 401


def test_of_the_link_only_a_hash_is_stored(client: TestClient, house: SmallHouse) -> None:
    key = path_of(asyncio.run(setup_link(house))).rpartition("/")[2]
    with house.database.read() as conn:
        assert key not in str(conn.execute("SELECT * FROM meta").fetchall())
