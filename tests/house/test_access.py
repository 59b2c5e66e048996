"""Every route of the running server is in the table below, and lets in only whom the table says."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Final

import pytest
from httpx2 import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.house.conftest import OWN_PAGE

from ripeline.app import Application
from ripeline.auth.access import access_table
from ripeline.auth.guard import ROLES
from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.auth.tokens import SCOPES, create_token
from ripeline.collect.browser_door import BrowserDoor
from ripeline.domain.mail_tools import TOOLS
from ripeline.script import hashed_path
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction

#: (methods, path, who may). A new route fails here until somebody has decided.
TABLE: Final = {
    ("*", "/e", "public"),
    ("*", "/api/events", "scope:write"),
    ("*", "/v1/{kind}", "scope:write"),
    ("*", "/api/s/s2s/{kind}", "scope:write"),
    ("GET HEAD", "/t.js", "public"),
    ("GET HEAD", hashed_path("/t.js"), "public"),
    ("GET HEAD", "/p.gif", "public"),
    ("*", "/e/test", "public"),
    ("GET HEAD", "/c/{token}", "public"),
    ("GET HEAD", "/o/{token}.gif", "public"),
    ("GET HEAD", "/u/{token}", "public"),
    ("POST", "/u/{token}", "public"),
    ("POST", "/hooks/{tool}", "hook"),
    ("GET HEAD", "/livez", "public"),
    ("GET HEAD", "/readyz", "public"),
    ("GET HEAD", "/metrics", "scope:read"),
    ("GET HEAD", "/api/leads", "scope:read"),
    ("GET HEAD", "/api/leads/{lead:path}/timeline", "scope:read"),
    ("GET HEAD", "/api/leads/{lead:path}", "scope:read"),
    ("POST", "/api/leads/{lead:path}/verdict", "scope:write"),
    ("POST", "/api/leads/{lead:path}/points", "scope:write"),
    ("POST", "/api/leads/{lead:path}/objection", "scope:write"),
    ("POST", "/api/leads/{lead:path}/merge", "scope:write"),
    ("POST", "/api/leads/{lead:path}/detach", "scope:write"),
    ("PATCH", "/api/leads/{lead:path}", "scope:write"),
    ("DELETE", "/api/leads/{lead:path}", "scope:admin"),
    ("POST", "/api/events/{id:path}/suspect", "scope:write"),
    ("DELETE", "/api/events/{id:path}", "scope:admin"),
    ("GET HEAD", "/api/suspects", "scope:read"),
    ("POST", "/api/suspects", "scope:write"),
    ("GET HEAD", "/api/handoffs", "scope:read"),
    ("POST", "/api/handoffs/{id:int}/verdict", "scope:write"),
    ("POST", "/api/handoffs/{id:int}/claim", "scope:write"),
    ("POST", "/api/outcomes", "scope:write"),
    ("GET HEAD", "/api/rules", "scope:read"),
    ("PUT", "/api/rules", "scope:admin"),
    ("GET HEAD", "/api/proposals", "scope:read"),
    ("POST", "/api/proposals/{id:int}/accept", "scope:write"),
    ("POST", "/api/links", "scope:write"),
    ("GET HEAD", "/api/models", "scope:read"),
    ("GET HEAD", "/api/settled", "scope:read"),
    ("GET HEAD", "/api/openapi.json", "public"),
    ("GET HEAD", "/api/docs", "public"),
    ("GET HEAD", "/setup/{key}", "public"),
    ("POST", "/setup/{key}", "public"),
    ("GET HEAD", "/signin", "public"),
    ("POST", "/signin", "public"),
    ("POST", "/signout", "public"),
    ("GET HEAD", "/demo/{key}", "public"),
    ("GET HEAD", "/invitation/{token}", "public"),
    ("POST", "/invitation/{token}", "public"),
    ("GET HEAD", "/reset/{token}", "public"),
    ("POST", "/reset/{token}", "public"),
    ("GET HEAD", "/", "public"),
    ("GET HEAD", "/ready", "sales"),
    ("GET HEAD", "/ready.csv", "sales"),
    ("GET HEAD", "/live", "sales"),
    ("POST", "/ready/{id:int}", "sales"),
    ("GET HEAD", "/leads", "sales"),
    ("GET HEAD", "/leads.csv", "sales"),
    ("POST", "/leads/views", "sales"),
    ("POST", "/leads/views/{id:int}/name", "sales"),
    ("POST", "/leads/views/{id:int}/drop", "sales"),
    ("POST", "/leads/views/{id:int}/restore", "sales"),
    ("GET HEAD", "/leads/{id:int}", "sales"),
    ("POST", "/leads/{id:int}/star", "sales"),
    ("GET HEAD", "/leads/{id:int}/score/{event:int}", "marketer"),
    ("POST", "/leads/{id:int}/score/{event:int}", "marketer"),
    ("POST", "/leads/{id:int}/unscore", "marketer"),
    ("GET HEAD", "/leads/{id:int}/export", "marketer"),
    ("POST", "/leads/{id:int}/verdict", "sales"),
    ("POST", "/leads/{id:int}/verdict/undo", "sales"),
    ("POST", "/leads/{id:int}/outcome", "sales"),
    ("POST", "/leads/{id:int}/outcome/undo", "sales"),
    ("POST", "/leads/{id:int}/notes", "sales"),
    ("POST", "/leads/{id:int}/notes/{note:int}", "sales"),
    ("POST", "/leads/{id:int}/notes/{note:int}/unchange", "sales"),
    ("POST", "/leads/{id:int}/notes/{note:int}/remove", "sales"),
    ("POST", "/leads/{id:int}/notes/{note:int}/restore", "sales"),
    ("POST", "/leads/{id:int}/points", "sales"),
    ("POST", "/leads/{id:int}/known", "sales"),
    ("POST", "/leads/{id:int}/objection", "sales"),
    ("POST", "/leads/{id:int}/said/undo", "sales"),
    ("POST", "/leads/{id:int}/detach", "sales"),
    ("POST", "/leads/{id:int}/attach", "sales"),
    ("GET HEAD", "/leads/{id:int}/merge", "sales"),
    ("POST", "/leads/{id:int}/merge", "sales"),
    ("POST", "/leads/{id:int}/part", "sales"),
    ("POST", "/leads/{id:int}/erase", "owner"),
    ("GET HEAD", "/install", "marketer"),
    ("GET HEAD", "/install/status", "marketer"),
    ("POST", "/install/origins", "marketer"),
    ("POST", "/install/left-out", "marketer"),
    ("GET HEAD", "/settings", "marketer"),
    ("GET HEAD", "/account", "sales"),
    ("POST", "/account", "sales"),
    ("POST", "/account/password", "sales"),
    ("POST", "/account/elsewhere", "sales"),
    ("GET HEAD", "/settings/people", "owner"),
    ("POST", "/settings/people/invite", "owner"),
    ("POST", "/settings/people/links/{id:int}/withdraw", "owner"),
    ("POST", "/settings/people/{id:int}/role", "owner"),
    ("POST", "/settings/people/{id:int}/disable", "owner"),
    ("POST", "/settings/people/{id:int}/enable", "owner"),
    ("POST", "/settings/people/{id:int}/remove", "owner"),
    ("POST", "/settings/people/{id:int}/password", "owner"),
    ("GET HEAD", "/settings/tokens", "owner"),
    ("POST", "/settings/tokens", "owner"),
    ("POST", "/settings/tokens/{id:int}/withdraw", "owner"),
    ("GET HEAD", "/settings/sites", "marketer"),
    ("POST", "/settings/sites", "marketer"),
    ("POST", "/settings/sites/{id:int}/name", "marketer"),
    ("GET HEAD", "/settings/privacy", "marketer"),
    ("POST", "/settings/privacy", "owner"),
    ("GET HEAD", "/settings/audit", "owner"),
    ("GET HEAD", "/settings/health", "marketer"),
    ("GET HEAD", "/settings/health/now", "marketer"),
    ("GET HEAD", "/settings/alerts", "marketer"),
    ("POST", "/settings/alerts", "marketer"),
    ("POST", "/settings/alerts/again", "marketer"),
    ("POST", "/settings/alerts/{id:int}/change", "marketer"),
    ("POST", "/settings/alerts/{id:int}/test", "marketer"),
    ("POST", "/settings/alerts/{id:int}/off", "marketer"),
    ("POST", "/settings/alerts/{id:int}/on", "marketer"),
    ("POST", "/settings/alerts/{id:int}/remove", "marketer"),
    ("POST", "/settings/alerts/{id:int}/secret", "marketer"),
    ("POST", "/settings/alerts/{id:int}/secret/back", "marketer"),
    ("GET HEAD", "/suspects", "marketer"),
    ("POST", "/suspects", "marketer"),
    ("GET HEAD", "/v/{token}", "public"),
    ("POST", "/v/{token}", "public"),
    ("GET HEAD", "/tuning", "marketer"),
    ("GET HEAD", "/tuning/rules", "marketer"),
    ("GET HEAD", "/tuning/rules/whatif", "marketer"),
    ("GET HEAD", "/tuning/rules/versions/{id:int}", "marketer"),
    ("POST", "/tuning/rules/points", "marketer"),
    ("POST", "/tuning/rules/band", "marketer"),
    ("POST", "/tuning/rules/add", "marketer"),
    ("POST", "/tuning/rules/ends", "marketer"),
    ("POST", "/tuning/rules/text", "marketer"),
    ("POST", "/tuning/rules/restore", "marketer"),
    ("POST", "/tuning/rules/undo", "marketer"),
    ("POST", "/tuning/rules/discard", "marketer"),
    ("POST", "/tuning/rules/save", "marketer"),
    ("POST", "/tuning/rules/proposals", "marketer"),
    ("POST", "/tuning/rules/site", "marketer"),
    ("POST", "/tuning/rules/site/take", "marketer"),
    ("POST", "/tuning/rules/site/leave", "marketer"),
    ("GET HEAD", "/tuning/review", "marketer"),
    ("GET HEAD", "/tuning/review/{id:int}/{place:int}", "marketer"),
    ("POST", "/tuning/review/begin", "marketer"),
    ("POST", "/tuning/review/{id:int}/{place:int}", "marketer"),
    ("GET HEAD", "/tuning/truth", "marketer"),
    ("GET HEAD", "/tuning/truth/coming", "marketer"),
    ("POST", "/tuning/truth/before", "marketer"),
    ("GET HEAD", "/tuning/outcomes", "marketer"),
    ("POST", "/tuning/outcomes", "marketer"),
    ("POST", "/tuning/outcomes/back", "marketer"),
    ("GET HEAD", "/leads/{id:int}/score/{event:int}/whatif", "marketer"),
    ("GET HEAD", "/static/{name}", "public"),
}

PASSWORD: Final = "a ripe pear in june"
#: Who is signed in makes no difference there; mailboxes unsubscribe from their own pages.
NOT_BY_COOKIE: Final = ("/e", "/e/test", "/u/1")


def concrete(path: str) -> str:
    """The path with something in each of its places; nobody's where people and tokens are shut out."""
    return re.sub(r"\{\w+(:\w+)?\}", "99" if path.startswith("/settings/") else "1", path)


