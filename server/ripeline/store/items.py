"""Which pages, files and forms were seen lately, and by how many."""

from __future__ import annotations

from typing import Final

from ripeline.store.database import Connection
from ripeline.store.reading import LARGEST_INTEGER
from ripeline.store.seen_items import NEW_ITEMS, kind_ids, seen_upto

_RECENT: Final = f"""-- recent_items
SELECT k.text, t.text, sum(item.visitors) AS visitors, max(item.last_at) FROM (
  SELECT kind_id, text_id, visitors, last_at FROM items UNION ALL SELECT * FROM ({NEW_ITEMS})
) AS item CROSS JOIN texts AS k ON k.id = item.kind_id CROSS JOIN texts AS t ON t.id = item.text_id
GROUP BY item.kind_id, item.text_id HAVING max(item.last_at) >= :since
ORDER BY visitors DESC, item.text_id LIMIT :limit"""


def recent_items(conn: Connection, since: int, limit: int) -> list[tuple[str, str, int, int]]:
    """Kind, address (or name of a form), visitors ever, and when last (ms), of what was seen since then (ms)."""
    new = kind_ids(conn) | {"after": seen_upto(conn), "upto": LARGEST_INTEGER}
    return conn.execute(_RECENT, new | {"since": since, "limit": limit}).fetchall()
