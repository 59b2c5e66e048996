"""`GET /p.gif`: always a picture; a page view only where the owner says that no consent is needed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from tests.collect.doorstep import SHOP, Doorstep

from ripeline.app import create_app
from ripeline.collect.cookies import NAME
from ripeline.settings import RateLimit, Settings
from ripeline.store.database import Database

PRICING = f"{SHOP}/pricing"


def ask(door: Doorstep, *, method: str = "GET", page: str = PRICING, **query: str) -> Response:
    """Ask for the picture as a page would; keys of `query` with _ are headers."""
    headers = {name.replace("_", "-"): value for name, value in query.items() if "_" in name}
    params = {name: value for name, value in query.items() if "_" not in name}
    if page:
        headers["referer"] = page
    answer = door.client.request(method, "/p.gif", params=params, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.headers["cache-control"] == "no-store"
    if method == "GET":
        assert answer.content.startswith(b"GIF89a")
    return answer


def pages(door: Doorstep) -> list[tuple[Any, ...]]:
    return door.rows(
        "SELECT url.text, ifnull(title.text, '') FROM events JOIN texts url ON url.id = url_id "
        "LEFT JOIN texts title ON title.id = title_id ORDER BY seq"
    )


def test_without_the_owners_word_nothing_is_stored_and_no_cookie_set(door: Doorstep) -> None:
    answer = ask(door, s="")
    assert answer.headers["X-Ripeline-Dropped"] == "no_consent"
    assert "set-cookie" not in answer.headers
    assert door.stored() == []


def test_the_page_the_browser_names_is_stored(door: Doorstep) -> None:
    ask(door, c="1")
    assert pages(door) == [(PRICING, "")]


def test_the_address_may_name_page_and_title(door: Doorstep) -> None:
    ask(door, c="1", u=f"{SHOP}/about", h="About us", page="")
    assert pages(door) == [(f"{SHOP}/about", "About us")]


def test_the_cookie_makes_two_pages_one_visitor(door: Doorstep) -> None:
    assert ask(door, c="1").headers["set-cookie"].startswith(f"{NAME}=")
    assert "set-cookie" not in ask(door, c="1", page=f"{SHOP}/two").headers
    assert len({visitor for (visitor,) in door.rows("SELECT visitor_id FROM events")}) == 1


def test_without_cookies_each_picture_is_somebody_new_unless_the_address_names_them(door: Doorstep) -> None:
    for query in ({}, {}, {"v": "m2x9"}, {"v": "m2x9"}):
        ask(door, c="1", **query)
        door.client.cookies.clear()
    ids = [visitor for (visitor,) in door.rows("SELECT visitor_id FROM events ORDER BY seq")]
    assert len(set(ids)) == 3
    assert ids[2] == ids[3]


def test_global_privacy_control_is_heeded_unless_the_address_says_otherwise(door: Doorstep) -> None:
    assert ask(door, c="1", sec_gpc="1").headers["X-Ripeline-Dropped"] == "opted_out"
    assert door.stored() == []
    ask(door, c="1", gpc="ignore", sec_gpc="1")
    assert len(door.stored()) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"page": ""}, "bad_url"),
        ({"u": "javascript:alert(1)"}, "bad_url"),
        ({"u": "https://[::1"}, "bad_url"),
        ({"u": "https://é.example/"}, "bad_origin"),
        ({"h": "x" * 5_000}, "bad_text"),
        ({"s": "nobody"}, "unknown_site"),
        ({"v": "email:ada@example.com"}, "bad_visitor"),
    ],
)
def test_what_cannot_be_stored_is_a_picture_all_the_same(door: Doorstep, query: dict[str, str], code: str) -> None:
    answer = ask(door, **({"c": "1"} | query))
    assert (answer.headers["X-Ripeline-Refused"], "set-cookie" in answer.headers) == (code, False)
    assert door.stored() == []


def test_what_nobody_sees_is_not_stored(door: Doorstep) -> None:
    assert ask(door, c="1", sec_purpose="prefetch").headers["X-Ripeline-Dropped"] == "prefetch"
    ask(door, method="HEAD", c="1")
    assert door.stored() == []


def test_only_registered_sites_and_only_so_often(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", origins=(SHOP,), rate_limit=RateLimit(0.01, 2))
    with TestClient(create_app(settings)) as client:
        door = Doorstep(client, settings)
        answers = [ask(door, c="1", page=page) for page in ("https://evil.example/", PRICING, PRICING)]
    assert [answer.headers.get("X-Ripeline-Refused") for answer in answers] == [
        "unknown_origin",
        None,
        "too_many_requests",
    ]
    with closing(Database(settings.database_file).writer()) as conn:
        assert conn.execute("SELECT count(*) FROM events").fetchone() == (1,)
