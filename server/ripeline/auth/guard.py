"""Who may call what: a mark on each endpoint that is both the check and its own record."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from ripeline.auth.forms import refusal
from ripeline.auth.house import house_of
from ripeline.auth.logins import now_ms, user_here
from ripeline.auth.proxy_header import asserted_email
from ripeline.auth.row_ids import bound_row_ids
from ripeline.auth.tokens import bearer_key, is_use_news, scopes_of, token_of, why_refused
from ripeline.errors import LogRefused
from ripeline.sentences import N_
from ripeline.store.people import Token, User
from ripeline.store.token_rows import used_token

# Here, since every module with routes that name rows asks for a guard before it makes them.
bound_row_ids()

_NOBODY: Final = N_("Nobody here has the address your sign-in names.")
_OTHERS: Final = N_("This page is for people with another role.")

#: Each role may do what those before it may.
ROLES: Final = ("sales", "marketer", "owner")

Endpoint = Callable[[Request], Response | Awaitable[Response]]


def public(endpoint: Any) -> Any:
    """Anyone may call this endpoint (a function, or an ASGI object)."""
    endpoint.access = "public"
    return endpoint


def require(role: str) -> Callable[[Endpoint], Callable[[Request], Awaitable[Response]]]:
    """Only people signed in with this role or a higher one; others are sent to the sign-in page."""

    def guarded(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        @wraps(endpoint)
        async def checked(request: Request) -> Response:
            user = await user_here(request)
            if user is None and asserted_email(request) is not None:
                return refusal(request, _NOBODY)
            if user is None:
                return RedirectResponse(f"/signin?next={quote(_here(request))}", 303)
            if not may(user, role):
                return refusal(request, _OTHERS)
            request.state.user = user
            return await _answer(endpoint, request)

        checked.access = role  # type: ignore[attr-defined]
        return checked

    return guarded


def require_scope(scope: str) -> Callable[[Endpoint], Callable[[Request], Awaitable[Response]]]:
    """Only programs whose token has this scope; others get 401 (no such token) or 403 (too little)."""

    def guarded(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        @wraps(endpoint)
        async def checked(request: Request) -> Response:
            token = await run_in_threadpool(_token_of, request)
            scopes = scopes_of(token)
            if token is None or not scopes:
                return _refused(401, "unauthorized", why_refused(bearer_key(request.headers.get("authorization", ""))))
            if scope not in scopes:
                return _refused(403, "forbidden", f"this token lacks the scope {scope!r}")
            await _note_use(request, token)
            return await _answer(endpoint, request)

        checked.access = f"scope:{scope}"  # type: ignore[attr-defined]
        return checked

    return guarded


def may(user: User, role: str) -> bool:
    return ROLES.index(user.role) >= ROLES.index(role)


def current_user(request: Request) -> User | None:
    """The person a guard let in; None on public endpoints."""
    return getattr(request.state, "user", None)


def _token_of(request: Request) -> Token | None:
    key = bearer_key(request.headers.get("authorization", ""))
    if not key:
        return None
    with house_of(request).database.read() as conn:
        return token_of(conn, key)


async def _note_use(request: Request, token: Token) -> None:
    now = now_ms()
    if is_use_news(token, now):
        try:
            await house_of(request).write(lambda conn: used_token(conn, token.id, now))
        except LogRefused:
            # A full disk must not keep a program from reading.
            return


async def _answer(endpoint: Endpoint, request: Request) -> Response:
    if inspect.iscoroutinefunction(endpoint):
        answer: Response = await endpoint(request)
        return answer
    return await run_in_threadpool(endpoint, request)  # type: ignore[arg-type]


def _here(request: Request) -> str:
    """The page that was asked for, or that has the form that was sent; the first one where the browser does not say.

    Whoever goes on there has to look at it once more (`safe_next`): it stands in an address until then.
    """
    if request.method == "GET":
        query = request.url.query
        return request.url.path + (f"?{query}" if query else "")
    try:
        shown = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    is_own = bool(shown.netloc) and shown.netloc == request.headers.get("host")
    return shown._replace(scheme="", netloc="", fragment="").geturl() if is_own and shown.path else "/"


def _refused(status: int, code: str, problem: str) -> JSONResponse:
    headers = {"WWW-Authenticate": 'Bearer realm="ripeline"'} if status == 401 else None
    return JSONResponse({"error": code, "problem": problem}, status, headers)
