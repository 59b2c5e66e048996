"""What a request asks for: its query parameters, each checked as it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from starlette.requests import Request

from ripeline.api.sentences import unknown
from ripeline.domain.times import end_of_day
from ripeline.domain.wire_time import LATEST, reported_at
from ripeline.errors import InvalidEvent, InvalidRequest
from ripeline.running import Running
from ripeline.store.reading import MOST_A_PAGE

_LONGEST_TEXT: Final = 200
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


def running(request: Request) -> Running:
    """The server this request came to."""
    return cast(Running, request.app.state.running)


def check_parameters(request: Request, known: Sequence[str]) -> None:
    """Raises `InvalidRequest` for a parameter nobody reads, and for one given twice: a slip must not go unseen."""
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            raise InvalidRequest(name, unknown(name, list(known)))
        if given.count(name) > 1:
            raise InvalidRequest(name, "is given more than once")


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


def place(request: Request, name: str) -> int | None:
    """The id that was seen last, 0 for none so far; None when absent. Raises `InvalidRequest` for anything else."""
    value = text(request, name)
    if value is not None and not _is_number(value):
        raise InvalidRequest(name, "must be an id an answer gave, or 0")
    return None if value is None else int(value)


def truth(request: Request, name: str) -> bool | None:
    """true or false (or 1 or 0), None when absent; raises `InvalidRequest` for anything else."""
    value = text(request, name)
    if value is None:
        return None
    if value.lower() not in _TRUTH:
        raise InvalidRequest(name, "must be true or false")
    return _TRUTH[value.lower()]


def as_of(request: Request, timezone: str) -> int | None:
    """The moment (ms) of `as_of`: a day (its end, in that zone), a time, or ms. None: not asked for.

    It may lie ahead. Raises `InvalidRequest`.
    """
    value = text(request, "as_of")
    if value is None:
        return None
    try:
        day = end_of_day(value, timezone)
        return day if day is not None else reported_at(int(value) if _is_number(value) else value, LATEST)
    except InvalidEvent as error:
        example = "2026-11-21, or 2026-11-21T18:00:00+01:00 (in an address `+` is written %2B)"
        raise InvalidRequest("as_of", f"must be a day or a time with its zone: {example}") from error


def row_id(request: Request) -> int:
    """The id in the path."""
    return int(request.path_params["id"])


def lead_key(request: Request) -> int | str:
    """The lead named in the path: an id, or an e-mail."""
    key: str = request.path_params["lead"]
    return int(key) if _is_number(key) else key


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
