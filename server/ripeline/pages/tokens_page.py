"""Tokens: the keys of programs, made here, shown once, withdrawn here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.auth.logins import now_ms
from ripeline.auth.tokens import SCOPES, give_token
from ripeline.errors import InvalidRequest, NotFound
from ripeline.pages.desk import Desk, running_of, show, shown
from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.said import Done
from ripeline.pages.settings_deeds import MISTAKES, problem, told
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.people import Token
from ripeline.store.token_rows import all_tokens, drop_token, token_by_id

HERE: Final = "/settings/tokens"

_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class TokensPage:
    """Every token, and the key of the one made just now ("" when none was): it is shown this once."""

    tokens: tuple[Token, ...]
    scopes: tuple[str, ...]
    made: str
    key: str


def read_tokens(desk: Desk, made: str = "", key: str = "") -> TokensPage:
    """All of them, by name."""
    return TokensPage(all_tokens(desk.conn), SCOPES, made, key)


show_tokens: Final = shown("owner", "tokens.html", read_tokens)


@require("owner")
async def make_token(request: Request) -> Response:
    """The answer itself shows the key: it is kept nowhere, not even in a cookie on the way to the next page."""
    fields = await fields_of(request)
    name = " ".join(fields.get("name", "").split())
    scopes = frozenset(scope for scope in SCOPES if fields.get(scope))
    by = Said(request.state.user.email, now_ms())
    try:
        key = await running_of(request).write(lambda conn: _make(conn, by, name, scopes))
    except MISTAKES as error:
        return back(request, {}, HERE, Done(problem(error, words(request)), is_bad=True))
    return await show(request, "tokens.html", partial(read_tokens, made=name, key=key))


@require("owner")
async def withdraw_token(request: Request) -> Response:
    gettext = words(request).gettext
    return await told(
        request,
        partial(_withdraw, id=request.path_params["id"]),
        lambda name: Done(gettext("The token “%(name)s” opens nothing any more.") % {"name": name}),
        HERE,
    )


def _make(conn: Connection, by: Said, name: str, scopes: frozenset[str]) -> str:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidRequest("name", "is needed")
    if not scopes:
        raise InvalidRequest("scope", "at least one")
    return give_token(conn, by, name, scopes)


def _withdraw(conn: Connection, by: Said, id: int) -> str:
    token = token_by_id(conn, id)
    if token is None:
        raise NotFound("token", id)
    drop_token(conn, id)
    add_audit(conn, by, "token_withdrawn", token.name)
    return token.name


ROUTES: Final = [
    Route(HERE, show_tokens, methods=["GET"]),
    Route(HERE, make_token, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/withdraw", withdraw_token, methods=["POST"]),
]
