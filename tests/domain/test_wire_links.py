"""Links and fragments as browsers tell them: a file is a download, a page of the same site is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ripeline.domain.event import Event
from ripeline.domain.wire_browser import Sender, parse_browser_item
from ripeline.domain.wire_links import page_address
from ripeline.errors import InvalidEvent

NOW = 1_795_284_000_000
PAGE = "https://shop.example/papers"


def clicked(url: str, *, referrer: str = PAGE, files: str = "", own: str = "", **changed: Any) -> Event:
    item = {"i": "e1", "n": "click", "u": url, "r": referrer} | changed
    return parse_browser_item(item, Sender("ada", files=files, own_hosts=frozenset(own.split())), NOW)


@pytest.mark.parametrize("file", ["a.pdf", "A.PDF", "a.docx?v=2#page=3", "x/b.tar.gz", "c.Mp4", "caf%C3%A9.zip"])
def test_a_click_on_a_file_is_a_download_whatever_its_case_or_query(file: str) -> None:
    assert clicked(f"https://shop.example/files/{file}").on == "download"


def test_a_file_of_another_site_is_a_download_too() -> None:
    assert clicked("https://cdn.example/guide.pdf").on == "download"


@pytest.mark.parametrize("path", ["pricing", "about.html", "v1.0", "john.doe", "pdf", "a.pdf/view", ".", "%2Epd%66x"])
def test_a_click_on_a_page_of_the_same_site_is_refused(path: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        clicked(f"https://shop.example/{path}")
    assert caught.value.code == "no_file"


def test_a_site_names_its_own_endings() -> None:
    assert clicked("https://shop.example/part.STEP", files="+dwg,+step").on == "download"


def test_a_click_on_another_host_of_ours_is_marked_internal() -> None:
    there = clicked("https://blog.example:8443/post", own="shop.example blog.example:8443", p={"place": "footer"})
    assert (there.on, there.props) == ("click", {"place": "footer", "internal": True})
    assert clicked("https://partner.example/", own="shop.example").props is None


def test_a_mail_link_is_a_click_wherever_it_stands() -> None:
    assert (clicked("mailto:us@shop.example").on, clicked("tel:+33490000000").item) == ("click", "tel:+33490000000")


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("https://shop.example/app#/pricing", "https://shop.example/app%23/pricing"),
        ("https://shop.example/app?id=7#/list?page=2", "https://shop.example/app%23/list?id=7&page=2"),
        ("https://shop.example/app#access_token=s3cret&type=x", "https://shop.example/app?access_token=s3cret&type=x"),
        ("https://shop.example/app#", "https://shop.example/app"),
    ],
)
def test_a_fragment_becomes_part_of_the_path(raw: str, address: str) -> None:
    assert page_address(raw) == address


def test_of_a_page_told_apart_by_its_fragment_rules_see_the_path_with_it() -> None:
    item = {"i": "e1", "n": "page", "u": "https://shop.example/app#/pricing?token=s3cret", "r": f"{PAGE}#/a"}
    event = parse_browser_item(item, Sender("ada"), NOW)
    assert (event.path, event.url) == ("/app#/pricing", "https://shop.example/app%23/pricing")
    assert event.referrer == "https://shop.example/papers%23/a"


def test_nobody_sees_more_than_the_whole_page() -> None:
    item = {"i": "e1e", "n": "engagement", "u": PAGE, "k": "e1", "p": {"ms": 900, "scroll": 104}}
    assert parse_browser_item(item, Sender("ada"), NOW).props == {"ms": 900, "scroll": 100}


@pytest.mark.parametrize(("told", "read"), [(-3_599_821, 0), (1_000_003_600_173, 86_400_000), (42_000, 42_000)])
def test_a_clock_that_jumps_makes_no_years_of_reading(told: int, read: int) -> None:
    item = {"i": "e1e", "n": "engagement", "u": PAGE, "k": "e1", "p": {"ms": told, "scroll": 80}}
    assert parse_browser_item(item, Sender("ada"), NOW).props == {"ms": read, "scroll": 80}


@pytest.mark.parametrize(
    ("hint", "traits"),
    [
        ("email off", {"email": "Ada"}),
        ("text organization", {"company": "Ada"}),
        ("text section-b shipping given-name", {"first_name": "Ada"}),
        ("email username", {"email": "Ada"}),
        ("text ", None),
        ("select-one country", {"country": "Ada"}),
    ],
)
def test_a_field_is_known_by_its_type_and_its_autocomplete_value(hint: str, traits: dict[str, str] | None) -> None:
    item = {"i": "e1", "n": "form", "u": PAGE, "p": {"f1": "Ada"}, "f": {"f1": hint}}
    assert parse_browser_item(item, Sender("ada"), NOW).traits == traits
