"""Whatever is asked, and however it ends: an answer says what a browser may do with it, on every route there is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from httpx2 import Response
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.faults.house import Server
from tests.house.test_access import TABLE, concrete
from tests.pages.room import Room

from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.script import hashed_path
from ripeline.settings import Settings
from ripeline.store.database import transaction

pytestmark = pytest.mark.row

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: On every answer, word for word.
ALL: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
USUAL: Final = {
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
#: What some paths say instead, and why.
OTHERWISE: Final[dict[str, dict[str, str]]] = {
    # Pages of other sites load these.
    "/t.js": {"cross-origin-resource-policy": "cross-origin", "cache-control": "public, max-age=3600"},
    hashed_path("/t.js"): {
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": "public, max-age=31536000, immutable",
    },
    "/t.js?test": {"cross-origin-resource-policy": "cross-origin", "cache-control": "no-cache"},
    "/p.gif": {"cross-origin-resource-policy": "cross-origin"},
    "/o/1.gif": {"cross-origin-resource-policy": "cross-origin"},
    # Their address changes with what is in them.
    "/static/admin.js": {"cache-control": "no-cache"},
}
#: The doors for scripts of other sites answer JSON and say no more than that it is nothing else.
DOORS: Final = frozenset({"/e", "/e/test"})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, list[dict[str, str]]]]:
    """A server with one fault in it, and what proves whoever asks: nothing, the owner's cookie, an admin's token."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), base_url="http://testserver", rate_limit=None)
    app = create_app(settings)

    async def fail(_: Request) -> Any:
        raise RuntimeError("<script>alert(1)</script>")

    app.router.routes[:0] = [Route("/fault", fail), Route("/api/fault", fail)]
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        app.state.running.changes.close()
        room = Room(settings)
        owner = room.cookie_of("alice@example.com")
        with transaction(room.writer) as conn:
            key = create_token(conn, "all", frozenset({"admin"}), 1)
        room.writer.close()
        cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in owner.items())}
        yield client, [{}, cookie, {"authorization": f"Bearer {key}"}]


def asked() -> list[tuple[str, str, int]]:
    """Each method of each route and what is beside them; which of those who ask gets furthest."""
    found = [
        (method, concrete(path), 2 if access.startswith("scope:") else 1)
        for methods, path, access in TABLE
        for method in methods.replace("*", "POST").replace(" HEAD", "").split()
    ]
    found += [("GET", path, 1) for path in ("/leads?q=%3Cb%3E&sort=x", "/leads.csv?sep=semicolon", "/static/admin.js")]
    found += [("GET", path, 1) for path in ("/t.js?test", "/nowhere", "/static/none.css", "/fault", "//evil")]
    found += [("GET", path, 2) for path in ("/api/nowhere", "/api/fault", "/v1/track")]
    found += [("HEAD", "/ready", 1), ("DELETE", "/leads", 1), ("PUT", "/static/admin.js", 1)]
    # Signing out comes last: until then the owner is the owner.
    return sorted(found, key=lambda each: (each[1] == "/signout", each))


def wrong_with(path: str, answer: Response) -> list[str]:
    """The headers that are not as they must be."""
    if path in DOORS:
        expected = {"content-type": "application/json", "x-content-type-options": "nosniff"}
    else:
        expected = {**ALL, **USUAL, **(OTHERWISE.get(path, {}) if answer.status_code < 400 else {})}
    found = {name: answer.headers.get_list(name) for name in expected}
    return [f"{name}: {got}" for name, got in found.items() if got != [expected[name]]]


def test_every_answer_of_every_route_carries_the_headers(
    house: tuple[TestClient, list[dict[str, str]]], record_property: Any
) -> None:
    client, proofs = house
    wrong, statuses = [], set()
    # Else only refusals would be looked at.
    assert client.get("/settings/audit", headers=proofs[1]).status_code == 200
    assert client.get("/api/leads", headers=proofs[2]).status_code == 200
    for method, path, furthest in asked():
        for proof in (proofs[0], proofs[furthest]):
            for site in ("same-origin", "cross-site") if method == "POST" and not proof else ("same-origin",):
                answer = client.request(method, path, headers=proof | {"sec-fetch-site": site})
                statuses.add(answer.status_code)
                wrong += [f"{method} {path} {answer.status_code} {each}" for each in wrong_with(path, answer)]
    assert wrong == []
    assert {200, 303, 400, 401, 403, 404, 405, 500} <= statuses
    record_property("routes", len(asked()))


def test_json_can_be_read_as_nothing_else(house: tuple[TestClient, list[dict[str, str]]]) -> None:
    client, (_, _, program) = house
    for path in ("/api/leads?q=<script>", "/api/<script>alert(1)</script>", "/api/fault", "/api/openapi.json"):
        answer = client.get(path, headers=program)
        assert answer.headers["content-type"] == "application/json", path
        assert answer.headers["x-content-type-options"] == "nosniff"
    # What went wrong is told to the log, not to whoever asked.
    assert "alert" not in client.get("/api/fault").text + client.get("/fault").text


@pytest.mark.fault
def test_a_refusal_before_the_application_has_nothing_in_it(tmp_path: Path) -> None:
    """A request that is no HTTP gets a line of plain text with no word of what was sent."""
    with Server(tmp_path / "data").start() as server, socket.create_connection(("127.0.0.1", server.port), 5) as raw:
        raw.sendall(b"<script>alert(1)</script>\r\n\r\n")
        said = b"".join(iter(lambda: raw.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 400")
    assert b"alert" not in said
