"""What a request asks for: its query parameters, each checked as it is read."""

from __future__ import annotations

from typing import Final, cast

from starlette.requests import Request

from ripeline.errors import InvalidRequest
from ripeline.running import Running
from ripeline.store.reading import MOST_A_PAGE

_LONGEST_TEXT: Final = 200
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


def running(request: Request) -> Running:
    """The server this request came to."""
    return cast(Running, request.app.state.running)


def text(request: Request, name: str) -> str | None:
    """A parameter's text, None when it is absent or empty; raises `InvalidRequest` when absurdly long."""
    value = request.query_params.get(name, "").strip()
    if len(value) > _LONGEST_TEXT:
        raise InvalidRequest(name, f"is longer than {_LONGEST_TEXT} characters")
    return value or None


def limit(request: Request, default: int) -> int:
    """How many are asked for, 1 to 1 000; raises `InvalidRequest` for anything else."""
    value = text(request, "limit")
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= MOST_A_PAGE):
        raise InvalidRequest("limit", f"must be a number between 1 and {MOST_A_PAGE}")
    return int(value)


def truth(request: Request, name: str) -> bool | None:
    """true or false (or 1 or 0), None when absent; raises `InvalidRequest` for anything else."""
    value = text(request, name)
    if value is None:
        return None
    if value.lower() not in _TRUTH:
        raise InvalidRequest(name, "must be true or false")
    return _TRUTH[value.lower()]


def lead_key(request: Request) -> int | str:
    """The lead named in the path: an id, or an e-mail."""
    key: str = request.path_params["lead"]
    return int(key) if key.isascii() and key.isdigit() and len(key) <= 18 else key
