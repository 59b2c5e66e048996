"""What the Install page watches: has anything come in, and from which sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.domain.event import OBJECTION
from ripeline.store.database import Connection


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event that came in: what, where, when (ms received)."""

    on: str
    title: str
    url: str
    received_at: int


@dataclass(frozen=True, slots=True)
class SeenOrigin:
    """A site events came from; `mine` once somebody said so; times in ms, `last_at` 0 while nothing came."""

    origin: str
    mine: bool
    first_at: int
    last_at: int


#: An objection is said by somebody here, of a lead: nothing a site sent.
_AT_ONE_END: Final = """-- event_at_one_end
SELECT kind.text, title.text, url.text, e.received_at
FROM events AS e CROSS JOIN texts AS kind ON kind.id = e.kind_id
LEFT JOIN texts AS title ON title.id = e.title_id LEFT JOIN texts AS url ON url.id = e.url_id
WHERE kind.text <> ? ORDER BY e.seq {direction} LIMIT 1"""


def first_event(conn: Connection) -> SeenEvent | None:
    """The first event ever stored, None while there is none."""
    return _event(conn, "ASC")


def latest_event(conn: Connection) -> SeenEvent | None:
    """The one stored last, None while there is none."""
    return _event(conn, "DESC")


def _event(conn: Connection, direction: str) -> SeenEvent | None:
    found = conn.execute(_AT_ONE_END.format(direction=direction), (OBJECTION,)).fetchall()
    return SeenEvent(found[0][0], found[0][1] or "", found[0][2] or "", found[0][3]) if found else None


def seen_origins(conn: Connection) -> tuple[SeenOrigin, ...]:
    """Every site events came from, ours first, then in the order they were first seen."""
    found = conn.execute(
        """-- seen_origins
        SELECT DISTINCT origin, status = 'mine' AS mine, first_at, last_at FROM origins
        ORDER BY mine DESC, first_at, origin LIMIT 200"""
    ).fetchall()
    return tuple(SeenOrigin(origin, bool(mine), first_at, last_at) for origin, mine, first_at, last_at in found)


def own_origin(conn: Connection, origin: str, at: int) -> None:
    """This one is ours, also before anything came from it; from now on only such sites are taken. `at` in ms."""
    conn.execute("/* own_origin */ UPDATE origins SET status = 'mine' WHERE origin = ?", (origin,))
    conn.execute(
        """-- own_new_origin
        INSERT OR IGNORE INTO origins (site_id, origin, status, first_at, last_at)
        SELECT min(id), ?, 'mine', ?, 0 FROM sites
        WHERE NOT EXISTS (SELECT 1 FROM origins WHERE origin = ?) HAVING min(id) IS NOT NULL""",
        (origin, at, origin),
    )


def disown_origin(conn: Connection, origin: str) -> None:
    """Take that back; one that never sent anything is forgotten."""
    conn.execute("/* forget_origin */ DELETE FROM origins WHERE origin = ? AND last_at = 0", (origin,))
    conn.execute("/* disown_origin */ UPDATE origins SET status = 'seen' WHERE origin = ?", (origin,))
