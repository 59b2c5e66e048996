"""The OpenAPI document: right by its own rules, whole by the route table, and true of what a server answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.docs.conversation import API_PAGE, Example, examples, settings_of
from tests.docs.test_api_docs import settle

from ripeline.api.openapi import OURS, openapi
from ripeline.api.vocabulary import ERRORS, PARAMETERS
from ripeline.app import all_routes, create_app
from ripeline.auth.access import access_table
from ripeline.auth.people import add_person
from ripeline.auth.tokens import create_token
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def document(settings: Settings) -> dict[str, Any]:
    """As a program reads it."""
    made: dict[str, Any] = json.loads(json.dumps(openapi(all_routes(settings), "https://leads.example.com")))
    return made


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_it_is_an_openapi_document(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_route_of_the_api_is_in_it_and_no_other(document: dict[str, Any], settings: Settings) -> None:
    table = {
        (method, re.sub(r":\w+}", "}", path)): str(access)
        for methods, path, access in access_table(all_routes(settings))
        for method in methods.replace("*", "POST").split()
        if method != "HEAD" and path.startswith(OURS)
    }
    found = operations(document)
    assert found.keys() == table.keys()
    for asked, access in table.items():
        scopes = {scope for way in found[asked]["security"] for named in way.values() for scope in named}
        assert scopes == ({access.removeprefix("scope:")} if access != "public" else set()), asked


def test_every_parameter_a_route_reads_is_described_and_no_other(document: dict[str, Any], settings: Settings) -> None:
    read = {
        name
        for route in all_routes(settings)
        if isinstance(route, Route)
        for name in getattr(route.endpoint, "parameters", ())
    }
    assert read == set(PARAMETERS)
    (leads,) = (each for asked, each in operations(document).items() if asked == ("GET", "/api/leads"))
    assert [each["name"] for each in leads["parameters"]] == [
        *("model", "band", "identified", "q", "channel", "page", "file", "form"),
        *("sort", "limit", "cursor", "as_of"),
    ]


def test_every_route_says_what_it_does_and_shows_an_example(document: dict[str, Any]) -> None:
    for (method, path), operation in operations(document).items():
        summary = operation["summary"]
        assert 3 < len(summary) < 160, (path, summary)
        assert "`" not in summary
        answer = next(iter(operation["responses"].values()))["content"]
        assert "text/html" in answer or answer["application/json"]["example"], (method, path)


def test_bodies_are_those_the_code_decodes(document: dict[str, Any]) -> None:
    found = operations(document)
    body = found["POST", "/api/handoffs/{id}/verdict"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/Verdict"}
    schema = document["components"]["schemas"]["Verdict"]
    assert schema["required"] == ["verdict"]
    assert schema["additionalProperties"] is False
    assert document["components"]["schemas"]["ApiItem"]["required"] == ["id", "on"]
    without = {
        path for (method, path), each in found.items() if method in ("POST", "PUT") and "requestBody" not in each
    }
    assert without == {"/api/proposals/{id}/accept"}


def test_errors_are_those_of_the_page() -> None:
    for status, error, _ in ERRORS:
        assert f"| {status} | `{error}` |" in API_PAGE


def test_what_the_page_sends_and_what_a_server_answers_is_as_the_document_says(
    server: TestClient, settings: Settings, document: dict[str, Any]
) -> None:
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        add_person(conn, "bob@example.com", "sales", "no hash", 1)
        header = {"Authorization": f"Bearer {create_token(conn, 'all', frozenset({'admin'}), 1)}"}
    for example in examples():
        given = server.request(
            example.method,
            example.path,
            content=example.body.encode() or None,
            headers=header | {"content-type": "application/json"},
        )
        if operation := operation_of(document, example):
            if "application/json" in operation.get("requestBody", {}).get("content", {}) and given.status_code < 300:
                check(document, operation["requestBody"], json.loads(example.body))
            check(document, operation["responses"][str(given.status_code)], given.json())
        settle(server, header, example, given.json())


def operation_of(document: dict[str, Any], example: Example) -> dict[str, Any] | None:
    asked = example.path.partition("?")[0]
    for (method, path), operation in operations(document).items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        if method == example.method and re.fullmatch(pattern, asked):
            return operation
    return None


def check(document: dict[str, Any], said: dict[str, Any], value: Any) -> None:
    """Is the value as the body or the answer is said to be?"""
    if name := said.get("$ref", "").rpartition("/")[2]:
        said = document["components"]["responses"][name]
    schema = said["content"]["application/json"]["schema"]
    Draft202012Validator({"components": document["components"], "allOf": [schema]}).validate(value)


def test_the_server_gives_it_to_anybody_with_its_own_address(server: TestClient, document: dict[str, Any]) -> None:
    given = server.get("/api/openapi.json").json()
    assert given["servers"] == [{"url": "http://testserver"}]
    assert given | {"servers": []} == document | {"servers": []}


def test_the_page_shows_every_route_and_needs_nothing_of_others(server: TestClient, document: dict[str, Any]) -> None:
    page = server.get("/api/docs")
    assert page.status_code == 200
    for method, path in operations(document):
        assert f"<b>{method}</b> {path}</code>" in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "<h3>Answer 200</h3>" in page.text
    assert "`" not in re.sub(r"(?s)<pre.*?</pre>", "", page.text)


def test_the_page_is_in_french_too(server: TestClient) -> None:
    page = server.get("/api/docs?lang=fr").text
    assert "Ce que des programmes peuvent demander à ce serveur" in page
    assert '<h2 id="part-1" lang="en">Events in</h2>' in page
