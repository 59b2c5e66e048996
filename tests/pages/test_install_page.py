"""Install: is the tag in, and does anything arrive?"""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.pages.reading_html import links_of, text_of
from tests.pages.room import Room

from ripeline.auth.logins import now_ms
from ripeline.auth.secrets import identity_key
from ripeline.pages.install_snippets import BANNERS
from ripeline.script import hashed_path, integrity
from ripeline.settings import Settings
from ripeline.store.database import Connection
from ripeline.store.install import latest_event

SHOP, OTHER, NEW = "https://shop.example", "https://other.example", "https://new.example"


def one_site(conn: Connection) -> None:
    conn.execute("INSERT INTO sites (id, key, name, created_at) VALUES (1, 'k', '', 0) ON CONFLICT DO NOTHING")


def two_sites(conn: Connection) -> None:
    one_site(conn)
    for origin in (SHOP, OTHER):
        conn.execute("INSERT INTO origins VALUES (1, ?, 'seen', 0, 1)", (origin,))


def test_the_tag_is_one_line_for_this_server(alice: TestClient) -> None:
    assert '<script async src="http://testserver/t.js"></script>' in text_of(alice.get("/install").text)


def test_a_banner_that_holds_scripts_back_has_asked_already(alice: TestClient) -> None:
    tag = '<script async src="http://testserver/t.js" data-consent="granted"></script>'
    assert tag in text_of(alice.get("/install?banner=yes").text)
    assert "ripeline('consent', true)" in text_of(alice.get("/install?banner=no").text)


@pytest.mark.parametrize("banner", BANNERS)
def test_a_banner_that_tells_us_comes_with_the_tag(alice: TestClient, banner: str) -> None:
    text = text_of(alice.get(f"/install?banner={banner}").text)
    assert '<script async src="http://testserver/t.js"></script> <script>' in text
    assert "ripeline('consent'" in text


def test_an_answer_nobody_can_give_is_none(alice: TestClient) -> None:
    assert alice.get("/install?banner=../rules").text == alice.get("/install").text.replace(
        "/install?lang=fr", "/install?banner=..%2Frules&amp;lang=fr"
    )


def test_the_tag_names_what_the_script_cannot_guess(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, base_url="http://testserver", script_path="/a.js", endpoint_path="/news")
    room = Room(settings)
    room.now(one_site)
    room.now(lambda conn: conn.execute("INSERT INTO sites (id, key, name, created_at) VALUES (2, 'k2', '', 0)"))
    with TestClient(room.app(), cookies=room.cookie_of("alice@example.com")) as client:
        text = text_of(client.get("/install").text)
    room.writer.close()
    assert (
        '<script async src="http://testserver/a.js" data-site="k" data-api="http://testserver/news"></script>' in text
    )
    assert 'src="http://testserver/a.js?s=k&api=http://testserver/news&consent=granted"' in text


def test_the_pinned_tag_is_checked_by_browsers(alice: TestClient) -> None:
    text = text_of(alice.get("/install").text)
    tag = f'src="http://testserver{hashed_path("/t.js")}" integrity="{integrity()}" crossorigin="anonymous"></script>'
    assert tag in text


def test_only_the_owner_reads_the_identity_key(room: Room, nobody: TestClient) -> None:
    key = identity_key(room.secret)
    for role in ("owner", "marketer"):
        nobody.cookies.update(room.cookie_of(f"{role}@example.com", role=role))
        assert (key in nobody.get("/install").text) == (role == "owner")


def test_proxies_are_told_the_name_and_port_of_this_server(tmp_path: Path) -> None:
    room = Room(Settings(data=tmp_path, base_url="https://leads.verger.fr", port=9000))
    cookies = room.cookie_of("alice@example.com")
    with TestClient(room.app(), base_url="https://leads.verger.fr", cookies=cookies) as client:
        text = text_of(client.get("/install").text)
    room.writer.close()
    assert "leads.verger.fr { reverse_proxy 127.0.0.1:9000 }" in text
    assert "server_name leads.verger.fr;" in text
    assert "leads.example.com" not in text.replace("leads.example.com for www.example.com", "")


def test_without_scripts_the_page_looks_again_by_itself_when_asked(full: Room, alice: TestClient) -> None:
    assert "http-equiv" not in alice.get("/install?watch=1").text, "everything has arrived"


def test_without_scripts_the_page_looks_again_while_it_waits(alice: TestClient) -> None:
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in alice.get("/install?watch=1").text
    assert "http-equiv" not in alice.get("/install").text


def test_the_page_is_light(alice: TestClient) -> None:
    assert max(len(alice.get(f"/install?banner={banner}").content) for banner in BANNERS) < 30_000


def test_it_waits_until_the_script_is_loaded(alice: TestClient) -> None:
    html = alice.get("/install").text
    assert "Waiting for the script to be loaded." in text_of(html)
    assert 'data-poll="/install/status"' in html
    assert "data-again" in alice.get("/install/status").text


def test_a_loaded_script_without_events_waits_for_consent(room: Room, alice: TestClient) -> None:
    room.sightings.loaded(SHOP + "/pricing", "/t.js", now_ms())
    text = text_of(alice.get("/install/status").text)
    assert text == f"Script loaded from {SHOP} just now . Waiting for consent: agree to be measured there."


