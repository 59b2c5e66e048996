"""Which lead each visitor's events belong to, from which place in the total order on."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ripeline.domain.event import OrderKey
from ripeline.store.database import Connection
from ripeline.store.projection import as_json
from ripeline.store.projection_writing import Statement

#: Where the epoch starts, the e-mail of its lead (None: anonymous), the lead that reads it, and its own lead.
StoredEpoch = tuple[OrderKey, str | None, int, int]

#: At this place in the total order a visitor named itself; None: by a name that a person took from it.
StoredClaim = tuple[OrderKey, str | None]

_OF_VISITORS = """-- epochs_of_visitors
SELECT e.visitor_id, e.from_at, e.from_rank, e.from_id, l.email, coalesce(l.merged_into, l.id), l.id
FROM epochs AS e JOIN leads AS l ON l.id = e.lead_id
WHERE e.visitor_id IN (SELECT value FROM json_each(?))
ORDER BY e.visitor_id, e.from_at, e.from_rank, e.from_id"""

_CLAIMS = """-- claims_of_visitors
SELECT e.visitor_id, e.at, k.text NOT IN ('download', 'form', 'identify'), e.event_id,
  CASE WHEN d.email IS NULL THEN e.extra ->> '$.e' END
FROM events AS e CROSS JOIN texts AS k ON k.id = e.kind_id
LEFT JOIN detachments AS d ON d.visitor_id = e.visitor_id AND d.email = e.extra ->> '$.e'
WHERE e.visitor_id IN (SELECT value FROM json_each(?)) AND e.seq <= ?
  AND e.extra IS NOT NULL AND e.suspect_id IS NULL AND e.extra ->> '$.e' IS NOT NULL
  AND e.seq NOT IN (SELECT seq FROM quarantine WHERE unplaced)"""

_DROP = "-- drop_epochs\nDELETE FROM epochs WHERE visitor_id IN (SELECT value FROM json_each(?))"
_SAVE = Statement("save_epochs", "INSERT INTO epochs", 5)
_OF_LEADS = """-- visitors_of_leads
SELECT DISTINCT visitor_id FROM epochs WHERE lead_id IN (
  SELECT value FROM json_each(:leads) UNION ALL
  SELECT id FROM leads WHERE merged_into IN (SELECT value FROM json_each(:leads))) ORDER BY visitor_id"""
_REPOINT = "-- repoint_epochs\nUPDATE epochs SET lead_id = ? WHERE lead_id = ? RETURNING visitor_id"
_VISITORS = "-- next_visitors\nSELECT id FROM visitors WHERE alias_of IS NULL AND id > ? ORDER BY id LIMIT ?"


def epochs_of_visitors(conn: Connection, visitors: Iterable[int]) -> dict[int, list[StoredEpoch]]:
    """The epochs of those visitors that have any, in order."""
    found: dict[int, list[StoredEpoch]] = {}
    for visitor, at, rank, id, *rest in conn.execute(_OF_VISITORS, (json.dumps(list(visitors)),)).fetchall():
        found.setdefault(visitor, []).append(((at, rank, id), *rest))
    return found


def visitors_of_leads(conn: Connection, lead_ids: Iterable[int]) -> list[int]:
    """The visitors of whom those leads, or leads merged into them, have at least an epoch."""
    return [visitor for (visitor,) in conn.execute(_OF_LEADS, {"leads": as_json(list(lead_ids))}).fetchall()]


def claims_of_visitors(conn: Connection, visitors: Iterable[int], upto: int) -> dict[int, list[StoredClaim]]:
    """What those visitors claimed to be in events up to that `seq`; events suspect or passed over claim nothing."""
    found: dict[int, list[StoredClaim]] = {}
    for visitor, at, rank, id, email in conn.execute(_CLAIMS, (json.dumps(list(visitors)), upto)).fetchall():
        found.setdefault(visitor, []).append(((at, rank, id), email))
    return found


def save_epochs(conn: Connection, epochs: dict[int, list[tuple[OrderKey, int]]], known: Iterable[int]) -> None:
    """Write each visitor's epochs as (start, lead id); those of `known` visitors replace what was there."""
    replaced = list(known)
    if replaced:
        conn.execute(_DROP, (as_json(replaced),))
    rows = [(visitor, *start, lead) for visitor, starts in epochs.items() for start, lead in starts]
    _SAVE.run(conn, rows)


def repoint_epochs(conn: Connection, moves: Iterable[tuple[int, int]]) -> list[int]:
    """Give the epochs that leads still have to others, as (gone, lead): the visitors whose they were."""
    return [row[0] for gone, lead in moves for row in conn.execute(_REPOINT, (lead, gone)).fetchall()]


def next_visitors(conn: Connection, after: int, limit: int) -> list[int]:
    """The next visitors (those that are not another's alias), by id."""
    return [id for (id,) in conn.execute(_VISITORS, (after, limit)).fetchall()]
