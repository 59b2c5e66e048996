"""Install: is the tag in, and does anything arrive?"""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room

from ripeline.settings import Settings
from ripeline.store.database import Connection

SHOP, OTHER = "https://shop.example", "https://other.example"


def two_sites(conn: Connection) -> None:
    conn.execute("INSERT INTO sites (id, key, name, created_at) VALUES (1, 'k', '', 0) ON CONFLICT DO NOTHING")
    for origin in (SHOP, OTHER):
        conn.execute("INSERT INTO origins VALUES (1, ?, 'seen', 0, 0)", (origin,))


def test_the_tag_is_one_line_for_this_server(alice: TestClient) -> None:
    assert '<script async src="http://testserver/t.js"></script>' in text_of(alice.get("/install").text)


def test_a_banner_that_holds_scripts_back_has_asked_already(alice: TestClient) -> None:
    tag = '<script async src="http://testserver/t.js" data-consent="granted"></script>'
    assert tag in text_of(alice.get("/install?banner=yes").text)
    assert "ripeline('consent', true)" in text_of(alice.get("/install?banner=no").text)


def test_it_waits_until_the_first_event_is_there(alice: TestClient) -> None:
    html = alice.get("/install").text
    assert "Waiting for the first event." in text_of(html)
    assert 'data-poll="/install/status"' in html
    assert alice.get("/install/status").status_code == 204


def test_the_first_event_is_named_with_its_page(full: Room, alice: TestClient) -> None:
    answer = alice.get("/install/status")
    assert answer.status_code == 200
    assert "First event received" in text_of(answer.text)
    assert "https://shop.example/files/white-paper-a.pdf" in links_of(answer.text)
    assert "data-poll" not in alice.get("/install").text


def test_sites_are_open_until_one_is_ours(room: Room, alice: TestClient) -> None:
    room.now(two_sites)
    assert "from any site until you say" in text_of(alice.get("/install").text)
    alice.post("/install/origins", data={"origin": SHOP, "mine": "yes"})
    text = text_of(alice.get("/install").text)
    assert "from your sites, and from no other" in text
    assert text.index(SHOP) < text.index(OTHER)


def test_ours_can_be_taken_back(room: Room, alice: TestClient) -> None:
    room.now(two_sites)
    for mine in ("yes", "no"):
        assert alice.post("/install/origins", data={"origin": SHOP, "mine": mine}).status_code == 303
    assert "from any site until you say" in text_of(alice.get("/install").text)


def test_a_site_that_was_never_seen_is_not_added(room: Room, alice: TestClient) -> None:
    alice.post("/install/origins", data={"origin": "https://evil.example", "mine": "yes"})
    assert "evil.example" not in alice.get("/install").text


def test_sites_that_the_server_was_started_with_are_named(tmp_path: Path) -> None:
    room = Room(Settings(data=tmp_path, base_url="http://testserver", origins=(SHOP,)))
    with TestClient(room.app(), cookies=room.cookie_of("alice@example.com")) as client:
        text = text_of(client.get("/install").text)
    room.writer.close()
    assert f"Set where the server is started (RIPELINE_ORIGINS): {SHOP}" in text


def test_sales_do_not_decide_which_sites_are_ours(room: Room, bob: TestClient) -> None:
    assert bob.get("/install").status_code == 403
    assert bob.post("/install/origins", data={"origin": SHOP, "mine": "yes"}).status_code == 403
