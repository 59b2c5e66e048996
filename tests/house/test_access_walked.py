"""Every route by every method, as everybody there is: who is somebody, who was once, and who only says so."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from httpx2 import Response
from starlette.routing import Match, Route
from starlette.testclient import TestClient
from tests.faults.house import tell
from tests.house.test_access import PASSWORD, TABLE, concrete

from ripeline.app import Application
from ripeline.auth.guard import ROLES
from ripeline.auth.logins import LASTS_SECONDS, now_ms
from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.auth.secrets import hash_of
from ripeline.auth.tokens import SCOPES, create_token
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.people import IDLE_MS, add_login, change_password, end_login
from ripeline.store.staff import shut_out
from ripeline.store.token_rows import all_tokens, drop_token

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
#: A mail tool there is: others are not found, whoever asks.
_TOOL: Final = ("/hooks/1", "/hooks/brevo")


@dataclass(frozen=True)
class Caller:
    """Somebody at the door: what they send, and what that makes them."""

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    role: str = ""
    scope: str = ""


def is_told(caller: Caller, access: str) -> str:
    """What the table says becomes of them: `in`, `401`, `403`, or `signin`."""
    if access == "public":
        return "in"
    if access in ROLES:
        if not caller.role:
            return "signin"
        return "in" if ROLES.index(caller.role) >= ROLES.index(access) else "403"
    wanted = "write" if access == "hook" else access.removeprefix("scope:")
    if not caller.scope:
        return "401"
    return "in" if caller.scope in (wanted, "admin") else "403"


def became(answer: Response, path: str) -> str:
    """The same of an answer. A wrong password and a test link that is none are the caller's, not the door's."""
    if answer.status_code == 303 and answer.headers["location"].startswith("/signin?next"):
        return "signin"
    if answer.status_code in (401, 403) and path not in ("/signin", "/e/test"):
        return str(answer.status_code)
    return "405" if answer.status_code == 405 else "in"


@pytest.fixture(scope="module")
def callers(app: Application, server: TestClient) -> list[Caller]:
    settings = app.state.running.settings
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        return [*strangers(), *people(conn), *programs(conn)]


def strangers() -> list[Caller]:
    return [
        Caller("nobody"),
        Caller("a made-up cookie", {"cookie": "ripeline=eve; __Host-ripeline=eve"}),
        Caller("a made-up token", {"authorization": "Bearer rpl_eve"}),
        Caller("a proxy nobody trusts", {"x-forwarded-email": "owner@example.com", "x-forwarded-user": "owner"}),
    ]


def people(conn: Connection) -> list[Caller]:
    """Each role, and an owner in each way somebody is not signed in any more."""
    hashed, now = hash_password(PASSWORD), now_ms()
    ends = now + LASTS_SECONDS * 1000
    found = []
    for role in ROLES:
        login(conn, f"{role}@example.com", role, hashed, (now, ends))
        found.append(Caller(role, {"cookie": f"ripeline=key-{role}@example.com"}, role))
    over = {
        "shut out": (now, ends),
        "signed out": (now, ends),
        "another password": (now, ends),
        "removed": (now, ends),
        "past its end": (now - 1_000, now - 1),
        "left alone": (now - IDLE_MS, ends),
    }
    ids = {name: login(conn, f"{name.replace(' ', '-')}@example.com", "owner", hashed, at) for name, at in over.items()}
    shut_out(conn, ids["shut out"], 1)
    # As if the login were there still: it must not be what keeps them out.
    add_login(conn, hash_of("key-shut-out@example.com"), ids["shut out"], now, ends)
    end_login(conn, hash_of("key-signed-out@example.com"))
    change_password(conn, ids["another password"], hashed)
    conn.execute("DELETE FROM users WHERE id = ?", (ids["removed"],))
    return [*found, *(Caller(n, {"cookie": f"ripeline=key-{n.replace(' ', '-')}@example.com"}) for n in over)]


def login(conn: Connection, email: str, role: str, hashed: str, at: tuple[int, int]) -> int:
    """Somebody who signed in and was seen last, and until when; the id."""
    id = add_person(conn, email, role, hashed, 1)
    # Not by `add_login`, which forgets those that are over: here they stay, to be refused.
    conn.execute("INSERT INTO logins VALUES (?, ?, ?, ?, ?, '')", (hash_of(f"key-{email}"), id, at[0], at[0], at[1]))
    return id


def programs(conn: Connection) -> list[Caller]:
    """A token of each scope, in the header and where none belongs, and one that was withdrawn."""
    keys = {scope: create_token(conn, scope, frozenset({scope}), 1) for scope in SCOPES}
    gone = create_token(conn, "withdrawn", frozenset({"admin"}), 1)
    drop_token(conn, next(token.id for token in all_tokens(conn) if token.name == "withdrawn"))
    return [
        *(Caller(f"token to {s}", {"authorization": f"Bearer {key}"}, scope=s) for s, key in keys.items()),
        Caller("a withdrawn token", {"authorization": f"Bearer {gone}"}),
        Caller("a token as a cookie", {"cookie": f"ripeline={keys['admin']}"}),
        Caller("a token with junk behind", {"authorization": f"Bearer {keys['admin']}\xe9"}),
    ]


def rows() -> list[tuple[frozenset[str], str, str]]:
    """(methods, concrete path, access) of each row of the table."""
    return [
        (frozenset(methods.replace("*", "POST").split()), concrete(path).replace(*_TOOL), access)
        for methods, path, access in sorted(TABLE)
    ]


def call(server: TestClient, method: str, path: str, caller: Caller) -> Response:
    # Bytes, so that what no header may hold can be sent too.
    headers = [(name.encode(), value.encode("latin-1")) for name, value in caller.headers.items()]
    answer = server.request(method, path, headers=headers)
    server.cookies.clear()
    return answer


def test_who_was_somebody_once_or_only_says_so_is_nobody(server: TestClient, callers: list[Caller]) -> None:
    """Two of them on every route, in turn; in `make faults` all of them by every method."""
    nobodies = [each for each in callers if not each.role and not each.scope]
    assert len(nobodies) == 13
    for number, (methods, path, access) in enumerate(rows()):
        method = next(each for each in METHODS if each in methods)
        for caller in (nobodies * 2)[2 * number % len(nobodies) :][:2]:
            answer = call(server, method, path, caller)
            if access != "public":
                assert became(answer, path) == is_told(caller, access), (caller.name, method, path)


def test_what_is_not_in_the_table_is_not_allowed_to_anybody(
    app: Application, server: TestClient, callers: list[Caller]
) -> None:
    by_name = {caller.name: caller for caller in callers}
    for path in sorted({path for _, path, _ in rows()}):
        routes = [each for each in app.routes if isinstance(each, Route) and is_at(each, path)]
        # A door that takes every method itself takes events by POST, and answers browsers that ask first.
        taken = {each for route in routes for each in route.methods or ("POST", "OPTIONS")}
        for method in set(METHODS) - taken:
            name = "token to admin" if path.startswith("/api") else "owner"
            assert call(server, method, path, by_name[name]).status_code == 405, (name, method, path)


def is_at(route: Route, path: str) -> bool:
    return route.matches({"type": "http", "path": path, "method": "GET", "root_path": ""})[0] is not Match.NONE


@pytest.mark.fault
def test_the_whole_table_is_walked(server: TestClient, callers: list[Caller], record_property: Any) -> None:
    """Every route × every method × everybody: what becomes of them is what the table says."""
    calls = 0
    for methods, path, access in rows():
        for method in sorted(methods):
            for caller in callers:
                # Whoever signs out is nobody afterwards.
                if path == "/signout" and caller.role:
                    continue
                answer = call(server, method, path, caller)
                calls += 1
                assert became(answer, path) == is_told(caller, access), (caller.name, method, path, answer.status_code)
                assert answer.status_code < 500 or path == "/live", (caller.name, method, path)
    tell(record_property, routes=len(TABLE), callers=len(callers), calls=calls)


def test_a_number_in_a_path_is_nobodys_name() -> None:
    """Where a path holds what lets somebody in or speaks for them, it is a key of ours; all else is behind a guard."""
    for _, path, access in TABLE:
        if access == "public" and (place := re.search(r"\{(\w+)(:\w+)?\}", path)):
            assert place[1] in ("token", "key", "name"), path


def test_a_host_somebody_made_up_stands_in_no_link_and_no_redirect(
    app: Application, server: TestClient, callers: list[Caller]
) -> None:
    owner = next(caller for caller in callers if caller.name == "owner").headers
    made_up = owner | {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    server.post("/settings/people/invite", data={"email": "cleo@example.com", "role": "sales"}, headers=made_up)
    for methods, path, _ in sorted(TABLE):
        if "GET" not in methods.split() or path in ("/live", "/api/settled"):
            continue
        for address in (concrete(path), concrete(path) + "/"):
            answer = server.get(address, headers=made_up)
            assert "evil.example" not in answer.text + str(answer.headers), address
    assert "http://testserver/invitation/" in server.get("/settings/people", headers=made_up).text


@pytest.mark.parametrize(("asked", "led"), [("/signin/", "/signin"), ("/signin/?next=/a%20b", "/signin?next=/a%20b")])
def test_an_address_with_a_slash_too_many_leads_on_without_naming_a_host(
    server: TestClient, asked: str, led: str
) -> None:
    answer = server.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (307, led)


@pytest.mark.parametrize("asked", ["//evil.example/", "/nowhere/", "/leads/1/2/", "/api/nowhere/"])
def test_what_is_nowhere_without_it_is_nowhere(server: TestClient, asked: str) -> None:
    assert server.get("http://testserver" + asked).status_code == 404
