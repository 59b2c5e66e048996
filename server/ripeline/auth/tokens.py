"""Keys of programs: made once, shown once, each with its scopes."""

from __future__ import annotations

from base64 import b64decode
from typing import Final

from ripeline.auth.secrets import hash_of, new_key
from ripeline.errors import InvalidSetting
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.people import Token, add_token, has_token_named, token_by_hash

SCOPES: Final = ("write", "read", "admin")

_LONGEST_KEY: Final = 200
_NOTED_EVERY_MS: Final = 3_600_000


def create_token(conn: Connection, name: str, scopes: frozenset[str], now: int) -> str:
    """Make and store a key, return it (never seen again); InvalidSetting when the name is taken or says nothing."""
    if not name.strip() or not name.isprintable():
        raise InvalidSetting("NAME", name, "say what it is for, like crm")
    if has_token_named(conn, name):
        raise InvalidSetting("NAME", name, "there is a token of that name already; choose another")
    key = new_key("rpl_")
    add_token(conn, name, hash_of(key), scopes, now)
    return key


def give_token(conn: Connection, by: Said, name: str, scopes: frozenset[str]) -> str:
    """`create_token`, and its line in the audit log."""
    key = create_token(conn, name, scopes, by.at)
    add_audit(conn, by, "token_created", f"{name} ({', '.join(sorted(scopes))})")
    return key


def token_of(conn: Connection, key: str) -> Token | None:
    """The token of this key, None for an unknown one."""
    return token_by_hash(conn, hash_of(key)) if 0 < len(key) <= _LONGEST_KEY else None


def token_scope(conn: Connection, key: str) -> frozenset[str]:
    """What the key may do, empty for an unknown one; `admin` may do everything."""
    return scopes_of(token_of(conn, key))


def why_refused(key: str) -> str:
    """What is said to who shows this key, and no token has it ("": shows none)."""
    return "there is no such token: it may have been withdrawn" if key else "send a token: Authorization: Bearer …"


def scopes_of(token: Token | None) -> frozenset[str]:
    """What this token may do, nothing for None; `admin` may do everything."""
    if token is None:
        return frozenset()
    return frozenset(SCOPES) if "admin" in token.scopes else token.scopes


def is_use_news(token: Token, now: int) -> bool:
    """Whether it is to be written down that the token was used at `now` (ms): once an hour is enough."""
    return token.used_at is None or now - token.used_at > _NOTED_EVERY_MS


def bearer_key(authorization: str) -> str:
    """The key of an `Authorization: Bearer …` header, "" when it is anything else."""
    kind, _, key = authorization.partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def basic_user(authorization: str) -> str:
    """The user name of an `Authorization: Basic …` header, "" when it is anything else."""
    return basic_pair(authorization)[0]


def basic_pair(authorization: str) -> tuple[str, str]:
    """User name and password of an `Authorization: Basic …` header, "" when it is anything else."""
    kind, _, credentials = authorization.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = b64decode(credentials.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password
