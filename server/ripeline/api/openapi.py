"""The API as an OpenAPI 3.1 document: routes, scopes, parameters and bodies from the code, words from docs/api.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from starlette.routing import BaseRoute, Route

from ripeline import __version__
from ripeline.api.shapes import Schema, shape_of
from ripeline.api.vocabulary import ERRORS, PARAMETERS, PLACES, REFUSAL, SECURITY
from ripeline.api.words import Words, words_of_routes
from ripeline.auth.access import access_of
from ripeline.domain.wire import ApiItem

OURS: Final = ("/api/", "/v1/")
#: In the path of a route in Segment's way.
SEGMENT: Final = "{kind}"
_REFERENCES: Final = "#/components/schemas/{name}"
_SCOPE: Final = "scope:"

_EVENT: Final = {"$ref": _REFERENCES.format(name=ApiItem.__name__)}
_OBJECT: Final = {"type": "object"}
#: Bodies that are not one object of a kind of ours.
_BODIES: Final[dict[tuple[str, str], dict[str, Schema]]] = {
    ("POST", "/api/events"): {
        "application/json": {"anyOf": [_EVENT, {"type": "array", "items": _EVENT}]},
        "application/x-ndjson": {"type": "string"},
    },
    ("PUT", "/api/rules"): {"application/toml": {"type": "string"}},
    ("POST", "/v1/{kind}"): {"application/json": _OBJECT},
    ("POST", "/api/s/s2s/{kind}"): {"application/json": _OBJECT},
}


class Operation(NamedTuple):
    """One way to ask one route; `scope` "" when it is public, `body` None when its kind is not one of ours."""

    method: str
    path: str
    scope: str
    parameters: tuple[str, ...]
    body: type[Any] | None
    words: Words


def operations(routes: Iterable[BaseRoute]) -> Iterator[Operation]:
    """Every route of the API, in the order of docs/api.md."""
    known = words_of_routes()
    found = {asked: route for route in routes if isinstance(route, Route) for asked in _asked(route)}
    for (method, path), words in known.items():
        route = found.get((method, path))
        if route is not None and path.startswith(OURS):
            scope = (access_of(route) or "").partition(_SCOPE)[2]
            parameters = getattr(route.endpoint, "parameters", ())
            yield Operation(method, path, scope, parameters, getattr(route.endpoint, "body", None), words)


_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
#: Says in its body whom it is about.
_NAMES_SOMEBODY: Final = frozenset({"/api/outcomes"})


def openapi(routes: Iterable[BaseRoute], server: str) -> dict[str, Any]:
    """The document of a server with those routes, at that address."""
    all_of_them = list(operations(routes))
    paths: dict[str, dict[str, Any]] = {}
    for each in all_of_them:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ripeline", "version": __version__, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": server}],
        "tags": [{"name": name} for name in dict.fromkeys(each.words.part for each in all_of_them)],
        "paths": paths,
        "components": {
            "schemas": _schemas([each.body for each in all_of_them if each.body]),
            "responses": {error: _refusal(said) for _, error, said in ERRORS},
            "securitySchemes": SECURITY,
        },
    }


def _schemas(kinds: list[type[Any]]) -> dict[str, Schema]:
    """Those of the bodies; what an event must have is checked after it is decoded."""
    made = msgspec.json.schema_components([*kinds, ApiItem], ref_template=_REFERENCES)[1]
    made[ApiItem.__name__] |= {"required": ["id", "on"], "description": "One event, with a `visitor` or an `email`."}
    return {"Refusal": REFUSAL} | made


def _asked(route: Route) -> list[tuple[str, str]]:
    """Methods and path as docs/api.md writes them; doors for events take POST."""
    path = re.sub(r":\w+}", "}", route.path)
    return [(method, path) for method in route.methods or {"POST"} if method != "HEAD"]


def _operation(each: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": "_".join([each.method.lower(), *re.findall(r"\w+", each.path)]),
        "tags": [each.words.part],
        "summary": each.words.summary,
        "description": each.words.text,
        "security": _security(each),
        "parameters": [*_places(each.path), *map(_parameter, each.parameters)],
        "responses": _answers(each),
    }
    if body := _body(each):
        made["requestBody"] = body
    return made


def _security(each: Operation) -> list[dict[str, list[str]]]:
    """Any one of these; a token of scope `admin` may do everything."""
    if not each.scope:
        return []
    ways = SECURITY if SEGMENT in each.path else ("token",)
    return [{way: [each.scope]} for way in ways]


def _places(path: str) -> list[dict[str, Any]]:
    """The parameters in the path."""
    names = re.findall(r"{(\w+)}", path)
    return [
        {"name": name, "in": "path", "required": True} | PLACES.get(f"{path} {name}", PLACES[name]) for name in names
    ]


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query"} | PARAMETERS[name]


def _body(each: Operation) -> dict[str, Any] | None:
    """What is sent, with the first example of it."""
    kinds = _BODIES.get((each.method, each.path), {})
    if each.body:
        kinds = {"application/json": {"$ref": _REFERENCES.format(name=each.body.__name__)}}
    sent = [example.body for example in each.words.examples if example.body and example.status < 300]
    content = {type: {"schema": schema} | _example(type, sent) for type, schema in kinds.items()}
    return {"required": True, "content": content} if content else None


def _example(type: str, sent: Sequence[str]) -> dict[str, Any]:
    if not sent or type == "application/x-ndjson":
        return {}
    return {"example": msgspec.json.decode(sent[0]) if type == "application/json" else sent[0]}


def _answers(each: Operation) -> dict[str, Any]:
    good = [example for example in each.words.examples if example.status < 300]
    if not good:
        return {"200": {"description": "A page for people", "content": {"text/html": {"schema": {"type": "string"}}}}}
    answers = [example.answer for example in good]
    content = {"application/json": {"schema": shape_of(answers) | _OBJECT, "example": answers[0]}}
    refusals = {str(status): {"$ref": f"#/components/responses/{error}"} for status, error, _ in _refusals(each)}
    return {str(good[0].status): {"description": "Done", "content": content}} | refusals


def _refusals(each: Operation) -> Iterator[tuple[int, str, str]]:
    """Those of the table of errors that this one can have."""
    for status, error, said in ERRORS:
        needs = {
            "unauthorized": each.scope,
            "forbidden": each.scope,
            "not_found": "{" in each.path or each.path in _NAMES_SOMEBODY,
        }
        needs |= {"invalid_rules": each.method == "PUT", "conflict": each.method in ("POST", "PUT")}
        needs |= {"unavailable": each.method != "GET", "bad_request": each.scope}
        needs |= {"too_large": each.method in _WITH_BODY}
        if needs.get(error):
            yield status, error, said


def _refusal(said: str) -> dict[str, Any]:
    schema = {"$ref": _REFERENCES.format(name="Refusal")}
    return {"description": said, "content": {"application/json": {"schema": schema}}}
