"""How many requests an address may send, and whose address it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import SHOP, Doorstep, batch, visit

from ripeline.app import create_app
from ripeline.auth.addresses import Addresses
from ripeline.collect.rates import Rates
from ripeline.settings import RateLimit, Settings

ADA, EVE = "192.0.2.1", "198.51.100.9"


def test_a_burst_then_a_steady_rate() -> None:
    rates = Rates(RateLimit(per_second=2, burst=3))
    assert [rates.wait_seconds(ADA, 100.0) for _ in range(4)] == [0, 0, 0, 1]
    assert rates.wait_seconds(ADA, 100.5) == 0
    assert rates.wait_seconds(ADA, 100.5) == 1
    assert [rates.wait_seconds(ADA, 200.0) for _ in range(4)] == [0, 0, 0, 1]


def test_one_address_does_not_pay_for_another() -> None:
    rates = Rates(RateLimit(per_second=1, burst=1))
    assert [rates.wait_seconds(EVE, 1.0) for _ in range(3)] == [0, 1, 1]
    assert rates.wait_seconds(ADA, 1.0) == 0


def test_a_slow_limit_says_how_long_to_wait() -> None:
    rates = Rates(RateLimit(per_second=1 / 60, burst=1))
    assert [rates.wait_seconds(ADA, 1.0) for _ in range(2)] == [0, 60]


def test_a_clock_set_back_locks_nobody_out() -> None:
    rates = Rates(RateLimit(per_second=1, burst=2))
    assert rates.wait_seconds(ADA, 10_000.0) == 0
    assert rates.wait_seconds(ADA, 5.0) == 0
    assert rates.wait_seconds(ADA, 6.0) == 0


def test_a_household_of_ipv6_is_one_address() -> None:
    rates = Rates(RateLimit(per_second=1, burst=1))
    assert rates.wait_seconds("2001:db8:1:2::3", 1.0) == 0
    assert rates.wait_seconds("2001:db8:1:2:ffff::9", 1.0) == 1
    assert rates.wait_seconds("2001:db8:1:3::3", 1.0) == 0
    assert rates.wait_seconds("::ffff:192.0.2.1", 1.0) == 0
    assert rates.wait_seconds("::ffff:192.0.2.2", 1.0) == 0


def test_memory_is_bounded_whoever_comes() -> None:
    rates = Rates(RateLimit(per_second=1, burst=1))
    for n in range(30_000):
        rates.wait_seconds(str(n), 1.0)
    assert len(rates._buckets) <= 20_000


def test_off_is_no_limit() -> None:
    assert Rates(None).wait_seconds(ADA, 1.0) == 0


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        ((), "10.0.0.1", ADA, "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", ADA, ADA),
        (("10.0.0.0/8",), "10.0.0.1", f"{EVE}, {ADA}", ADA),
        (("10.0.0.0/8",), "10.0.0.1", f"{EVE}, {ADA}, 10.9.9.9", ADA),
        (("10.0.0.0/8",), EVE, ADA, EVE),
        (("10.0.0.0/8",), "10.0.0.1", "", "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", f"{ADA}, nonsense", "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", f"nonsense, {ADA}", ADA),
        (("::1/128",), "::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_only_trusted_proxies_are_believed(trusted: tuple[str, ...], peer: str, forwarded: str, address: str) -> None:
    headers = {b"x-forwarded-for": forwarded.encode()} if forwarded else {}
    assert Addresses(trusted).of({"client": (peer, 50_000)}, headers) == address


def test_a_peer_without_an_address_is_one_sender() -> None:
    assert Addresses(("10.0.0.0/8",)).of({"client": None}, {}) == ""


@pytest.fixture
def narrow_door(tmp_path: Path) -> Iterator[Doorstep]:
    settings = Settings(data=tmp_path / "data", rate_limit=RateLimit(per_second=0.1, burst=2))
    with TestClient(create_app(settings), client=(ADA, 50_000)) as client:
        yield Doorstep(client, settings)


def test_whoever_says_to_be_somebody_else_each_time_is_counted_as_one(narrow_door: Doorstep) -> None:
    said = []
    for n in range(5):
        names = ("x_forwarded_for", "forwarded", "x_real_ip", "cf_connecting_ip", "true_client_ip")
        headers = dict.fromkeys(names, f"203.0.113.{n}")
        said.append(narrow_door.send(batch(visit(f"e{n}")), **headers).status_code)
    assert said == [202, 202, 429, 429, 429]


def test_too_many_requests_are_told_when_to_come_back(narrow_door: Doorstep) -> None:
    answers = [narrow_door.send(batch(visit(f"e{n}")), origin=SHOP) for n in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 10
    assert answers[2].headers["Access-Control-Allow-Origin"] == SHOP
    assert narrow_door.stored() == ["e0", "e1"]
