"""Where a change may come from, what every answer carries, and the tokens of programs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.auth.small_house import PASSWORD, SmallHouse

from ripeline.auth.access import access_table
from ripeline.auth.guard import public, require
from ripeline.auth.routes import ROUTES
from ripeline.auth.security import security
from ripeline.auth.tokens import bearer_key, create_token, token_scope
from ripeline.errors import InvalidSetting


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "", "origin": "http://testserver"}, 403),
    ],
)
def test_a_form_of_another_site_changes_nothing(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/signout", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 303),
        ("https://testserver", 303),
        ("http://evil.example", 403),
        ("null", 403),
        ("", 403),
        ("http://testserver.evil.example", 403),
        ("http://evil.testserver", 403),
        ("http://testserver@evil.example", 403),
        ("http://[", 403),
        ("testserver", 403),
    ],
)
def test_without_fetch_metadata_the_origin_decides(client: TestClient, origin: str, status: int) -> None:
    del client.headers["sec-fetch-site"]
    assert client.post("/signout", headers={"origin": origin}).status_code == status
    assert client.post("/signout").status_code == 403


def test_over_https_a_page_over_http_is_another_site(house: SmallHouse, bob: str) -> None:
    house.settings = replace(house.settings, base_url="https://testserver")
    app = Starlette(routes=ROUTES, middleware=security(house.settings))
    app.state.running = house
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
        said = {"email": bob, "password": PASSWORD}
        assert client.post("/signin", data=said, headers={"origin": "http://testserver"}).status_code == 403
        answer = client.post("/signin", data=said, headers={"origin": "https://testserver"})
    assert answer.status_code == 303
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-ripeline")
        assert all(f"; {word}" in cookie.lower() for word in ("secure", "httponly", "path=/", "samesite=lax"))
        assert "domain" not in cookie.lower()


def test_only_what_takes_no_cookie_is_exempt_and_paths_beside_it_are_not(client: TestClient) -> None:
    for path in ("/e", "/e/test", "/api/x", "/v1/x", "/hooks/x", "/u/x"):
        assert client.post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 404, path
    for path in (
        "/e/",
        "/e/x",
        "/e/test/",
        "/E",
        "//e",
        "/api",
        "/apix/y",
        "/v1",
        "/u",
        "/e%2f",
        "/hooks",
    ):
        assert client.post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403, path


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    headers = client.get("/signin").headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_a_token_opens_what_its_scope_says(client: TestClient, house: SmallHouse) -> None:
    reader = house.now(lambda conn: create_token(conn, "crm", frozenset({"read"}), 0))
    writer = house.now(lambda conn: create_token(conn, "shop", frozenset({"write"}), 0))
    admin = house.now(lambda conn: create_token(conn, "ops", frozenset({"admin"}), 0))
    statuses = [
        client.get("/api/leads", headers=[(b"authorization", f"Bearer {key}".encode())]).status_code
        for key in (reader, writer, admin, "rpl_guess", "é")
    ]
    assert statuses == [200, 403, 200, 401, 401]
    assert client.get("/api/leads").status_code == 401


def test_the_api_takes_no_cookie(client: TestClient, house: SmallHouse, bob: str) -> None:
    client.post("/signin", data={"email": bob, "password": "a ripe pear in june"})
    assert client.get("/ready").status_code == 200
    assert client.get("/api/leads").status_code == 401


def test_a_token_is_stored_as_its_hash_and_its_name_is_taken_once(house: SmallHouse) -> None:
    key = house.now(lambda conn: create_token(conn, "crm", frozenset({"read", "write"}), 0))
    with house.database.read() as conn:
        assert key not in str(conn.execute("SELECT * FROM tokens").fetchall())
        assert token_scope(conn, key) == {"read", "write"}
        assert token_scope(conn, key + "x") == frozenset()
    with pytest.raises(InvalidSetting, match="crm"):
        house.now(lambda conn: create_token(conn, "crm", frozenset({"read"}), 0))


@pytest.mark.parametrize("name", ["", "  ", "crm\n"])
def test_a_token_has_a_name_by_which_people_know_it(house: SmallHouse, name: str) -> None:
    with pytest.raises(InvalidSetting, match="NAME"):
        house.now(lambda conn: create_token(conn, name, frozenset({"read"}), 0))


@pytest.mark.parametrize(
    ("header", "key"), [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", ""), ("", ""), ("Bearer", "")]
)
def test_the_bearer_header_is_read_as_written(header: str, key: str) -> None:
    assert bearer_key(header) == key


def test_a_route_nobody_decided_about_is_seen() -> None:
    async def forgotten() -> None: ...

    @require("owner")
    async def kept(request: Request) -> Response:
        return Response()

    @public
    async def opened() -> None: ...

    table = {
        path: access
        for _, path, access in access_table([Route("/f", forgotten), Route("/k", kept), Route("/o", opened)])
    }
    assert table == {"/f": None, "/k": "owner", "/o": "public"}
