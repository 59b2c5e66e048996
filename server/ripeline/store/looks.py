"""When it is to be looked at again whether a lead is handed over, though nothing may happen until then."""

from __future__ import annotations

from collections.abc import Iterable

from ripeline.store.database import Connection
from ripeline.store.projection import as_json

_PUT = """-- put_look
INSERT INTO looks (lead_id, model, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at"""
_DROP = "-- drop_look\nDELETE FROM looks WHERE lead_id = ? AND model = ?"
_DROP_ALL = "-- drop_looks\nDELETE FROM looks WHERE lead_id IN (SELECT value FROM json_each(?))"
_DUE = "-- due_looks\nSELECT DISTINCT lead_id FROM looks WHERE at <= ? ORDER BY lead_id LIMIT ?"


def put_look(conn: Connection, lead: int, model: str, at: int | None) -> None:
    """Look at the lead in that model at `at` (ms), or not at all."""
    if at is None:
        conn.execute(_DROP, (lead, model))
    else:
        conn.execute(_PUT, (lead, model, at))


def drop_looks(conn: Connection, leads: Iterable[int]) -> None:
    """Nothing is to be looked at any more."""
    conn.execute(_DROP_ALL, (as_json(list(leads)),))


def due_looks(conn: Connection, now: int, limit: int) -> list[int]:
    """At most `limit` leads to be looked at by `now` (ms)."""
    return [lead for (lead,) in conn.execute(_DUE, (now, limit)).fetchall()]
