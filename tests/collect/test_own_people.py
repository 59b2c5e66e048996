"""Own people: their addresses are turned away, and whoever has one of their e-mails is worth nothing, reversibly."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.collect.doorstep import Doorstep, batch, visit

from ripeline.app import create_app
from ripeline.collect import own_people
from ripeline.fold.own_people import leave_out_domain, take_domain_back
from ripeline.fold.verify import verify
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.own_people import LeftOut, leave_out

OFFICE = "203.0.113.7"


def tell(door: Doorstep, work: Callable[..., Any], *, deed: bool = False) -> None:
    """Change what is left out, and let the door see it."""
    assert isinstance(door.client, TestClient)
    running = door.client.app.state.running  # type: ignore[attr-defined]
    assert door.client.portal is not None
    door.client.portal.call(partial(running.do, work, "alice@example.com") if deed else partial(running.write, work))
    door.client.app.state.intake.own._read_at = 0  # type: ignore[attr-defined]


def own_address(door: Doorstep, value: str) -> None:
    tell(door, lambda conn: leave_out(conn, LeftOut("address", value, 1), "alice@example.com"))


def settled(door: Doorstep) -> None:
    door.client.get("/api/settled", headers={"authorization": door.new_token(str(time.monotonic()), "read")})


@pytest.fixture
def behind(tmp_path: Path) -> Any:
    """A door behind a proxy that is believed."""
    settings = Settings(data=tmp_path / "data", rate_limit=None, trusted_proxies=("10.0.0.0/8",))
    with TestClient(create_app(settings), client=("10.0.0.1", 1)) as client:
        yield Doorstep(client, settings)


@pytest.mark.parametrize(
    ("own", "address", "is_own"),
    [
        (OFFICE, OFFICE, True),
        (OFFICE, "203.0.113.8", False),
        ("203.0.113.0/24", "203.0.113.200", True),
        ("203.0.113.0/24", "203.0.114.1", False),
        ("203.0.113.0/24", "::ffff:203.0.113.9", True),
        ("2001:db8:1::/48", "2001:db8:1:7::9", True),
        ("2001:db8:1::/48", "2001:db8:2::1", False),
        ("2001:db8:1::/48", OFFICE, False),
    ],
)
def test_events_from_an_own_address_are_dropped(behind: Doorstep, own: str, address: str, is_own: bool) -> None:
    own_address(behind, own)
    answer = behind.send(batch(visit("a1")), x_forwarded_for=address)
    assert answer.status_code == 202
    assert answer.headers.get("x-ripeline-dropped") == ("own_address" if is_own else None)
    assert behind.stored() == ([] if is_own else ["a1"])


def test_what_is_dropped_is_counted_by_reason(behind: Doorstep) -> None:
    own_address(behind, OFFICE)
    behind.send(batch(visit("a1"), visit("a2")), x_forwarded_for=OFFICE)
    behind.client.get("/p.gif?c=1&u=https://shop.example/", headers={"x-forwarded-for": OFFICE})
    until = time.monotonic() + 5
    while (found := behind.rows("SELECT reason, events FROM drops")) != [("own_address", 3)]:
        assert time.monotonic() < until, found
        time.sleep(0.01)


def test_an_own_address_is_never_stored(behind: Doorstep) -> None:
    own_address(behind, "203.0.113.0/24")
    behind.send(batch(visit("a1")), x_forwarded_for="203.0.113.77")
    settled(behind)
    for file in behind.settings.data.glob("ripeline.db*"):
        assert b"203.0.113.77" not in file.read_bytes()


def suspects(door: Doorstep) -> dict[str, str | None]:
    return dict(
        door.rows("SELECT event_id, t.text FROM events LEFT JOIN texts AS t ON t.id = suspect_id ORDER BY events.seq")
    )


def identify(id: str, email: str) -> dict[str, Any]:
    return visit(id, n="identify", p={"email": email})


def test_a_colleague_is_worth_nothing_before_and_after_saying_who_they_are(door: Doorstep) -> None:
    tell(door, partial(leave_out_domain, domain="verger.fr"), deed=True)
    door.send(batch(visit("a1")))
    assert suspects(door) == {"a1": None}
    door.send(batch(identify("a2", "Bob@Verger.fr")))
    settled(door)
    door.send(batch(visit("a3")))
    settled(door)
    assert suspects(door) == dict.fromkeys(("a1", "a2", "a3"), "own_people")
    assert door.rows("SELECT count(*) FROM leads WHERE email IS NOT NULL") == [(0,)]
    assert door.rows("SELECT count(*) FROM ledger WHERE points <> 0") == [(0,)]


def test_however_many_say_to_be_one_of_us_few_wait_to_be_looked_at(
    door: Doorstep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_people, "_MOST_WAITING", 20)
    tell(door, partial(leave_out_domain, domain="verger.fr"), deed=True)
    door.send(batch(visit("a1")))
    assert isinstance(door.client, TestClient)
    own = door.client.app.state.intake.own  # type: ignore[attr-defined]

    async def many_say_so() -> None:
        for n in range(3_000):
            own.saw({f"stranger{n}": "verger.fr"})
        assert len(own._waiting) == 20
        assert own._task is not None
        await own._task
        own.saw({"ada-phone": "verger.fr"})

    assert door.client.portal is not None
    door.client.portal.call(many_say_so)
    settled(door)
    assert suspects(door) == {"a1": "own_people"}


def test_a_customer_is_not_left_out_with_them(door: Doorstep) -> None:
    tell(door, partial(leave_out_domain, domain="verger.fr"), deed=True)
    door.send(batch(identify("b1", "ada@not-verger.fr"), v="ada"))
    door.send(batch(identify("b2", "eve@eu.verger.fr"), v="eve"))
    settled(door)
    assert suspects(door) == {"b1": None, "b2": None}


def test_a_domain_that_is_left_out_later_takes_its_leads_along_and_gives_them_back(door: Doorstep) -> None:
    door.send(batch(visit("a1"), identify("a2", "bob@verger.fr")))
    settled(door)
    before = door.rows("SELECT email, model, score FROM v_leads WHERE email IS NOT NULL ORDER BY 1, 2")
    assert before[0][0] == "bob@verger.fr"
    assert any(score > 0 for _, _, score in before)
    tell(door, partial(leave_out_domain, domain="verger.fr"), deed=True)
    assert door.rows("SELECT count(*) FROM ledger WHERE points <> 0") == [(0,)]
    tell(door, partial(take_domain_back, domain="verger.fr"), deed=True)
    settled(door)
    assert set(suspects(door).values()) == {None}
    assert door.rows("SELECT email, model, score FROM v_leads WHERE email IS NOT NULL ORDER BY 1, 2") == before


def test_taken_back_a_visitor_counts_from_the_first_event_on(door: Doorstep) -> None:
    tell(door, partial(leave_out_domain, domain="verger.fr"), deed=True)
    door.send(batch(visit("a1"), identify("a2", "bob@verger.fr")))
    settled(door)
    tell(door, partial(take_domain_back, domain="verger.fr"), deed=True)
    door.send(batch(visit("a3")))
    settled(door)
    assert suspects(door) == dict.fromkeys(("a1", "a2", "a3"))
    assert door.rows("SELECT email FROM leads WHERE email IS NOT NULL") == [("bob@verger.fr",)]


def test_programs_report_own_people_in_vain(door: Doorstep) -> None:
    tell(door, partial(leave_out_domain, domain="verger.fr"), deed=True)
    event = {"id": "p1", "email": "bob@verger.fr", "on": "demo_asked", "url": "https://shop.example/"}
    answer = door.report([event], authorization=door.new_token("crm", "write"))
    assert answer.json()["accepted"] == 1
    assert suspects(door) == {"p1": "own_people"}


def test_a_rescore_agrees_with_what_was_left_out(door: Doorstep) -> None:
    door.send(batch(visit("a1"), identify("a2", "bob@verger.fr")))
    tell(door, partial(leave_out_domain, domain="verger.fr"), deed=True)
    door.send(batch(visit("a3")))
    settled(door)
    with Database(door.settings.database_file).read() as conn:
        assert verify(conn, load_rules(door.settings.rules_file)) == []
