"""Endpoints that change something: a deed in one transaction, and one answer for each way it can fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ripeline.api import asked
from ripeline.api.answers import Facts, answer
from ripeline.auth.secrets import hash_of
from ripeline.auth.tokens import bearer_key
from ripeline.domain.wire_time import EARLIEST, LATEST, reported_at
from ripeline.errors import Conflict, InvalidEvent, InvalidRequest, InvalidRules, LogRefused, NotFound, RipelineError
from ripeline.store.people import token_by_hash

_UNKNOWN: Final = "api"


def done(deed: Callable[[Request], Awaitable[Facts]]) -> Callable[[Request], Awaitable[Response]]:
    """Turn a deed into an endpoint: its facts into JSON, our errors into their status."""

    @wraps(deed)
    async def endpoint(request: Request) -> Response:
        try:
            return answer(await deed(request))
        except (InvalidRequest, NotFound, Conflict, InvalidRules, LogRefused) as error:
            return refused(error)

    return endpoint


def refused(error: RipelineError) -> Response:
    """What somebody is told whose request cannot be done."""
    if isinstance(error, InvalidRequest):
        return answer({"error": "bad_request", "field": error.field, "problem": error.problem}, 400)
    if isinstance(error, NotFound):
        return answer({"error": "not_found", "field": error.what, "problem": str(error)}, 404)
    if isinstance(error, InvalidRules):
        problems = [{"line": each.line, "rule": each.rule, "problem": each.problem} for each in (error, *error.others)]
        return answer({"error": "invalid_rules", "problems": problems}, 422)
    if isinstance(error, LogRefused):
        response = answer({"error": "unavailable", "problem": str(error)}, 503)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return answer({"error": "conflict", "problem": str(error)}, 409)


async def author(request: Request) -> str:
    """The name of the token a program came with."""
    return await run_in_threadpool(_author, request)


def moment_asked(field: str, at: str | float | None, now: int) -> int:
    """A moment as people and programs write it, in ms (None: `now`); raises `InvalidRequest`."""
    try:
        # In a query all is text, and people may mean the future, where events may not.
        written = int(at) if isinstance(at, str) and at.isascii() and at.isdigit() else at
        return now if written is None else reported_at(written, LATEST)
    except InvalidEvent as error:
        raise InvalidRequest(field, error.problem or f"must be between {EARLIEST} and {LATEST} ms") from error


def _author(request: Request) -> str:
    with asked.running(request).database.read() as conn:
        token = token_by_hash(conn, hash_of(bearer_key(request.headers.get("authorization", ""))))
    return token.name if token is not None else _UNKNOWN
