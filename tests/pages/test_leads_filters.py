"""What narrows the list of leads: chips in the address, each of them on the page and off it again."""

from __future__ import annotations

import re
import time

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import DAY, Room
from tests.store.white_papers import START, fold, made, page

from ripeline.fold.desk import Desk
from ripeline.fold.keeper import Keeper
from ripeline.fold.selling import claim
from ripeline.store.authors import Said
from ripeline.store.people import user_by_email


def listed(client: TestClient, query: str) -> list[str]:
    """Who is on the page of that query, in order: the part before the @, or the visitor."""
    html = client.get(f"/leads?{query}").text
    return [who.split("@")[0].removeprefix("Visitor ") for who in re.findall(r'<a class="row" [^>]*>([^<]*)</a>', html)]


def days_since(hours: float) -> int:
    """Whole days from so many hours after the cast began until now."""
    return int((time.time() * 1000 - START - hours * 3_600_000) // DAY)


@pytest.mark.parametrize(
    ("query", "found", "chip"),
    [
        ("page=/blog", ["capucine", "marc"], "saw /blog"),
        ("page=/pricing", ["v-ada"], "saw /pricing"),
        ("page=paper", ["elodie"], "saw paper"),
        ("file=white-paper-b.pdf", ["marc", "elodie"], "took white-paper-b.pdf"),
        ("file=paper-c", ["capucine"], "took paper-c"),
        ("form=contact", ["capucine", "marc", "elodie"], "sent contact"),
        ("channel=direct", ["capucine", "marc", "elodie", "v-ada"], "by direct"),
        ("channel=email", [], "by e-mail"),
        ("identified=yes", ["capucine", "marc", "elodie"], "identified"),
        ("identified=no", ["v-ada"], "anonymous"),
        ("band=hot", ["capucine", "marc"], "hot"),
        ("q=elod", ["elodie"], "“elod”"),
        ("owner=nobody", ["capucine", "marc", "elodie", "v-ada"], "nobody’s"),
        ("page=/blog&band=warm", [], "saw /blog"),
    ],
)
def test_each_filter_finds_its_leads_and_is_a_chip(
    full: Room, bob: TestClient, query: str, found: list[str], chip: str
) -> None:
    assert listed(bob, query) == found
    html = bob.get(f"/leads?{query}").text
    assert f"{chip} × take off" in text_of(html)


def test_a_chip_takes_off_its_filter_alone(full: Room, bob: TestClient) -> None:
    links = links_of(bob.get("/leads?band=hot&page=/blog&sort=seen&model=vertical").text)
    assert links["saw /blog"] == "/leads?model=vertical&band=hot&sort=seen"


def test_last_seen_is_within_or_silent_for_so_many_days(full: Room, bob: TestClient) -> None:
    first, others = days_since(0), days_since(72.01)
    assert listed(bob, f"seen={others + 1}") == ["capucine", "marc"]
    assert listed(bob, f"silent={others + 1}") == ["elodie", "v-ada"]
    assert listed(bob, f"seen={first + 1}&silent={others + 1}") == ["elodie", "v-ada"]
    assert "silent for 90 days ×" in text_of(bob.get("/leads?silent=90").text)
    assert "seen in the last 7 days ×" in text_of(bob.get("/leads?seen=7").text)


def test_mine_somebodys_and_nobodys(full: Room, bob: TestClient) -> None:
    assert ">Owner<" not in bob.get("/leads").text
    take(full, "marc@example.com", "bob@example.com")
    full.cookie_of("carl@example.com", role="sales")
    take(full, "capucine@example.com", "carl@example.com")
    assert listed(bob, "owner=me") == ["marc"]
    assert listed(bob, "owner=somebody") == ["capucine", "marc"]
    assert listed(bob, "owner=nobody") == ["elodie", "v-ada"]
    html = bob.get("/leads").text
    assert links_of(html)["mine"] == "/leads?owner=me"
    assert ">carl@example.com</span>" in html


def take(room: Room, lead: str, person: str) -> None:
    """That person claims the lead's hand-off."""
    with room.database.read() as conn:
        user = user_by_email(conn, person)
        (id,) = conn.execute(
            "SELECT h.id FROM handoffs AS h JOIN leads AS l ON l.id = h.lead_id WHERE l.email = ?", (lead,)
        ).fetchone()
    assert user is not None
    said = Said(person, int(time.time() * 1000))
    room.now(lambda conn: claim(Desk(conn, Keeper(conn, room.ruleset), said, lambda: None), id, user.id))


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("score", ["capucine", "marc", "elodie", "v-ada"]),
        ("seen", ["capucine", "marc", "elodie", "v-ada"]),
        ("missing", ["v-ada", "elodie", "capucine", "marc"]),
    ],
)
def test_each_order_is_a_link_that_keeps_the_filters(full: Room, bob: TestClient, sort: str, found: list[str]) -> None:
    assert listed(bob, f"sort={sort}") == found
    links = links_of(bob.get("/leads?form=contact&identified=yes").text)
    assert links["fewest missing points first"] == "/leads?form=contact&identified=yes&sort=missing"


def test_what_is_offered_is_what_the_data_has(full: Room, bob: TestClient) -> None:
    long_ago, lately = (days_since(0) - 100) * 24.0, days_since(0) * 24.0
    fold(full.writer, made("v-old", [(long_ago, page("/old"))]))
    fold(full.writer, made("v-new", [(lately, page("/fresh"))]))
    html = bob.get("/leads").text
    assert '<option value="/fresh"></option>' in html
    assert '<option value="/old"></option>' not in html
    assert re.findall(r'<option value="([a-z ]+)">[^<]', html) == ["direct", "yes", "no"]


def test_an_empty_field_of_a_form_leaves_the_address_clean(full: Room, bob: TestClient) -> None:
    answer = bob.get("/leads?band=hot&page=&file=%20&channel=&q=marc")
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads?q=marc&band=hot")


def test_out_of_target_is_hidden_and_last(full: Room, bob: TestClient) -> None:
    full.now(lambda conn: conn.execute("UPDATE scores SET out_of_target = 1 WHERE lead_id = 1"))
    everybody = listed(bob, "out=yes")
    assert len(everybody) == 4
    assert listed(bob, "") == everybody[:3]
    assert "out of target" in text_of(bob.get("/leads?out=yes").text)
    assert "Look among them too" in text_of(bob.get("/leads?q=zebra").text)
