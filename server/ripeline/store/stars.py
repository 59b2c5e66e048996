"""Stars: what a person says mattered, event by event; a vote for who writes the rules, which changes no score."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.projection import as_json

STAR_TABLES: Final = """
CREATE TABLE stars (
  event_seq INTEGER NOT NULL, author TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (event_seq, author)
) STRICT, WITHOUT ROWID;
"""

_GIVE = "-- give_star\nINSERT INTO stars (event_seq, author, at) VALUES (?, ?, ?)"
_TAKE = "-- take_star\nDELETE FROM stars WHERE event_seq = ? AND author = ? RETURNING 1"
_ERASE = "-- erase_stars\nDELETE FROM stars WHERE event_seq IN (SELECT value FROM json_each(?))"
_OF_EVENTS = """-- stars_of_events
SELECT s.event_seq, s.author, coalesce(nullif(u.name, ''), s.author)
FROM stars AS s LEFT JOIN users AS u ON u.email = s.author
WHERE s.event_seq IN (SELECT value FROM json_each(?)) ORDER BY s.event_seq, s.at, s.author"""

#: Who gave a star: the address they sign in with, and what they are called.
Giver = tuple[str, str]


def turn_star(conn: Connection, seq: int, by: Said) -> bool:
    """Give a person's star to the event at that place of the log, or take it back; whether it has it now."""
    if conn.execute(_TAKE, (seq, by.author)).fetchone() is not None:
        return False
    conn.execute(_GIVE, (seq, by.author, by.at))
    return True


def stars_of(conn: Connection, seqs: Collection[int]) -> dict[int, tuple[Giver, ...]]:
    """Who starred each of those events, the first first; events without a star are left out."""
    found: dict[int, tuple[Giver, ...]] = {}
    for seq, author, name in conn.execute(_OF_EVENTS, (as_json(list(seqs)),)).fetchall():
        found[seq] = (*found.get(seq, ()), (author, name))
    return found


def erase_stars(conn: Connection, seqs: Collection[int]) -> None:
    """With the events go the stars they were given."""
    conn.execute(_ERASE, (as_json(list(seqs)),))