def calls(*kinds: str) -> list[tuple[str, str, str]]:
    """(method, path, who may) of each way to call the routes of these kinds: `scope`, `role`, `public`, `hook`."""
    found = []
    for methods, path, access in TABLE:
        kind = "scope" if access.startswith("scope:") else "role" if access in ROLES else access
        if kind in kinds:
            found += [(method, concrete(path), access) for method in methods.replace("*", "POST").split()]
    return sorted(found)


@pytest.fixture(scope="module")
def tokens(server: TestClient, settings: Settings) -> dict[str, dict[str, str]]:
    """The header of a token of each scope."""
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        keys = {scope: create_token(conn, scope, frozenset({scope}), 1) for scope in SCOPES}
    return {scope: {"Authorization": f"Bearer {key}"} for scope, key in keys.items()}


@pytest.fixture(scope="module")
def cookies(server: TestClient, settings: Settings) -> dict[str, dict[str, str]]:
    """The login cookie of a person of each role, as a header."""
    password_hash = hash_password(PASSWORD)
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        for role in ROLES:
            add_person(conn, f"{role}@example.com", role, password_hash, 1)
    return {role: {"Cookie": signed_in(server, f"{role}@example.com")} for role in ROLES}


def signed_in(server: TestClient, email: str) -> str:
    answer = server.post("/signin", data={"email": email, "password": PASSWORD})
    server.cookies.clear()
    assert answer.status_code == 303
    return str(answer.headers["set-cookie"].partition(";")[0])


