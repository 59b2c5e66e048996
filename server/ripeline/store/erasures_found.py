"""Everybody and everything a line of the list of erasures may name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.projection import as_json

_EMAILS: Final = "-- all_emails\nSELECT id, email FROM leads WHERE email IS NOT NULL"
_VISITORS: Final = (
    "-- all_visitors\nSELECT id, coalesce(alias_of, id), key FROM visitors WHERE id > ? ORDER BY id LIMIT ?"
)
_EVENTS: Final = """-- all_events
SELECT seq, visitor_id, site_id || ':' || event_id FROM events WHERE seq > ? ORDER BY seq LIMIT ?"""
_SEQS: Final = "-- events_of_visitors\nSELECT seq FROM events WHERE visitor_id IN (SELECT value FROM json_each(?))"
_LEADS: Final = """-- leads_of_visitors
SELECT DISTINCT lead_id FROM epochs WHERE visitor_id IN (SELECT value FROM json_each(?))"""

_AT_ONCE: Final = 10_000


def all_emails(conn: Connection) -> list[tuple[int, str]]:
    """(lead, e-mail) of every lead that has one."""
    return list(conn.execute(_EMAILS).fetchall())


def all_visitors(conn: Connection) -> Iterator[tuple[int, str]]:
    """(visitor, key) of every visitor, its other names too."""
    for _, visitor, key in _all(conn, _VISITORS):
        yield visitor, key


def all_events(conn: Connection) -> Iterator[tuple[int, str]]:
    """(place in the log, site and id) of every event."""
    for seq, _, name in _all(conn, _EVENTS):
        yield seq, name


def seqs_of_visitors(conn: Connection, visitors: Collection[int]) -> list[int]:
    """Places in the log of all these visitors did."""
    return [seq for (seq,) in conn.execute(_SEQS, (as_json(list(visitors)),)).fetchall()]


def leads_of_visitors(conn: Connection, visitors: Collection[int]) -> list[int]:
    """Leads any of their events belongs to."""
    return [lead for (lead,) in conn.execute(_LEADS, (as_json(list(visitors)),)).fetchall()]


def _all(conn: Connection, sql: str) -> Iterator[tuple[int, int, str]]:
    after = -1
    while found := conn.execute(sql, (after, _AT_ONCE)).fetchall():
        yield from found
        after = found[-1][0]
