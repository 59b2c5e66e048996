"""Who asked for the script, and who was turned away: the newest, a bounded number, the last hour."""

from __future__ import annotations

import pytest

from ripeline.sightings import HOUR_MS, Load, Sightings, origin_of

NOW = 1_795_000_000_000
SHOP = "https://shop.example"


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Shop.example/a?b", SHOP),
        ("https://shop.example:443/", SHOP),
        ("http://shop.example:8081/", "http://shop.example:8081"),
        ("http://[::1]:80/", "http://[::1]"),
        ("null", ""),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("https://[::1/", ""),
        ("https://shop.example:99999/", ""),
        ("https://a b/", ""),
    ],
)
def test_an_origin_is_scheme_host_and_unusual_port(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_the_site_that_asked_for_the_script_is_remembered_for_an_hour() -> None:
    seen = Sightings()
    seen.loaded(SHOP + "/pricing", "/t.js", NOW)
    assert seen.loads(NOW + HOUR_MS - 1) == (Load(SHOP, NOW, "/t.js"),)
    assert seen.loads(NOW + HOUR_MS) == ()


def test_a_request_that_does_not_say_where_it_comes_from_is_nobodys() -> None:
    seen = Sightings()
    seen.loaded("", "/t.js", NOW)
    assert seen.loads(NOW) == ()


def test_two_different_tags_within_seconds_are_two_tags_on_a_page() -> None:
    seen = Sightings()
    seen.loaded(SHOP, "/t.js", NOW)
    seen.loaded(SHOP, "/t.js?consent=granted", NOW + 20)
    assert seen.loads(NOW + 20)[0].other == "/t.js"


def test_the_same_tag_again_and_another_tag_later_are_none() -> None:
    seen = Sightings()
    seen.loaded(SHOP, "/t.js", NOW)
    seen.loaded(SHOP, "/t.js", NOW + 20)
    assert seen.loads(NOW + 20)[0].other == ""
    seen.loaded(SHOP, "/t.js?consent=granted", NOW + 60_000)
    assert seen.loads(NOW + 60_000)[0].other == ""


def test_the_newest_fifty_are_kept() -> None:
    seen = Sightings()
    for number in range(60):
        seen.loaded(f"https://{number}.example", "/t.js", NOW)
        seen.refused(f"https://{number}.example", NOW)
    assert len(seen.loads(NOW)) == len(seen.refusals(NOW)) == 50
    assert seen.loads(NOW)[0].origin == seen.refusals(NOW)[0][0] == "https://59.example"


def test_an_origin_that_cannot_be_registered_is_not_offered() -> None:
    seen = Sightings()
    seen.refused("null", NOW)
    seen.refused(SHOP, NOW)
    assert seen.refusals(NOW) == ((SHOP, NOW),)
