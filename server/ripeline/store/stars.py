"""Stars: what a person says mattered, event by event; a vote for who writes the rules, which changes no score."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
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

_STARRED = """-- starred_items
SELECT k.text, coalesce(i.text, ''), coalesce(u.text, ''), count(*) AS stars, count(DISTINCT e.visitor_id)
FROM stars AS s JOIN events AS e ON e.seq = s.event_seq JOIN texts AS k ON k.id = e.kind_id
LEFT JOIN texts AS i ON i.id = e.item_id LEFT JOIN texts AS u ON u.id = e.url_id
GROUP BY e.kind_id, i.text, u.text ORDER BY stars DESC, k.text, i.text, u.text LIMIT ?"""

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


@dataclass(frozen=True, slots=True)
class StarredItem:
    """So many `stars` were given to that page, file, form or link (`address`), over so many `visitors`."""

    on: str
    item: str
    address: str
    stars: int
    visitors: int


def starred_items(conn: Connection, limit: int) -> tuple[StarredItem, ...]:
    """What people say mattered, the most said first."""
    return tuple(StarredItem(*row) for row in conn.execute(_STARRED, (limit,)).fetchall())
