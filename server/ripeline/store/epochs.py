"""Which lead each visitor's events belong to, from which place in the total order on."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ripeline.domain.event import OrderKey
from ripeline.store.database import Connection
from ripeline.store.projection import as_json
from ripeline.store.projection_writing import Statement

#: Where the epoch starts, the e-mail of its lead (None: anonymous), and the lead's id.
StoredEpoch = tuple[OrderKey, str | None, int]

_OF_VISITORS = """-- epochs_of_visitors
SELECT e.visitor_id, e.from_at, e.from_rank, e.from_id, l.email, e.lead_id
FROM epochs AS e JOIN leads AS l ON l.id = e.lead_id
WHERE e.visitor_id IN (SELECT value FROM json_each(?))
ORDER BY e.visitor_id, e.from_at, e.from_rank, e.from_id"""

_CLAIMS = """-- claims_of_visitors
SELECT e.visitor_id, e.at, k.text NOT IN ('download', 'form', 'identify'), e.event_id, e.extra ->> '$.e'
FROM events AS e CROSS JOIN texts AS k ON k.id = e.kind_id
WHERE e.visitor_id IN (SELECT value FROM json_each(?)) AND e.seq <= ?
  AND e.extra IS NOT NULL AND e.suspect_id IS NULL AND e.extra ->> '$.e' IS NOT NULL"""

_DROP = "-- drop_epochs\nDELETE FROM epochs WHERE visitor_id IN (SELECT value FROM json_each(?))"
_SAVE = Statement("save_epochs", "INSERT INTO epochs", 5)
_OF_LEADS = """-- visitors_of_leads
SELECT DISTINCT visitor_id FROM epochs WHERE lead_id IN (SELECT value FROM json_each(?)) ORDER BY visitor_id"""
_VISITORS = "-- next_visitors\nSELECT id FROM visitors WHERE alias_of IS NULL AND id > ? ORDER BY id LIMIT ?"


def epochs_of_visitors(conn: Connection, visitors: Iterable[int]) -> dict[int, list[StoredEpoch]]:
    """The epochs of those visitors that have any, in order."""
    found: dict[int, list[StoredEpoch]] = {}
    for visitor, at, rank, id, email, lead in conn.execute(_OF_VISITORS, (json.dumps(list(visitors)),)).fetchall():
        found.setdefault(visitor, []).append(((at, rank, id), email, lead))
    return found


def visitors_of_leads(conn: Connection, lead_ids: Iterable[int]) -> list[int]:
    """The visitors of whom those leads have at least an epoch."""
    return [visitor for (visitor,) in conn.execute(_OF_LEADS, (as_json(list(lead_ids)),)).fetchall()]


def claims_of_visitors(conn: Connection, visitors: Iterable[int], upto: int) -> dict[int, list[tuple[OrderKey, str]]]:
    """What those visitors claimed to be in events up to that `seq`; suspect events claim nothing."""
    found: dict[int, list[tuple[OrderKey, str]]] = {}
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


def next_visitors(conn: Connection, after: int, limit: int) -> list[int]:
    """The next visitors (those that are not another's alias), by id."""
    return [id for (id,) in conn.execute(_VISITORS, (after, limit)).fetchall()]
