"""Events of machines are kept and marked with the reason; events that only look odd are not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import NOW, SHOP, Doorstep, batch, reported, visit

from ripeline.app import create_app
from ripeline.collect.paces import MOST_A_MINUTE, MOST_A_SECOND, MOST_OTHERS_A_SECOND, Paces
from ripeline.collect.scanners import is_fetched_ahead
from ripeline.settings import RateLimit, Settings

CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
DRIVEN = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36"
MARKED = """SELECT event_id, coalesce(text, '') FROM events LEFT JOIN texts ON texts.id = suspect_id ORDER BY seq"""


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Doorstep]:
    settings = Settings(data=tmp_path / "data", rate_limit=RateLimit(1000, 1000))
    with TestClient(create_app(settings)) as client:
        yield Doorstep(client, settings)


@pytest.mark.parametrize(
    ("agent", "headers", "changed", "reason"),
    [
        (CRAWLER, {}, {}, "crawler"),
        (DRIVEN, {"origin": SHOP}, {}, "headless"),
        ("python-requests/2.32", {"origin": SHOP}, {}, "program"),
        # A server that passes on what its visitors do is on no page.
        ("python-requests/2.32", {}, {}, ""),
        # The owner of the tag is trying it out.
        (DRIVEN, {"origin": SHOP}, {"d": 1}, ""),
        (DRIVEN, {"origin": SHOP}, {"d": 0}, "headless"),
        ("", {}, {}, ""),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", {"origin": SHOP}, {}, ""),
    ],
)
def test_an_event_is_marked_by_what_sends_it(
    door: Doorstep, agent: str, headers: dict[str, str], changed: dict[str, int], reason: str
) -> None:
    answer = door.send(batch(visit("e1"), **changed), user_agent=agent, **headers)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    assert "X-Ripeline-Dropped" not in answer.headers
    assert door.rows(MARKED) == [("e1", reason)]


def test_programs_with_a_token_are_never_suspect(door: Doorstep) -> None:
    pages = [reported(f"e{n}", url=f"{SHOP}/{n}") for n in range(MOST_A_SECOND + 5)]
    door.report(pages, authorization=door.new_token("crm", "write"), user_agent=CRAWLER).raise_for_status()
    assert {reason for _, reason in door.rows(MARKED)} == {""}


def pages_in_a_second(count: int) -> list[dict[str, object]]:
    return [visit(f"e{n}", u=f"{SHOP}/{n}", a=NOW - 50) for n in range(count)]


def test_more_pages_than_anybody_sees_in_a_second_are_marked(limited: Doorstep) -> None:
    clicks = [visit(f"c{n}", n="click", u="https://other.example/", a=NOW - 50) for n in range(30)]
    limited.send(batch(*clicks, *pages_in_a_second(MOST_A_SECOND + 2)))
    marked = [id for id, reason in limited.rows(MARKED) if reason == "too_fast"]
    assert marked == [f"e{MOST_A_SECOND}", f"e{MOST_A_SECOND + 1}"]


def test_a_flood_of_forms_of_one_visitor_is_kept_and_worth_nothing(limited: Doorstep) -> None:
    forms = [visit(f"f{n}", n="form", k=f"form {n}", a=NOW - 50) for n in range(MOST_OTHERS_A_SECOND + 20)]
    left = [visit(f"l{n}", n="engagement", k="f0", p={"ms": 1}, a=NOW - 50) for n in range(20)]
    limited.send(batch(*forms, *left)).raise_for_status()
    limited.send(batch(visit("other"), v="eve-phone")).raise_for_status()
    marked = [id for id, reason in limited.rows(MARKED) if reason == "too_fast"]
    assert marked == [f"f{n}" for n in range(MOST_OTHERS_A_SECOND, MOST_OTHERS_A_SECOND + 20)]


def test_with_limits_off_no_speed_is_suspicious(door: Doorstep) -> None:
    door.send(batch(*pages_in_a_second(MOST_A_SECOND + 2)))
    assert {reason for _, reason in door.rows(MARKED)} == {""}


@pytest.mark.parametrize(
    ("gap", "count", "expected"),
    [
        (0, MOST_A_SECOND, ""),
        (0, MOST_A_SECOND + 1, "too_fast"),
        (400, MOST_A_MINUTE, ""),
        (400, MOST_A_MINUTE + 1, "too_many"),
        (1_000, 10 * MOST_A_MINUTE, ""),
    ],
)
def test_pages_are_counted_by_the_second_and_the_minute(gap: int, count: int, expected: str) -> None:
    paces = Paces()
    assert [paces.suspect("ada", 60_000 * 1000 + n * gap) for n in range(count)][-1] == expected


def test_who_was_too_fast_stays_so_for_that_minute_and_others_are_not() -> None:
    paces = Paces()
    for _ in range(MOST_A_SECOND + 1):
        paces.suspect("bot", 0)
    assert (paces.suspect("bot", 59_000), paces.suspect("ada", 0), paces.suspect("bot", 60_000)) == ("too_fast", "", "")


def test_the_paces_of_many_visitors_stay_small() -> None:
    paces = Paces()
    for n in range(10_500):
        paces.suspect(f"v{n}", 0)
    assert len(paces._paces) == 10_000


@pytest.mark.parametrize("name", [b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"])
def test_whatever_header_says_that_it_is_fetched_ahead_is_believed(name: bytes) -> None:
    assert is_fetched_ahead({name: b"prefetch"})
    assert is_fetched_ahead({name: b"prefetch;prerender"})
    assert not is_fetched_ahead({name: b""})


def test_what_is_dropped_is_counted_by_its_reason(door: Doorstep) -> None:
    spam = visit("s", r="https://semalt.com/")
    for _ in range(3):
        door.send(batch(spam, visit("e1"), spam))
    door.send(batch(visit("p"), visit("q")), sec_purpose="prefetch")
    token = door.new_token("crm", "read")

    def dropped() -> list[dict[str, object]]:
        return list(door.client.get("/api/suspects", headers={"authorization": token}).json()["dropped"])

    expected = [{"reason": "prefetch", "events": 2}, {"reason": "referrer_spam", "events": 6}]
    until = time.monotonic() + 5
    while dropped() != expected and time.monotonic() < until:
        time.sleep(0.01)
    assert dropped() == expected
