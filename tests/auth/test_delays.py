"""Guessing is slow for whoever guesses, and for nobody else: not by many tries at once, nor by many addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import time_machine
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse
from tests.auth.test_signin import sign_in

from ripeline.auth import passwords
from ripeline.auth.delays import begin_try, forgive, keys_of, wait_seconds
from ripeline.auth.known_browsers import LASTS_SECONDS
from ripeline.auth.logins import now_ms
from ripeline.errors import Crowded

pytestmark = pytest.mark.usefixtures("standing_clock")

BOB = "bob@example.com"
HERE, THERE = "203.0.113.9", "198.51.100.7"
QUARTER = 15 * 60


@pytest.fixture
def standing_clock() -> Iterator[None]:
    """A wait must not end because the machine is busy."""
    with time_machine.travel(1_000_000, tick=False):
        yield


def tries(house: SmallHouse, email: str, address: str, now: int, browser: str = "") -> int:
    """How long that try has to wait (s), 0: it was looked at, and was wrong."""
    return house.now(lambda conn: begin_try(conn, keys_of(email, address, browser), now))


def keep_failing(house: SmallHouse, addresses: list[str], begin: int = 0) -> int:
    """As often as it is allowed, from all of them, for two hours from `begin` (ms); the moment of the last try."""
    now = begin
    while True:
        waits = [tries(house, BOB, address, now) for address in addresses]
        if now > begin + 7_200_000 and 0 in waits:
            return now
        now += 1000 * max(1, min(waits))


def test_one_stranger_holds_up_a_new_browser_of_the_person_by_a_minute_in_fifteen(house: SmallHouse) -> None:
    now = keep_failing(house, [HERE])
    keys = keys_of(BOB, THERE, "")
    with house.database.read() as conn:
        waits = [wait_seconds(conn, keys, now + second * 1000) for second in range(QUARTER)]
        own = wait_seconds(conn, keys_of(BOB, HERE, ""), now)
    assert own == QUARTER
    assert max(waits) <= 60
    assert waits[61:] == [0] * len(waits[61:])


def test_a_flood_from_everywhere_does_not_reach_a_browser_that_is_known(
    client: TestClient, house: SmallHouse, bob: str
) -> None:
    with time_machine.travel(1_000_000, tick=False) as clock:
        assert sign_in(client, BOB).status_code == 303
        flood = [f"198.51.100.{number}" for number in range(5)]
        now = keep_failing(house, [*flood, "testclient"], 1_000_000_000)
        clock.move_to(now / 1000)
        assert sign_in(client, BOB).status_code == 303
        client.cookies.clear()
        assert sign_in(client, BOB).status_code == 429, "a browser nobody knows waits"


def test_a_known_browser_guesses_as_slowly_as_any(client: TestClient, house: SmallHouse, bob: str) -> None:
    assert sign_in(client, bob).status_code == 303
    answers = [sign_in(client, bob, "wrong").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


def test_a_browser_is_known_for_one_person_and_by_our_word_alone(
    client: TestClient, house: SmallHouse, bob: str, alice: str
) -> None:
    sign_in(client, bob)
    known = client.cookies["ripeline-known"]
    name, _, proof = known.partition(".")
    spent(house, alice)
    spent(house, bob)
    forged = ["x" * 43 + "." + proof, name + "." + "0" * 64, known + "é", known + "x", "", "."]
    for cookie, email in ((known, alice), *((each, bob) for each in forged)):
        client.cookies.clear()
        answer = client.post(
            "/signin",
            data={"email": email, "password": "wrong"},
            headers=[(b"cookie", f"ripeline-known={cookie}".encode())],
        )
        assert answer.status_code == 429, cookie


def spent(house: SmallHouse, email: str) -> None:
    """No free try is left for that account from the test client's address."""
    for _ in range(5):
        assert tries(house, email, "testclient", now_ms()) == 0


def test_the_cookie_of_a_known_browser_opens_nothing(client: TestClient, bob: str) -> None:
    answer = sign_in(client, bob)
    (known,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("ripeline-known=")]
    assert all(word in known.lower() for word in ("httponly", "samesite=lax", "path=/", f"max-age={LASTS_SECONDS}"))
    client.cookies.delete("ripeline")
    assert client.get("/ready").status_code == 303


def test_many_tries_at_once_are_not_looked_at_for_free(client: TestClient, house: SmallHouse, bob: str) -> None:
    def one(_: int) -> int:
        return (
            TestClient(client.app, follow_redirects=False, headers={"sec-fetch-site": "same-origin"})
            .post("/signin", data={"email": bob, "password": "wrong"})
            .status_code
        )

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(one, range(12)))
    assert sorted(statuses) == [401] * 5 + [429] * 7


def test_a_delay_survives_a_restart(client: TestClient, house: SmallHouse, bob: str) -> None:
    """It stands in the database, and nowhere else."""
    spent(house, bob)
    with house.database.read() as conn:
        stored = dict(conn.execute("SELECT key, failures FROM attempts").fetchall())
    assert set(stored.values()) == {5}
    assert bob not in str(stored)
    assert sign_in(client, bob).status_code == 429


def test_the_addresses_of_one_ipv6_customer_are_one(house: SmallHouse) -> None:
    tried = [tries(house, BOB, f"2001:db8:1:2::{number:x}", 1_000) for number in range(6)]
    assert tried == [0] * 5 + [1]
    assert tries(house, BOB, "2001:db8:1:3::1", 1_000) == 0
    assert keys_of(BOB, "::ffff:192.0.2.1", "") == keys_of(BOB, "192.0.2.1", "")


def test_a_right_password_frees_the_person_and_not_the_address_to_try_others(house: SmallHouse) -> None:
    for number in range(60):
        assert tries(house, f"nobody{number}@example.com", HERE, 1_000) == 0
    house.now(lambda conn: forgive(conn, keys_of("nobody59@example.com", HERE, "")))
    assert tries(house, "eve@example.com", HERE, 1_000) == 0, "the right one is counted out again"
    assert tries(house, "eva@example.com", HERE, 1_000) == 1
    assert tries(house, "eva@example.com", THERE, 1_000) == 0


def test_strangers_behind_the_proxy_lock_nobody_else_out(client: TestClient, house: SmallHouse, bob: str) -> None:
    house.settings = replace(house.settings, trusted_proxies=("10.0.0.1",))
    client._transport.client = ("10.0.0.1", 4000)  # type: ignore[attr-defined]
    for number in range(60):
        tries(house, f"nobody{number}@example.com", HERE, now_ms())
    form = {"email": bob, "password": PASSWORD}
    assert client.post("/signin", data=form, headers={"x-forwarded-for": HERE}).status_code == 429
    assert client.post("/signin", data=form, headers={"x-forwarded-for": THERE}).status_code == 303


def test_who_comes_when_too_many_wait_is_asked_to_come_again(client: TestClient, bob: str) -> None:
    async def crowd() -> None:
        gate = passwords._gate(asyncio.get_running_loop())
        gate.waiting = passwords.MOST_WAITING
        with pytest.raises(Crowded) as refused:
            await passwords.is_password_aside("x", None)
        assert refused.value.retry_after > 0
        gate.waiting = 0
        assert not await passwords.is_password_aside("x", None)

    asyncio.run(crowd())


def test_the_password_nobody_has_costs_what_all_others_cost() -> None:
    assert not passwords._HASHER.check_needs_rehash(passwords._OF_NOBODY)
