"""Small facts about the database itself, by name: the fold's cursor, the rules in force, the set-up key."""

from __future__ import annotations

from ripeline.store.database import Connection

_READ = "-- read_meta\nSELECT value FROM meta WHERE key = ?"
_DROP = "-- drop_meta\nDELETE FROM meta WHERE key = ?"
_WRITE = """-- write_meta
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"""


def read_meta(conn: Connection, key: str) -> str | None:
    """The value, or None when it was never written."""
    row = conn.execute(_READ, (key,)).fetchone()
    return str(row[0]) if row else None


def drop_meta(conn: Connection, key: str) -> None:
    """As if it had never been written."""
    conn.execute(_DROP, (key,))


def write_meta(conn: Connection, key: str, value: str) -> None:
    conn.execute(_WRITE, (key, value))
