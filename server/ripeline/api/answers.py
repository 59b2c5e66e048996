"""How the server API answers: JSON by msgspec, and one clear error for each thing that can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time
from ripeline.errors import InvalidRequest, NotFound

Facts = dict[str, Any]

_encode = msgspec.json.Encoder().encode


def answer(facts: Facts, status: int = 200) -> Response:
    """A JSON answer that nobody keeps: scores move and people are in it."""
    return Response(_encode(facts), status, {"Cache-Control": "no-store"}, "application/json")


def answered(read: Callable[[Request], Facts]) -> Callable[[Request], Response]:
    """Turn a reading into an endpoint: its facts into JSON, our errors into 400 and 404."""

    @wraps(read)
    def endpoint(request: Request) -> Response:
        try:
            return answer(read(request))
        except InvalidRequest as error:
            return answer({"error": "bad_request", "field": error.field, "problem": error.problem}, 400)
        except NotFound as error:
            return answer({"error": "not_found", "field": error.what, "problem": str(error)}, 404)

    return endpoint


def points(thousandths: int | None) -> int | float | None:
    """Thousandths as JSON carries them; None stays None."""
    return None if thousandths is None else as_number(thousandths)


def moment(at: int) -> str | None:
    """Milliseconds as an ISO time with zone Z; 0 means never and gives None."""
    return iso_time(at) if at else None


def ratio(number: float | None) -> float | None:
    """A share of the hand-off threshold, to three decimals."""
    return None if number is None else round(number, 3)
