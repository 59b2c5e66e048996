"""The visitor cookie: signed, for browsers only, and theirs to lose."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.collect.doorstep import SHOP, Doorstep, batch, visit

from ripeline.collect.cookies import NAME, VisitorCookies
from ripeline.settings import Settings

ADAS = "rip-ada"


def cookies(base_url: str = "", secret: bytes = b"s" * 32) -> VisitorCookies:
    return VisitorCookies(secret, Settings(data=Path("unused"), base_url=base_url))


def value_of(set_cookie: str) -> str:
    return set_cookie.partition(";")[0].partition("=")[2]


def visitors(door: Doorstep) -> list[str]:
    return [
        key for (key,) in door.rows("SELECT key FROM events JOIN visitors ON visitors.id = visitor_id ORDER BY seq")
    ]


def test_a_browser_gets_its_id_signed_for_thirteen_months(door: Doorstep) -> None:
    given = door.send(batch(visit("e1"), v=ADAS), origin=SHOP).headers["set-cookie"]
    assert given.startswith(f"{NAME}={ADAS}.")
    assert given.endswith("; Max-Age=34128000; Path=/; HttpOnly; SameSite=Lax")


def test_it_is_given_once_and_never_prolonged(door: Doorstep) -> None:
    cookie = value_of(door.send(batch(visit("e1"), v=ADAS), origin=SHOP).headers["set-cookie"])
    answer = door.send(batch(visit("e2"), v=ADAS), origin=SHOP, cookie=f"a=b; {NAME}={cookie}; c=d")
    assert "set-cookie" not in answer.headers


def test_a_program_gets_none(door: Doorstep) -> None:
    assert "set-cookie" not in door.send(batch(visit("e1"))).headers


def test_the_cookie_wins_over_the_local_id_which_becomes_an_alias(door: Doorstep) -> None:
    cookie = value_of(door.send(batch(visit("e1"), v=ADAS), origin=SHOP).headers["set-cookie"])
    door.client.cookies.clear()
    door.send(batch(visit("e2"), v="after-cleaning"), origin=SHOP, cookie=f"{NAME}={cookie}")
    door.send(batch(visit("e3"), v="after-cleaning"))
    assert len({id for (id,) in door.rows("SELECT visitor_id FROM events")}) == 1
    assert visitors(door) == [ADAS] * 3


def test_withdrawn_consent_takes_the_cookie_and_stores_nothing(door: Doorstep) -> None:
    answer = door.send(batch(visit("e1"), c=0), origin=SHOP)
    assert (answer.status_code, answer.headers["X-Ripeline-Dropped"]) == (202, "opted_out")
    assert answer.headers["set-cookie"] == f"{NAME}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
    assert door.stored() == []


def test_withdrawal_needs_no_events(door: Doorstep) -> None:
    answer = door.send({"v": ADAS, "t": 1_795_284_000_000, "c": 0, "e": []}, origin=SHOP)
    assert (answer.status_code, "Max-Age=0" in answer.headers["set-cookie"]) == (202, True)
    assert "X-Ripeline-Dropped" not in answer.headers


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"marc",
        b"marc.",
        b".",
        b"marc.AAAA",
        b"marc.\xc3\xa9",
        b'"quoted"',
        b"x" * 5_000,
        b"%C3%A9",
    ],
)
def test_a_forged_cookie_is_no_cookie(door: Doorstep, forged: bytes) -> None:
    headers = {b"cookie": NAME.encode() + b"=" + forged, b"origin": SHOP.encode(), b"content-type": b"text/plain"}
    body = b'{"v":"eve","e":[{"i":"e1","n":"page","u":"https://shop.example/"}]}'
    answer = door.client.post("/e", content=body, headers=headers)
    assert answer.status_code == 202
    assert visitors(door) == ["eve"]
    assert answer.headers["set-cookie"].startswith(f"{NAME}=eve.")


def test_a_cookie_of_another_server_is_no_cookie() -> None:
    made = value_of(cookies().made_for("marc").decode())
    assert cookies().visitor_of(f"{NAME}={made}".encode()) == "marc"
    assert cookies(secret=b"t" * 32).visitor_of(f"{NAME}={made}".encode()) == ""


@pytest.mark.parametrize("junk", ["é", "\x80", ",", '"'])
def test_junk_behind_a_valid_signature_makes_it_invalid(junk: str) -> None:
    made = value_of(cookies().made_for("marc").decode())
    assert cookies().visitor_of(f"{NAME}={made}{junk}".encode()) == ""


def test_over_https_it_is_secure() -> None:
    assert cookies("https://leads.example.com").made_for("marc").endswith(b"; Secure")


def test_an_id_no_cookie_can_hold_gets_none(door: Doorstep) -> None:
    assert "set-cookie" not in door.send(batch(visit("e1"), v='a;b"c'), origin=SHOP).headers
    assert visitors(door) == ['a;b"c']
