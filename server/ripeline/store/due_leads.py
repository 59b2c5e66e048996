"""Which leads time alone changes, and when: found by an index on the next day, not by looking at every lead."""

from __future__ import annotations

from ripeline.store.database import Connection

_DUE = "-- due_leads\nSELECT lead_id FROM lead_states WHERE due_at <= ? ORDER BY due_at LIMIT ?"
_OVERDUE = "-- count_due_leads\nSELECT count(*) FROM lead_states WHERE due_at <= ?"


def due_leads(conn: Connection, now: int, limit: int) -> list[int]:
    """At most `limit` leads that time has changed by `now` (ms), the longest due first."""
    return [lead for (lead,) in conn.execute(_DUE, (now, limit)).fetchall()]


def count_due_leads(conn: Connection, now: int) -> int:
    """How many leads time has changed by `now` (ms), and nobody has written it down yet."""
    return int(conn.execute(_OVERDUE, (now,)).fetchone()[0])
