"""docs/api.md: a heading for each route, and one long conversation that goes as it stands there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import pytest
from starlette.testclient import TestClient
from tests.docs.conversation import API_PAGE, Example, examples, settings_of

from ripeline.app import all_routes, create_app
from ripeline.auth.access import access_table
from ripeline.auth.people import add_person
from ripeline.auth.tokens import SCOPES, create_token
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction
from ripeline.store.reading_handoffs import STATES

PAGE: Final = API_PAGE
HEADINGS: Final = re.findall(r"(?m)^### (GET|POST|PUT|PATCH|DELETE) (/\S+)$", PAGE)
ANY: Final = "…"
#: A page for people has no example.
PAGE_OF_IT: Final = "/api/docs"


def fits(shown: Any, given: Any) -> bool:
    """Is the answer what the page shows? `"…"` is anything; in an object or at the end of a list: and more."""
    if shown == ANY:
        return True
    if isinstance(shown, dict) and isinstance(given, dict):
        is_whole = ANY not in shown
        named = {key: value for key, value in shown.items() if key != ANY}
        right = named.keys() == given.keys() if is_whole else named.keys() < given.keys()
        return right and all(fits(value, given[key]) for key, value in named.items())
    if isinstance(shown, list) and isinstance(given, list):
        if shown and shown[-1] == ANY:
            shown, given = shown[:-1], given[: len(shown) - 1]
        return len(shown) == len(given) and all(map(fits, shown, given))
    return bool(shown == given) and type(shown) is type(given)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def tokens(server: TestClient, settings: Settings) -> dict[str, dict[str, str]]:
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        keys = {scope: create_token(conn, scope, frozenset({scope}), 1) for scope in SCOPES}
    return {scope: {"Authorization": f"Bearer {key}"} for scope, key in keys.items()}


def routes(settings: Settings) -> dict[tuple[str, str], str]:
    """Who may ask each route, by method and path as the page writes it; doors for events take POST."""
    return {
        (method, re.sub(r":\w+}", "}", path)): str(who)
        for methods, path, who in access_table(all_routes(settings))
        for method in methods.replace("*", "POST").split()
        if method != "HEAD"
    }


def test_each_route_of_the_api_has_its_heading_and_each_heading_its_route(settings: Settings) -> None:
    table = routes(settings)
    assert {(method, path) for method, path in table if path.startswith("/api/")} <= set(HEADINGS)
    assert set(HEADINGS) <= table.keys()


def test_each_heading_names_the_scope(settings: Settings) -> None:
    access = routes(settings)
    found = re.findall(r"(?m)^### ([A-Z]+) (/\S+)\n(.*)", PAGE)
    assert len(found) == len(HEADINGS)
    for method, path, said in found:
        who = access[method, path]
        assert (f"Scope `{who.removeprefix('scope:')}`." in said) == who.startswith("scope:"), path


def test_each_route_of_the_api_has_an_example() -> None:
    called = {(example.method, example.path.partition("?")[0]) for example in examples() if example.status < 300}
    for method, path in HEADINGS:
        if path.startswith("/api/") and path != PAGE_OF_IT:
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
            assert any(method == sent and re.fullmatch(pattern, to) for sent, to in called), path


def test_no_example_is_left_out() -> None:
    assert PAGE.count("```http") == len(examples()) == len(re.findall(r"(?m)^```json", PAGE))


def test_the_conversation_goes_as_it_stands_there(
    server: TestClient, settings: Settings, tokens: dict[str, dict[str, str]]
) -> None:
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        add_person(conn, "bob@example.com", "sales", "no hash", 1)
    for example in examples():
        scope = {"GET": "read", "POST": "write", "PATCH": "write"}.get(example.method, "admin")
        headers = tokens[scope] if example.path.startswith(("/api/", "/v1/")) else {}
        given = server.request(
            example.method,
            example.path,
            content=example.body.encode() or None,
            headers=headers | {"content-type": "application/json"},
        )
        assert given.status_code == example.status, (example.path, given.text)
        assert fits(example.answer, given.json()), (example.path, given.json())
        settle(server, tokens["read"], example, given.json())


def settle(server: TestClient, header: dict[str, str], example: Example, answer: Any) -> None:
    """Wait for what follows from the example: events are scored, rules come into force."""
    assert server.get("/api/settled", headers=header).json() == {"lag": 0}
    until = time.monotonic() + 20
    while example.method == "PUT" and "hash" in answer:
        if server.get("/api/rules", headers=header).json()["hash"] == answer["hash"]:
            break
        assert time.monotonic() < until
        time.sleep(0.02)


def rows(heading: str) -> list[str]:
    """The first column of the first table after this text."""
    table = PAGE.partition(heading)[2].partition("|---|")[2].partition("\n\n")[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[1:]]


def test_the_scopes_are_those_there_are() -> None:
    assert [row.strip("`") for row in rows("## Tokens")] == list(SCOPES)


def test_the_states_are_those_there_are() -> None:
    (row,) = re.findall(r"(?m)^\| `state` \|.*$", PAGE)
    assert tuple(re.findall(r"`(\w+)`", row))[1:] == STATES


@pytest.mark.parametrize(
    ("header", "status", "error"),
    [
        ({}, 401, "unauthorized"),
        ({"Authorization": "Bearer eve"}, 401, "unauthorized"),
        (None, 403, "forbidden"),
    ],
)
def test_refusals_are_the_ones_in_the_table(
    server: TestClient, tokens: dict[str, dict[str, str]], header: dict[str, str] | None, status: int, error: str
) -> None:
    answer = server.get("/api/leads", headers=tokens["write"] if header is None else header)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json().keys() == {"error", "problem"}
    assert f"| {status} | `{error}` |" in PAGE
