"""The tokens of programs as their owner sees them: which there are, when each was used, and away with one."""

from __future__ import annotations

from typing import Final

from ripeline.store.database import Connection
from ripeline.store.people import Token

_ALL: Final = "/* all_tokens */ SELECT id, name, scope, created_at, used_at FROM tokens ORDER BY name"
_ONE: Final = "/* token_by_id */ SELECT id, name, scope, created_at, used_at FROM tokens WHERE id = ?"
_DROP: Final = "/* drop_token */ DELETE FROM tokens WHERE id = ?"
_USED: Final = "/* used_token */ UPDATE tokens SET used_at = ? WHERE id = ?"


def all_tokens(conn: Connection) -> tuple[Token, ...]:
    """Every token, by name."""
    return tuple(_token(row) for row in conn.execute(_ALL).fetchall())


def token_by_id(conn: Connection, id: int) -> Token | None:
    found = conn.execute(_ONE, (id,)).fetchone()
    return _token(found) if found else None


def drop_token(conn: Connection, id: int) -> None:
    conn.execute(_DROP, (id,))


def used_token(conn: Connection, id: int, at: int) -> None:
    """It was used at that moment (ms)."""
    conn.execute(_USED, (at, id))


def _token(row: tuple[int, str, str, int, int | None]) -> Token:
    id, name, scope, created_at, used_at = row
    return Token(id, name, frozenset(scope.split()), created_at, used_at)
