"""Endpoints that change something: a deed in one transaction, and one answer for each way it can fail."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final, get_type_hints

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ripeline.api import asked
from ripeline.api.answers import Facts, answer, refused
from ripeline.api.asked import check_parameters
from ripeline.api.bodies import read_as
from ripeline.auth.secrets import hash_of
from ripeline.auth.tokens import bearer_key
from ripeline.domain.wire_time import LATEST, reported_at
from ripeline.errors import InvalidEvent, InvalidRequest, RipelineError
from ripeline.store.people import token_by_hash

_UNKNOWN: Final = "api"
_TIMES: Final = "must be a time with its zone, like 2026-11-21T18:00:00+01:00, or milliseconds since 1970"


def done(deed: Callable[..., Awaitable[Facts]]) -> Callable[[Request], Awaitable[Response]]:
    """Turn a deed into an endpoint: its facts into JSON, our errors into their status.

    Its second parameter, if it has one, is what the body says, read as the type of that parameter.
    """
    kind = _body_of(deed)

    @wraps(deed)
    async def endpoint(request: Request) -> Response:
        try:
            check_parameters(request, ())
            said = [] if kind is None else [await read_as(request, kind)]
            return answer(await deed(request, *said))
        except RipelineError as error:
            return refused(error)

    endpoint.body = kind  # type: ignore[attr-defined]
    return endpoint


async def author(request: Request) -> str:
    """The name of the token a program came with."""
    return await run_in_threadpool(_author, request)


def moment_said(field: str, at: str | float | None, now: int, latest: int = LATEST) -> int:
    """A moment as programs write it, in ms (None: `now`); raises `InvalidRequest`, also for one after `latest`."""
    try:
        return now if at is None else reported_at(at, latest)
    except InvalidEvent as error:
        problem = "is in the future" if error.code == "in_future" else _TIMES
        raise InvalidRequest(field, problem) from error


def _body_of(deed: Callable[..., object]) -> type[Any] | None:
    body = list(inspect.signature(deed).parameters)[1:]
    return get_type_hints(deed)[body[0]] if body else None


def _author(request: Request) -> str:
    with asked.running(request).database.read() as conn:
        token = token_by_hash(conn, hash_of(bearer_key(request.headers.get("authorization", ""))))
    return token.name if token is not None else _UNKNOWN