@pytest.mark.parametrize(
    "origin", ["http://localhost:8081", "http://127.0.0.1:3000", "http://shop.localhost", "http://[::1]"]
)
def test_on_ones_own_machine_the_tag_must_say_so(room: Room, alice: TestClient, origin: str) -> None:
    room.sightings.loaded(origin, "/t.js", now_ms())
    assert "write it after “async”" in alice.get("/install/status").text


def test_a_site_whose_events_arrive_waits_for_nothing(room: Room, alice: TestClient) -> None:
    room.now(two_sites)
    room.sightings.loaded(SHOP, "/t.js", now_ms())
    assert "Waiting for consent" not in alice.get("/install/status").text


def test_two_different_tags_are_named(room: Room, alice: TestClient) -> None:
    for address in ("/t.js", "/t.js?consent=granted"):
        room.sightings.loaded(SHOP, address, now_ms())
    text = text_of(alice.get("/install/status").text)
    assert f"Two different tags on {SHOP} ( /t.js , /t.js?consent=granted )." in text


def test_a_site_that_was_turned_away_becomes_ours_by_its_button(room: Room, alice: TestClient) -> None:
    room.now(two_sites)
    alice.post("/install/origins", data={"origin": SHOP, "mine": "yes"})
    room.sightings.refused(NEW, now_ms())
    html = alice.get("/install?banner=axeptio").text
    assert f"{NEW} was turned away just now : it is not among your sites." in text_of(html)
    assert f'name="origin" value="{NEW}"' in html
    answer = alice.post("/install/origins", data={"origin": NEW, "mine": "yes", "banner": "axeptio"})
    assert answer.headers["location"] == "/install?banner=axeptio#sites"
    text = text_of(alice.get("/install").text)
    assert "was turned away" not in text
    assert f"{NEW} nothing yet" in text


def test_the_first_event_is_named_with_its_page(full: Room, alice: TestClient) -> None:
    answer = alice.get("/install/status")
    assert answer.status_code == 200
    assert "First event received" in text_of(answer.text)
    assert "https://shop.example/files/white-paper-a.pdf" in links_of(answer.text)
    assert "data-poll" not in alice.get("/install").text


def test_an_objection_said_here_is_nothing_that_arrived(full: Room, alice: TestClient) -> None:
    before = full.now(latest_event)
    alice.post("/leads/1/objection", data={"objects": "yes"}, headers={"sec-fetch-site": "same-origin"})
    assert full.now(lambda conn: conn.execute("SELECT text FROM texts WHERE text = 'objection'").fetchall())
    assert full.now(latest_event) == before


def test_the_first_site_is_offered_as_ours_when_its_first_event_arrives(full: Room, alice: TestClient) -> None:
    full.now(two_sites)
    assert f"Is {OTHER} yours?" in text_of(alice.get("/install/status").text)
    assert f"Is {OTHER} yours?" not in text_of(alice.get("/install").text), "there the list of sites says it"
    alice.post("/install/origins", data={"origin": SHOP, "mine": "yes"})
    assert "yours?" not in text_of(alice.get("/install/status").text)


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


@pytest.mark.parametrize("typed", ["https://www.shop.example/a?b", "WWW.shop.example", "www.shop.example:443/"])
def test_a_site_is_registered_before_anything_came_from_it(room: Room, alice: TestClient, typed: str) -> None:
    room.now(one_site)
    alice.post("/install/origins", data={"origin": typed, "mine": "yes"})
    text = text_of(alice.get("/install").text)
    assert "https://www.shop.example nothing yet yours" in text
    assert "from your sites, and from no other" in text


def test_a_site_that_never_sent_anything_is_forgotten_when_it_is_not_ours(room: Room, alice: TestClient) -> None:
    room.now(one_site)
    for mine in ("yes", "no"):
        alice.post("/install/origins", data={"origin": NEW, "mine": mine})
    assert NEW not in alice.get("/install").text


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "https://", "shop example", "ftp://shop.example", "null//"])
def test_what_is_no_address_of_a_site_is_refused_in_words(room: Room, alice: TestClient, typed: str) -> None:
    room.now(one_site)
    answer = alice.post("/install/origins", data={"origin": typed, "mine": "yes"})
    assert answer.headers["location"] == "/install?wrong=1#sites"
    text = text_of(alice.get("/install?wrong=1").text)
    assert "That is no address of a site" in text
    assert "from any site until you say" in text


def test_sites_that_the_server_was_started_with_are_named(tmp_path: Path) -> None:
    room = Room(Settings(data=tmp_path, base_url="http://testserver", origins=(SHOP,)))
    with TestClient(room.app(), cookies=room.cookie_of("alice@example.com")) as client:
        text = text_of(client.get("/install").text)
    room.writer.close()
    assert f"Set where the server is started (RIPELINE_ORIGINS): {SHOP}" in text


def test_sales_do_not_decide_which_sites_are_ours(room: Room, bob: TestClient) -> None:
    assert bob.get("/install").status_code == 403
    assert bob.post("/install/origins", data={"origin": SHOP, "mine": "yes"}).status_code == 403
