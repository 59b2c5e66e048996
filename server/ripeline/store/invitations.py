"""Links that let one person in, once: invitations, and new passwords for whoever forgot theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ripeline.store.database import Connection

#: What such a link is for: a new person joins, or somebody chooses another password.
Purpose = Literal["invite", "reset"]

INVITATIONS: Final = """
-- One row a link that is open; it goes with its first use. nonce: so that no older link of that row is taken for it.
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, purpose TEXT NOT NULL CHECK (purpose IN ('invite', 'reset')),
  email TEXT NOT NULL, role TEXT NOT NULL, nonce TEXT NOT NULL, author TEXT NOT NULL,
  made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, UNIQUE (purpose, email)
) STRICT;
"""

_FIELDS: Final = "id, purpose, email, role, nonce, author, made_at, expires_at"
_DROP_SAME = "/* drop_invitation_of */ DELETE FROM invitations WHERE purpose = ? AND email = ?"
_ADD = f"""-- add_invitation
INSERT INTO invitations (purpose, email, role, nonce, author, made_at, expires_at)
VALUES (:purpose, :email, :role, :nonce, :author, :made_at, :expires_at) RETURNING {_FIELDS}"""
_ONE = f"/* invitation_by_id */ SELECT {_FIELDS} FROM invitations WHERE id = ?"
_ALL = f"/* open_invitations */ SELECT {_FIELDS} FROM invitations WHERE expires_at > ? ORDER BY made_at DESC, id DESC"
_DROP = "/* drop_invitation */ DELETE FROM invitations WHERE id = ?"
_DROP_OLD = "/* drop_old_invitations */ DELETE FROM invitations WHERE expires_at <= ?"
_DROP_OF = "/* drop_links_of */ DELETE FROM invitations WHERE email = ?"
_DROP_BY = "/* drop_links_by */ DELETE FROM invitations WHERE author = ?"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open link: what for, for whom, with which role ("" when it is for a password), by whom, until when (ms)."""

    id: int
    purpose: Purpose
    email: str
    role: str
    nonce: str
    author: str
    made_at: int
    expires_at: int


def add_invitation(conn: Connection, asked: dict[str, object]) -> Invitation:
    """A new open link (all fields but the id); one for the same person and purpose made before is open no more."""
    conn.execute(_DROP_OLD, (asked["made_at"],))
    conn.execute(_DROP_SAME, (asked["purpose"], asked["email"]))
    return Invitation(*conn.execute(_ADD, asked).fetchone())


def invitation_by_id(conn: Connection, id: int) -> Invitation | None:
    """That link, whether or not it has expired; None once it was used or withdrawn."""
    found = conn.execute(_ONE, (id,)).fetchone()
    return Invitation(*found) if found else None


def open_invitations(conn: Connection, now: int) -> tuple[Invitation, ...]:
    """Every link that could still be used, the newest first."""
    return tuple(Invitation(*row) for row in conn.execute(_ALL, (now,)).fetchall())


def drop_invitation(conn: Connection, id: int) -> bool:
    """Whether it was open (nobody else has used it), and is no more."""
    return bool(conn.execute(_DROP, (id,)).rowcount)


def drop_links_of(conn: Connection, email: str) -> None:
    """Nothing lets this person in but their password."""
    conn.execute(_DROP_OF, (email,))


def drop_links_by(conn: Connection, author: str) -> None:
    """What this person made lets nobody in: it must not be a way back for whoever may make links no more."""
    conn.execute(_DROP_BY, (author,))
