"""What leads saw, and when first: pages, files and forms, for the contents of the Truth page and the ways to a sale."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ripeline.domain.urls import split_url
from ripeline.store.database import Connection
from ripeline.store.projection import as_json

# An epoch ends where the visitor's next one begins, whosever that is.
_SEEN: Final = """-- first_seen_items
WITH own AS (
  SELECT j.value AS lead_id, j.value AS id FROM json_each(:leads) AS j
  UNION ALL SELECT l.merged_into, l.id FROM leads AS l WHERE l.merged_into IN (SELECT value FROM json_each(:leads))
), spans AS (
  SELECT e.visitor_id, e.lead_id, e.from_at, e.from_rank, e.from_id,
    lead(e.from_at) OVER later AS to_at FROM epochs AS e
  WHERE e.visitor_id IN (SELECT visitor_id FROM epochs WHERE lead_id IN (SELECT id FROM own))
  WINDOW later AS (PARTITION BY e.visitor_id ORDER BY e.from_at, e.from_rank, e.from_id)
)
SELECT own.lead_id, k.text, coalesce(i.text, ''), coalesce(u.text, ''), min(e.at)
FROM own JOIN spans ON spans.lead_id = own.id
JOIN events AS e ON e.visitor_id = spans.visitor_id AND e.at >= spans.from_at
  AND (spans.to_at IS NULL OR e.at < spans.to_at)
JOIN texts AS k ON k.id = e.kind_id
LEFT JOIN texts AS i ON i.id = e.item_id
LEFT JOIN texts AS u ON u.id = e.url_id
WHERE e.suspect_id IS NULL AND k.text IN ('page', 'download', 'form')
GROUP BY own.lead_id, e.kind_id, e.item_id, CASE WHEN e.item_id IS NULL THEN e.url_id END
ORDER BY own.lead_id, min(e.at)"""


class Seen(NamedTuple):
    """A lead saw that item (see `domain.event.item_of`) for the first time then (ms)."""

    on: str
    item: str
    at: int


def first_seen_items(conn: Connection, leads: Iterable[int]) -> dict[int, list[Seen]]:
    """What each of those leads saw, by when it was first."""
    found: dict[int, list[Seen]] = {}
    known: set[tuple[int, str, str]] = set()
    for lead, on, item, url, at in conn.execute(_SEEN, {"leads": as_json(list(leads))}).fetchall():
        # One page has many addresses when queries differ.
        key = lead, on, item or split_url(url).path
        if key not in known:
            known.add(key)
            found.setdefault(lead, []).append(Seen(on, key[2], at))
    return found
