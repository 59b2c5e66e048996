"""What the tokens of senders may do, remembered for a moment: a batch must not wait for a look-up each time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from ripeline.auth.secrets import hash_of
from ripeline.auth.tokens import bearer_key, is_use_news, scopes_of, token_of, why_refused
from ripeline.collect.refusals import Refused
from ripeline.collect.storing import unread
from ripeline.errors import LogRefused
from ripeline.store.database import Connection, Database, DatabaseError
from ripeline.store.token_rows import used_token

_REMEMBERED_MS: Final = 2_000
_MOST_REMEMBERED: Final = 500


class Tokens:
    """Scopes by token; a withdrawn one works for two seconds more. When it was used last is written down beside."""

    def __init__(self, database: Database, write: Callable[[Callable[[Connection], None]], Awaitable[None]]) -> None:
        self._database = database
        self._write = write
        self._notes: set[asyncio.Task[None]] = set()
        self._known: dict[str, tuple[int, frozenset[str]]] = {}

    def check(self, authorization: bytes, scope: str, now: int) -> None:
        """Raises `Refused` 401 without a known token, 403 for one without this scope, 503 when that cannot be read."""
        self.check_key(bearer_key(authorization.decode("latin-1")), scope, now)

    def check_key(self, key: str, scope: str, now: int) -> None:
        """The same, of a token that came in another way."""
        scopes = self._scopes(key, now) if key else frozenset()
        if not scopes:
            raise Refused(401, "unauthorized", why_refused(key))
        if scope not in scopes:
            raise Refused(403, "forbidden", f"this token lacks the scope {scope!r}")

    def _scopes(self, key: str, now: int) -> frozenset[str]:
        hashed = hash_of(key)
        known = self._known.get(hashed)
        if known is not None and 0 <= now - known[0] < _REMEMBERED_MS:
            return known[1]
        try:
            with self._database.read() as conn:
                token = token_of(conn, key)
        except DatabaseError as error:
            raise unread(error) from error
        scopes = scopes_of(token)
        if token is not None and is_use_news(token, now):
            self._note(token.id, now)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[hashed] = (now, scopes)
        return scopes

    def _note(self, token: int, now: int) -> None:
        # Beside the request, which does not wait for it.
        task = asyncio.ensure_future(self._noted(token, now))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _noted(self, token: int, now: int) -> None:
        try:
            await self._write(lambda conn: used_token(conn, token, now))
        except LogRefused:
            # The next look-up notes it.
            return
