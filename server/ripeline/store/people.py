"""People who sign in, their logins and failures, and the tokens of programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.store.database import Connection

#: A login nobody used for so long (ms) is over, whenever it would have ended.
IDLE_MS: Final = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in; `password_hash` None until they chose one."""

    id: int
    email: str
    name: str
    role: str
    locale: str
    password_hash: str | None
    disabled_at: int | None


@dataclass(frozen=True, slots=True)
class Token:
    """A program's key, without the key: name, scopes, when made and last used (ms)."""

    id: int
    name: str
    scopes: frozenset[str]
    created_at: int
    used_at: int | None


_USER = "u.id, u.email, u.name, u.role, u.locale, u.password_hash, u.disabled_at"


def has_users(conn: Connection) -> bool:
    return bool(conn.execute("/* has_users */ SELECT EXISTS (SELECT 1 FROM users)").fetchone()[0])


def user_by_email(conn: Connection, email: str) -> User | None:
    row = conn.execute(f"/* user_by_email */ SELECT {_USER} FROM users u WHERE u.email = ?", (email,)).fetchone()
    return User(*row) if row else None


def add_user(conn: Connection, user: User, now: int) -> int:
    """Store a new person, return the id; sqlite3.IntegrityError if the e-mail is taken."""
    row = conn.execute(
        """/* add_user */ INSERT INTO users (email, name, role, locale, password_hash, created_at)
        VALUES (?, ?, ?, ?, ?, ?) RETURNING id""",
        (user.email, user.name, user.role, user.locale, user.password_hash, now),
    ).fetchone()
    return int(row[0])


def change_password(conn: Connection, user_id: int, password_hash: str) -> None:
    """A new password ends every login made with the old one."""
    conn.execute("/* change_password */ UPDATE users SET password_hash = ? WHERE id = ?", (password_hash, user_id))
    conn.execute("/* end_logins */ DELETE FROM logins WHERE user_id = ?", (user_id,))


def remember_locale(conn: Connection, user_id: int, locale: str) -> None:
    conn.execute("/* remember_locale */ UPDATE users SET locale = ? WHERE id = ?", (locale, user_id))


def add_login(conn: Connection, token_hash: str, user_id: int, now: int, expires_at: int) -> None:
    conn.execute(
        """/* add_login */ INSERT INTO logins (token_hash, user_id, created_at, seen_at, expires_at)
        VALUES (?, ?, ?, ?, ?)""",
        (token_hash, user_id, now, now, expires_at),
    )
    conn.execute(
        "/* forget_old_logins */ DELETE FROM logins WHERE expires_at <= ? OR seen_at <= ?", (now, now - IDLE_MS)
    )


def name_login(conn: Connection, token_hash: str, agent: str) -> None:
    """Which browser that is, as it calls itself."""
    conn.execute("/* name_login */ UPDATE logins SET agent = ? WHERE token_hash = ?", (agent, token_hash))


def user_of_login(conn: Connection, token_hash: str, now: int) -> User | None:
    """Who that login is, unless it expired, was left alone for too long, or the person was disabled."""
    row = conn.execute(
        f"""/* user_of_login */ SELECT {_USER} FROM logins l JOIN users u ON u.id = l.user_id
        WHERE l.token_hash = ? AND l.expires_at > ? AND l.seen_at > ? AND u.disabled_at IS NULL""",
        (token_hash, now, now - IDLE_MS),
    ).fetchone()
    return User(*row) if row else None


def end_login(conn: Connection, token_hash: str) -> None:
    conn.execute("/* end_login */ DELETE FROM logins WHERE token_hash = ?", (token_hash,))


def failures_of(conn: Connection, key: str) -> tuple[int, int]:
    """(failures in a row, ms of the last one); (0, 0) when there are none."""
    row = conn.execute("/* failures_of */ SELECT failures, last_at FROM attempts WHERE key = ?", (key,)).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def count_failure(conn: Connection, key: str, now: int) -> None:
    conn.execute(
        """/* count_failure */ INSERT INTO attempts (key, failures, last_at) VALUES (?, 1, ?)
        ON CONFLICT (key) DO UPDATE SET failures = failures + 1, last_at = excluded.last_at""",
        (key, now),
    )


def forget_failure(conn: Connection, key: str) -> None:
    conn.execute("/* forget_failure */ DELETE FROM attempts WHERE key = ?", (key,))


def uncount_failure(conn: Connection, key: str) -> None:
    """One failure less, and none that was not there."""
    conn.execute(
        "/* uncount_failure */ UPDATE attempts SET failures = failures - 1 WHERE key = ? AND failures > 0", (key,)
    )


def forget_failures_before(conn: Connection, moment: int) -> None:
    conn.execute("/* forget_failures_before */ DELETE FROM attempts WHERE last_at < ?", (moment,))


def add_token(conn: Connection, name: str, token_hash: str, scopes: frozenset[str], now: int) -> None:
    """Store a program's key by its hash; sqlite3.IntegrityError if the name is taken."""
    conn.execute(
        "/* add_token */ INSERT INTO tokens (name, token_hash, scope, created_at) VALUES (?, ?, ?, ?)",
        (name, token_hash, " ".join(sorted(scopes)), now),
    )


def token_by_hash(conn: Connection, token_hash: str) -> Token | None:
    row = conn.execute(
        "/* token_by_hash */ SELECT id, name, scope, created_at, used_at FROM tokens WHERE token_hash = ?",
        (token_hash,),
    ).fetchone()
    return Token(row[0], row[1], frozenset(row[2].split()), row[3], row[4]) if row else None


def has_token_named(conn: Connection, name: str) -> bool:
    found = conn.execute("/* has_token_named */ SELECT 1 FROM tokens WHERE name = ?", (name,)).fetchone()
    return found is not None
