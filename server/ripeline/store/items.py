"""Which pages, files and forms were seen lately, and by how many."""

from __future__ import annotations

from typing import Final

from ripeline.store.database import Connection

_RECENT: Final = """-- recent_items
SELECT k.text, t.text, i.visitors, i.last_at FROM items AS i JOIN texts AS k ON k.id = i.kind_id
JOIN texts AS t ON t.id = i.text_id WHERE i.last_at >= ? ORDER BY i.visitors DESC, i.text_id LIMIT ?"""


def recent_items(conn: Connection, since: int, limit: int) -> list[tuple[str, str, int, int]]:
    """Kind, address (or name of a form), visitors ever, and when last (ms), of what was seen since then (ms)."""
    return conn.execute(_RECENT, (since, limit)).fetchall()
