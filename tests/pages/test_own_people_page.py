"""A link that tests the site, one that leaves a colleague out, and whose visits do not count."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room

from ripeline.app import create_app
from ripeline.auth.logins import cookie_name, now_ms
from ripeline.auth.secrets import hash_of
from ripeline.auth.trials import read_trial
from ripeline.pages.own_people import own_address, own_domain
from ripeline.settings import Settings
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.people import User, add_login, add_user

SHOP = "https://www.shop.example"
DAY = 86_400_000


def one_site(conn: Connection) -> None:
    conn.execute("INSERT INTO sites (id, key, name, created_at) VALUES (1, 'k', '', 0) ON CONFLICT DO NOTHING")
    conn.execute("INSERT INTO origins VALUES (1, ?, 'mine', 0, 0)", (SHOP,))


def trials(html: str) -> list[str]:
    return [link for link in links_of(html).values() if "#ripeline-test=" in link]


def test_the_page_links_to_each_own_site_in_test_mode(room: Room, alice: TestClient) -> None:
    room.now(one_site)
    (link,) = trials(alice.get("/install").text)
    site, _, token = link.partition("/#ripeline-test=")
    assert site == SHOP
    trial = read_trial(room.secret, token, now_ms())
    assert trial is not None
    assert trial == ("test", "en")


def test_the_link_speaks_the_language_of_the_page(room: Room, alice: TestClient) -> None:
    room.now(one_site)
    (link,) = trials(alice.get("/install?lang=fr").text)
    assert read_trial(room.secret, link.partition("=")[2], now_ms()) == ("test", "fr")


def test_before_any_site_is_known_the_fragment_goes_behind_any_address(room: Room, alice: TestClient) -> None:
    html = alice.get("/install").text
    assert trials(html) == []
    (token,) = re.findall(r'id="fragment">#ripeline-test=([\w.-]+)<', html)
    assert read_trial(room.secret, token, now_ms()) == ("test", "en")


def test_a_colleague_gets_a_link_of_another_kind(room: Room, alice: TestClient) -> None:
    room.now(one_site)
    (link,) = re.findall(r'id="ignore-1">([^<]+)<', alice.get("/settings/privacy").text)
    assert link.startswith(f"{SHOP}/#ripeline-test=")
    assert read_trial(room.secret, link.partition("=")[2], now_ms()) == ("ignore", "en")


def test_what_was_left_out_is_one_link_away(room: Room, alice: TestClient) -> None:
    links = links_of(alice.get("/install").text)
    assert links["Suspect and dropped events"] == "/suspects"
    assert links["Leave yourself and your colleagues out"] == "/settings/privacy#left-out"
    assert links_of(alice.get("/settings/privacy").text)["Suspect and dropped events"] == "/suspects"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 203.0.113.7 ", "203.0.113.7"),
        ("203.0.113.7/24", "203.0.113.0/24"),
        ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8::/48", "2001:db8::/48"),
        ("0.0.0.0/0", ""),
        ("10.0.0.0/8", ""),
        ("::/0", ""),
        ("www.shop.example", ""),
        ("203.0.113.256", ""),
        ("", ""),
    ],
)
def test_an_address_is_read_in_its_one_form(typed: str, kept: str) -> None:
    assert own_address(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Verger.FR", "verger.fr"),
        ("@verger.fr", "verger.fr"),
        ("bob@verger.fr", "verger.fr"),
        ("gmail.com", ""),
        ("orange.fr", ""),
        ("fr", ""),
        ("verger fr", ""),
        ("", ""),
    ],
)
def test_a_domain_is_read_in_its_one_form(typed: str, kept: str) -> None:
    assert own_domain(typed) == kept


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestClient]:
    """The whole server, with Alice signed in."""
    settings = Settings(data=tmp_path / "data", base_url="http://testserver", rate_limit=None)
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    app = create_app(settings)
    with TestClient(app, follow_redirects=False, headers=headers, client=("198.51.100.9", 1)) as client:
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            id = add_user(conn, User(0, "alice@example.com", "", "owner", "en", None, None), 0)
            add_login(conn, hash_of("key"), id, now_ms(), now_ms() + DAY)
        client.cookies.update({cookie_name(app.state.running): "key"})
        yield client


def change(house: TestClient, **said: str) -> str:
    answer = house.post("/install/left-out", data=said)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_an_address_is_left_out_and_taken_back(house: TestClient) -> None:
    assert change(house, kind="address", value="203.0.113.7/24", do="add") == "/settings/privacy?own=changed#left-out"
    assert "203.0.113.0/24 count again" in text_of(house.get("/settings/privacy").text)
    change(house, kind="address", value="203.0.113.0/24", do="remove")
    assert "203.0.113.0/24 count again" not in text_of(house.get("/settings/privacy").text)


def test_the_address_i_am_at_is_one_press_away(house: TestClient) -> None:
    change(house, kind="address", value="", do="here")
    assert "198.51.100.9" in text_of(house.get("/settings/privacy").text)
    body = {"v": "m", "e": [{"i": "1", "n": "page", "u": "https://shop.example/"}]}
    deadline = time.monotonic() + 5
    while (dropped := house.post("/e", json=body).headers.get("x-ripeline-dropped")) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert dropped == "own_address"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Its own address would leave out everybody"), ("fr", "tout le monde")]
)
def test_the_address_of_a_proxy_nobody_named_is_not_left_out(house: TestClient, language: str, words: str) -> None:
    house.headers["x-forwarded-for"] = "203.0.113.7"
    location = change(house, kind="address", value="", do="here")
    assert location == "/settings/privacy?own=proxy#left-out"
    page = text_of(house.get(location.replace("?", f"?lang={language}&")).text)
    assert words in page
    assert "198.51.100.9" not in page


def test_a_domain_is_left_out_and_taken_back(house: TestClient) -> None:
    change(house, kind="domain", value="bob@Verger.fr", do="add")
    assert "verger.fr count again" in text_of(house.get("/settings/privacy").text)
    change(house, kind="domain", value="verger.fr", do="remove")
    assert "verger.fr" not in text_of(house.get("/settings/privacy").text)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("address", "office", "That is no address, like"),
        ("domain", "gmail.com", "That is no e-mail domain"),
    ],
)
def test_what_cannot_be_left_out_is_refused_in_words(house: TestClient, kind: str, value: str, words: str) -> None:
    location = change(house, kind=kind, value=value, do="add")
    assert location == f"/settings/privacy?own={kind}#left-out"
    assert words in text_of(house.get(location).text)
