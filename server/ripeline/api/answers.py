"""How the server API answers: JSON by msgspec, and one clear error for each thing that can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ripeline.api.asked import check_parameters
from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time
from ripeline.errors import Conflict, InvalidRequest, InvalidRules, LogRefused, NotFound, RipelineError, TooLarge
from ripeline.sentences import Sentence

Facts = dict[str, Any]


def _as_text(value: object) -> str:
    if isinstance(value, Sentence):
        return str(value)
    raise NotImplementedError(f"no JSON for {type(value).__name__}")


_encode = msgspec.json.Encoder(enc_hook=_as_text).encode


def answer(facts: Facts, status: int = 200) -> Response:
    """A JSON answer that nobody keeps: scores move and people are in it."""
    return Response(_encode(facts), status, {"Cache-Control": "no-store"}, "application/json")


def answered(*parameters: str) -> Callable[[Callable[[Request], Facts]], Callable[[Request], Response]]:
    """Turn a reading with these parameters into an endpoint: its facts into JSON, our errors into their status."""

    def made(read: Callable[[Request], Facts]) -> Callable[[Request], Response]:
        @wraps(read)
        def endpoint(request: Request) -> Response:
            try:
                check_parameters(request, parameters)
                return answer(read(request))
            except RipelineError as error:
                return refused(error)

        endpoint.parameters = parameters  # type: ignore[attr-defined]
        return endpoint

    return made


def refused(error: RipelineError) -> Response:
    """What somebody is told whose request cannot be done; an error that is none of theirs is raised again."""
    if isinstance(error, InvalidRequest):
        return answer({"error": "bad_request", "field": error.field, "problem": error.problem}, 400)
    if isinstance(error, NotFound):
        field = error.what.partition(" ")[0]
        return answer({"error": "not_found", "field": field, "problem": str(error)}, 404)
    if isinstance(error, InvalidRules):
        problems = [{"line": each.line, "rule": each.rule, "problem": each.problem} for each in (error, *error.others)]
        return answer({"error": "invalid_rules", "problems": problems}, 422)
    if isinstance(error, TooLarge):
        return answer({"error": "too_large", "problem": str(error)}, 413)
    if isinstance(error, Conflict):
        return answer({"error": "conflict", "problem": str(error)}, 409)
    if isinstance(error, LogRefused):
        response = answer({"error": "unavailable", "problem": str(error)}, 503)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    raise error


def points(thousandths: int | None) -> int | float | None:
    """Thousandths as JSON carries them; None stays None."""
    return None if thousandths is None else as_number(thousandths)


def moment(at: int) -> str | None:
    """Milliseconds as an ISO time with zone Z; 0 means never and gives None."""
    return iso_time(at) if at else None


def ratio(number: float | None) -> float | None:
    """A share of the hand-off threshold, to three decimals."""
    return None if number is None else round(number, 3)
