"""The people of this server as their owner sees them: who there is, with which role, and since when not any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.people import IDLE_MS, User


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in, or might once; times in ms, `seen_at` None: not signed in anywhere."""

    id: int
    email: str
    name: str
    role: str
    created_at: int
    disabled_at: int | None
    seen_at: int | None


@dataclass(frozen=True, slots=True)
class Login:
    """One browser somebody is signed in with, by the hash of its key; times in ms."""

    token_hash: str
    created_at: int
    seen_at: int
    agent: str


_ALL: Final = """-- all_people
SELECT u.id, u.email, u.name, u.role, u.created_at, u.disabled_at, max(l.seen_at)
FROM users AS u LEFT JOIN logins AS l ON l.user_id = u.id
GROUP BY u.id ORDER BY u.disabled_at IS NOT NULL, u.role = 'owner' DESC, u.role = 'marketer' DESC, u.email"""
_ONE: Final = """-- user_by_id
SELECT id, email, name, role, locale, password_hash, disabled_at FROM users WHERE id = ?"""
_OTHER_OWNERS: Final = """-- other_owners
SELECT count(*) FROM users WHERE role = 'owner' AND disabled_at IS NULL AND id <> ?"""
_ROLE: Final = "/* change_role */ UPDATE users SET role = ? WHERE id = ?"
_DISABLE: Final = "/* disable_user */ UPDATE users SET disabled_at = ? WHERE id = ?"
_REMOVE: Final = "/* remove_user */ DELETE FROM users WHERE id = ?"
# What somebody had claimed is there for the others again when they are gone.
_RELEASE: Final = """-- release_handoffs_of
UPDATE handoffs SET state = iif(state = 'claimed', 'open', state), owner_id = NULL
WHERE owner_id = ? AND state IN ('claimed', 'snoozed')"""
_DESCRIBE: Final = "/* describe_user */ UPDATE users SET name = ?, locale = ? WHERE id = ?"
_LOGINS: Final = """-- logins_of
SELECT token_hash, created_at, seen_at, agent FROM logins WHERE user_id = ? AND expires_at > ? AND seen_at > ?
ORDER BY seen_at DESC"""
_END: Final = "/* end_logins_of */ DELETE FROM logins WHERE user_id = ? AND token_hash <> ?"
_TOUCH: Final = "/* touch_login */ UPDATE logins SET seen_at = ? WHERE token_hash = ?"
_SEEN: Final = "/* login_seen_at */ SELECT seen_at FROM logins WHERE token_hash = ?"


def all_people(conn: Connection) -> tuple[Person, ...]:
    """Everybody, owners first, whoever was shut out last."""
    return tuple(Person(*row) for row in conn.execute(_ALL).fetchall())


def user_by_id(conn: Connection, id: int) -> User | None:
    found = conn.execute(_ONE, (id,)).fetchone()
    return User(*found) if found else None


def other_owners(conn: Connection, id: int) -> int:
    """How many owners can sign in besides that person."""
    return int(conn.execute(_OTHER_OWNERS, (id,)).fetchone()[0])


def give_role(conn: Connection, id: int, role: str) -> None:
    conn.execute(_ROLE, (role, id))


def shut_out(conn: Connection, id: int, at: int) -> None:
    """From now on (ms) they cannot sign in, and are signed in nowhere."""
    conn.execute(_DISABLE, (at, id))
    end_logins(conn, id)


def let_in(conn: Connection, id: int) -> None:
    """They may sign in again."""
    conn.execute(_DISABLE, (None, id))


def remove_user(conn: Connection, id: int) -> None:
    """As if they had never been let in; what they did stays under their e-mail, what they had claimed is free."""
    conn.execute(_RELEASE, (id,))
    conn.execute(_REMOVE, (id,))


def describe_user(conn: Connection, id: int, name: str, locale: str) -> None:
    conn.execute(_DESCRIBE, (name, locale, id))


def logins_of(conn: Connection, id: int, now: int) -> tuple[Login, ...]:
    """Where they are signed in, the browser used last first."""
    return tuple(Login(*row) for row in conn.execute(_LOGINS, (id, now, now - IDLE_MS)).fetchall())


def end_logins(conn: Connection, id: int, but: str = "") -> int:
    """Sign them out everywhere, but for the login of this hash; how many logins that ended."""
    return int(conn.execute(_END, (id, but)).rowcount)


def login_seen_at(conn: Connection, token_hash: str) -> int | None:
    """When that login was written down as used last (ms), None: there is no such login."""
    found = conn.execute(_SEEN, (token_hash,)).fetchone()
    return int(found[0]) if found else None


def touch_login(conn: Connection, token_hash: str, at: int) -> None:
    conn.execute(_TOUCH, (at, token_hash))


def end_all_logins(conn: Connection) -> None:
    """Sign everybody out everywhere."""
    conn.execute("-- end_all_logins\nDELETE FROM logins")