def call(server: TestClient, method: str, path: str, headers: dict[str, str] | None = None) -> Response:
    return server.request(method, path, headers=headers)


def test_every_route_has_been_decided_on(app: Application) -> None:
    assert set(access_table(app.routes)) == TABLE
    # Another kind of route (a socket, a host) would not be in the table at all.
    assert {type(route) for route in app.routes} == {Route}
    assert len(app.routes) == len(TABLE)


def test_the_door_before_the_routes_is_one_of_them(app: Application, settings: Settings) -> None:
    assert app.quick_path == settings.endpoint_path
    (route,) = [route for route in app.routes if isinstance(route, Route) and route.path == app.quick_path]
    assert isinstance(route.endpoint, BrowserDoor)


@pytest.mark.parametrize(("method", "path", "access"), calls("scope"))
def test_a_program_without_a_token_is_unauthorized(
    server: TestClient, cookies: dict[str, dict[str, str]], method: str, path: str, access: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer eve"}, {"Authorization": "Basic ZXZl"}, cookies["owner"]):
        assert call(server, method, path, headers).status_code == 401


@pytest.mark.parametrize(("method", "path", "access"), calls("scope"))
def test_a_token_needs_the_scope(
    server: TestClient, tokens: dict[str, dict[str, str]], method: str, path: str, access: str
) -> None:
    enough = {access.removeprefix("scope:"), "admin"}
    for scope, header in tokens.items():
        status = call(server, method, path, header).status_code
        assert (status not in (401, 403)) if scope in enough else (status == 403), (scope, status)


@pytest.mark.parametrize(("method", "path", "access"), calls("role"))
def test_who_is_not_signed_in_is_sent_to_sign_in(
    server: TestClient, tokens: dict[str, dict[str, str]], method: str, path: str, access: str
) -> None:
    for headers in ({}, {"Cookie": "ripeline=eve"}, tokens["admin"]):
        answer = call(server, method, path, headers)
        assert (answer.status_code, answer.headers["location"].partition("=")[0]) == (303, "/signin?next")
        assert not answer.content


@pytest.mark.parametrize(("method", "path", "access"), calls("role"))
def test_a_person_needs_the_role(
    server: TestClient, cookies: dict[str, dict[str, str]], method: str, path: str, access: str
) -> None:
    for role, cookie in cookies.items():
        answer = call(server, method, path, cookie)
        if ROLES.index(role) < ROLES.index(access):
            assert answer.status_code == 403, role
        else:
            ours = ("/ready", "/leads", "/install", "/suspects?", "/settings", "/account", "/tuning/")
            is_back = answer.headers.get("location", "").startswith(ours)
            is_full = (path, answer.status_code) == ("/live", 503)
            assert answer.status_code in (200, 204, 404) or is_back or is_full, role


@pytest.mark.parametrize(
    ("method", "path", "access"),
    [each for each in calls("role", "public") if each[0] == "POST" and each[1] not in NOT_BY_COOKIE],
)
def test_a_form_of_another_site_changes_nothing(
    server: TestClient, cookies: dict[str, dict[str, str]], method: str, path: str, access: str
) -> None:
    for sender in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://eve.example"},
        {"origin": "null"},
        {},
    ):
        server.headers.pop("sec-fetch-site", None)
        try:
            answer = call(server, method, path, cookies["owner"] | sender)
        finally:
            server.headers.update(OWN_PAGE)
        assert answer.status_code == 403, sender
        assert answer.text.startswith("Nothing was changed: this form was sent from another site"), sender


