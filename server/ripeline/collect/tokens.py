"""What the tokens of senders may do, remembered for a moment: a batch must not wait for a look-up each time."""

from __future__ import annotations

from typing import Final

from ripeline.auth.secrets import hash_of
from ripeline.auth.tokens import bearer_key, token_scope
from ripeline.collect.refusals import Refused
from ripeline.store.database import Database

_REMEMBERED_MS: Final = 2_000
_MOST_REMEMBERED: Final = 500


class Tokens:
    """Scopes by token; a revoked one works for two seconds more."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[int, frozenset[str]]] = {}

    def check(self, authorization: bytes, scope: str, now: int) -> None:
        """Raises `Refused` 401 without a known token, 403 for one without this scope."""
        self.check_key(bearer_key(authorization.decode("latin-1")), scope, now)

    def check_key(self, key: str, scope: str, now: int) -> None:
        """The same, of a token that came in another way."""
        scopes = self._scopes(key, now) if key else frozenset()
        if not scopes:
            raise Refused(401, "unauthorized", "send a token: Authorization: Bearer …")
        if scope not in scopes:
            raise Refused(403, "forbidden", f"this token lacks the scope {scope!r}")

    def _scopes(self, key: str, now: int) -> frozenset[str]:
        hashed = hash_of(key)
        known = self._known.get(hashed)
        if known is not None and 0 <= now - known[0] < _REMEMBERED_MS:
            return known[1]
        with self._database.read() as conn:
            scopes = token_scope(conn, key)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[hashed] = (now, scopes)
        return scopes
