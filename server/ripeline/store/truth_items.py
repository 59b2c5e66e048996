"""What leads saw, and when first: pages, files and forms, for the contents of the Truth page and the ways to a sale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ripeline.domain.urls import split_url
from ripeline.store.database import Connection
from ripeline.store.projection import as_json

# An epoch ends where the visitor's next one begins, whosever that is.
_SEEN: Final = """-- items_of_people
WITH spans AS MATERIALIZED (
  SELECT e.visitor_id, e.lead_id, e.from_at, lead(e.from_at) OVER later AS to_at FROM epochs AS e
  WHERE e.visitor_id IN (
    SELECT o.visitor_id FROM json_each(:leads) AS j CROSS JOIN epochs AS o ON o.lead_id = j.value
    UNION ALL SELECT o.visitor_id FROM leads AS l CROSS JOIN epochs AS o ON o.lead_id = l.id
    WHERE l.merged_into IN (SELECT value FROM json_each(:leads)))
  WINDOW later AS (PARTITION BY e.visitor_id ORDER BY e.from_at, e.from_rank, e.from_id)
)
SELECT coalesce(l.merged_into, l.id), e.kind_id, e.item_id, CASE WHEN e.item_id IS NULL THEN e.url_id END, e.title_id,
  e.at
FROM spans CROSS JOIN leads AS l ON l.id = spans.lead_id
CROSS JOIN events AS e ON e.visitor_id = spans.visitor_id AND e.at >= spans.from_at
  AND (spans.to_at IS NULL OR e.at < spans.to_at)
WHERE e.suspect_id IS NULL AND e.kind_id IN (SELECT id FROM texts WHERE text IN ('page', 'download', 'form'))"""
_TEXTS: Final = "-- texts_of_items\nSELECT id, text FROM texts WHERE id IN (SELECT value FROM json_each(?))"

_NEVER: Final = (-1, 0)


class Seen(NamedTuple):
    """A lead saw that item (see `domain.event.item_of`) for the first time then (ms)."""

    on: str
    item: str
    at: int


@dataclass(frozen=True, slots=True)
class SeenItems:
    """What each lead saw, by when it was first; and what pages are titled, by their path (the title last seen)."""

    of: dict[int, list[Seen]]
    titles: dict[str, str]


def first_seen_items(conn: Connection, leads: Iterable[int]) -> SeenItems:
    """What each of those leads saw."""
    asked = set(leads)
    first: dict[tuple[int, int, int | None, int | None], int] = {}
    titled: dict[int, tuple[int, int]] = {}
    for lead, kind, item, url, title, at in conn.execute(_SEEN, {"leads": as_json(list(asked))}).fetchall():
        key = lead, kind, item, url
        if lead in asked and at < first.get(key, at + 1):
            first[key] = at
        if title is not None and url is not None and titled.get(url, _NEVER)[0] < at:
            titled[url] = at, title
    return _told(conn, first, titled)


def _told(conn: Connection, first: dict[Any, int], titled: dict[int, tuple[int, int]]) -> SeenItems:
    ids = {id for key in first for id in key[1:] if id is not None} | {title for _, title in titled.values()}
    texts: dict[int, str] = dict(conn.execute(_TEXTS, (as_json(list(ids)),)).fetchall())
    # One page has many addresses when queries differ.
    paths = {url: split_url(texts[url]).path for url in {key[3] for key in first if key[3] is not None}}
    found: dict[int, dict[tuple[str, str], int]] = {}
    for (lead, kind, item, url), at in first.items():
        own = found.setdefault(lead, {})
        key = texts[kind], texts[item] if item is not None else paths.get(url, "")
        own[key] = min(own.get(key, at), at)
    titles = {paths[url]: texts[title] for url, (_, title) in sorted(titled.items(), key=_by_age) if url in paths}
    return SeenItems({lead: _in_order(own) for lead, own in found.items()}, titles)


def _by_age(titled: tuple[int, tuple[int, int]]) -> int:
    return titled[1][0]


def _in_order(own: dict[tuple[str, str], int]) -> list[Seen]:
    return [Seen(on, item, at) for (on, item), at in sorted(own.items(), key=lambda each: (each[1], each[0]))]