def test_what_is_exempt_from_that_takes_no_cookie() -> None:
    """By its prefix, in `security`: behind each of them there are tokens and signed links alone."""
    for _, path, access in TABLE:
        if path.startswith(("/api/", "/v1/", "/hooks/")):
            assert access.startswith("scope:") or access == "hook" or path in ("/api/openapi.json", "/api/docs"), path
        if path.startswith("/u/"):
            assert "{token}" in path


@pytest.mark.parametrize("tool", TOOLS)
def test_an_email_tool_must_show_that_it_is_one(
    server: TestClient, cookies: dict[str, dict[str, str]], tool: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer eve"}, {"Authorization": "Basic ZXZlOmV2ZQ=="}, cookies["owner"]):
        assert server.post(f"/hooks/{tool}", headers=headers, json={}).status_code == 401


@pytest.mark.parametrize(("method", "path", "access"), calls("public"))
def test_what_is_public_asks_for_nothing(server: TestClient, method: str, path: str, access: str) -> None:
    answer = call(server, method, path)
    # Wrong passwords are 401 too: /signin itself is open all the same.
    assert answer.status_code not in (401, 403) or path == "/signin"
    assert not answer.headers.get("location", "").startswith("/signin?next")


@pytest.mark.parametrize(
    "path", ["/settings/users", "/api/users", "/api", "/leads/1/2", "/rules.toml", "/static/..%2Frules.toml"]
)
def test_there_is_nothing_beside_the_table(
    server: TestClient, cookies: dict[str, dict[str, str]], tokens: dict[str, dict[str, str]], path: str
) -> None:
    for headers in ({}, cookies["owner"], tokens["admin"]):
        assert call(server, "GET", path, headers).status_code == 404
