"""`/api/openapi.json` and `/api/docs`: the description of the API, for programs and for people.

Both are public: they say of every server of this version the same, and nothing of what is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ripeline.api import asked
from ripeline.api.answers import Facts, answered
from ripeline.api.openapi import openapi
from ripeline.api.prose import prose
from ripeline.auth.guard import public
from ripeline.auth.logins import read_user
from ripeline.templating import remember_wish, render


@dataclass(frozen=True, slots=True)
class RouteShown:
    """One way to ask one route; `parameters` and `keys` (of the body) are (name, what it is, required)."""

    id: str
    part: str
    method: str
    path: str
    summary: str
    scope: str
    text: Markup
    parameters: tuple[tuple[str, str, bool], ...]
    keys: tuple[tuple[str, str, bool], ...]
    sent: str
    status: str
    answer: str


@public
@answered()
def document(request: Request) -> Facts:
    """`GET /api/openapi.json`."""
    return openapi(request.app.routes, asked.running(request).settings.public_url)


@public
async def show_page(request: Request) -> Response:
    """`GET /api/docs`; who is signed in has the way back to the other pages."""
    request.state.user = await run_in_threadpool(read_user, request)
    answer = HTMLResponse(await run_in_threadpool(_draw, request))
    remember_wish(request, answer.set_cookie)
    return answer


def _draw(request: Request) -> str:
    shown = shown_routes(openapi(request.app.routes, asked.running(request).settings.public_url))
    parts = [(part, list(routes)) for part, routes in groupby(shown, lambda route: route.part)]
    return render(request, "api.html", page=parts)


def shown_routes(document: Facts) -> Iterator[RouteShown]:
    """Every operation of the document, part by part, in the order of its tags."""
    order = [tag["name"] for tag in document["tags"]]
    found = [
        (order.index(operation["tags"][0]), method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    for _, method, path, operation in sorted(found, key=lambda each: each[0]):
        yield _shown(method, path, operation, document["components"]["schemas"])


def _shown(method: str, path: str, operation: Facts, schemas: Facts) -> RouteShown:
    status, good = next(iter(operation["responses"].items()))
    sent = _first(operation.get("requestBody", {}).get("content", {}))
    return RouteShown(
        id=operation["operationId"],
        part=operation["tags"][0],
        method=method,
        path=path,
        summary=operation["summary"],
        scope=next((scope for way in operation["security"] for scopes in way.values() for scope in scopes), ""),
        text=prose(operation["description"]),
        parameters=tuple(_parameter(each) for each in operation["parameters"]),
        keys=tuple(_keys(sent.get("schema", {}), schemas)),
        sent=_written(sent.get("example")),
        status=status,
        answer=_written(_first(good["content"]).get("example")),
    )


def _first(content: Facts) -> Facts:
    return next(iter(content.values()), {})


def _parameter(said: Facts) -> tuple[str, str, bool]:
    words = said["schema"].get("enum")
    return said["name"], said["description"] + (f": {', '.join(words)}" if words else ""), said.get("required", False)


def _keys(schema: Facts, schemas: Facts) -> Iterator[tuple[str, str, bool]]:
    """The keys of a body that is one object of a kind of ours, or several."""
    ways = schema.get("anyOf", [schema])
    kind = schemas.get(ways[0].get("$ref", "").rpartition("/")[2], {})
    for name, said in kind.get("properties", {}).items():
        yield name, " | ".join(dict.fromkeys(_types([said]))), name in kind["required"]


def _types(schemas: Iterable[Facts]) -> Iterator[str]:
    for schema in schemas:
        if "anyOf" in schema:
            yield from _types(schema["anyOf"])
        elif "enum" in schema:
            yield from schema["enum"]
        else:
            yield schema.get("type", schema.get("$ref", "").rpartition("/")[2].lower())


def _written(example: Any) -> str:
    if example is None or isinstance(example, str):
        return example or ""
    return json.dumps(example, ensure_ascii=False, indent=2)
