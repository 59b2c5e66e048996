"""Addresses and methods that are not there: JSON for programs, a page for people who read one."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route

from ripeline.api.answers import answer
from ripeline.auth.forms import is_read, page
from ripeline.rules.mistakes import listed

_API: Final = "/api"
_FOR_PROGRAMS: Final = (f"{_API}/", "/v1/", "/hooks/")


def is_of_api(request: Request) -> bool:
    """Whether a program asks."""
    return request.url.path == _API or request.url.path.startswith(_FOR_PROGRAMS)


def answer_nowhere(request: Request, error: Exception) -> Response:
    """No such address, or not by this method; `Allow` names those of every route with that address."""
    if not isinstance(error, HTTPException):
        raise error
    headers, methods = dict(error.headers or {}), list[str]()
    if error.status_code == 405:
        methods = _methods_here(request)
        headers["Allow"] = ", ".join(methods)
    if not is_of_api(request):
        if error.status_code == 404 and (address := _without_slash(request)):
            return RedirectResponse(address, 307)
        return _answer_people(request, error, headers)
    if methods:
        facts = {
            "error": "bad_method",
            "problem": f"{request.method} is not for this address; {listed(methods)} may be",
        }
    else:
        facts = {"error": "not_found", "field": "path", "problem": f"there is no {request.url.path}: see docs/api.md"}
    response = answer(facts, error.status_code)
    response.headers.update(headers)
    return response


def _answer_people(request: Request, error: HTTPException, headers: dict[str, str]) -> Response:
    """A page with a way on where somebody reads it; a line of text for whatever asks for files or sends something."""
    if request.method != "GET" or not is_read(request) or error.status_code not in (404, 405):
        return PlainTextResponse(error.detail, error.status_code, headers)
    told = page(request, "nowhere.html", error.status_code, why="")
    told.headers.update(headers)
    return told


def _without_slash(request: Request) -> str:
    """The page that was meant by an address with a slash behind it, "" where there is none; never with a host."""
    path: str = request.scope["path"]
    plain = path.rstrip("/")
    if plain == path or not plain or plain.startswith("//") or request.method not in ("GET", "HEAD"):
        return ""
    meant = {**request.scope, "path": plain}
    if not any(route.matches(meant)[0] is Match.FULL for route in request.app.routes):
        return ""
    query = request.url.query
    return quote(plain) + (f"?{query}" if query else "")


def _methods_here(request: Request) -> list[str]:
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in here for method in route.methods or ()})
