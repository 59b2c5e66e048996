"""The hand-offs sales has, in the order in which it looks at them: where each stands, as the fold says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.projection import as_json

#: The name in `meta` of the last hand-off put in order under the rules in force; absent when all are.
SHELVED: Final = "shelved"

_OF_LEADS = """-- shelved_of_leads
SELECT lead_id, model FROM handoffs
WHERE lead_id IN (SELECT value FROM json_each(?)) AND state IN ('open', 'claimed', 'snoozed')"""
_AFTER = """-- shelved_after
SELECT id, lead_id, model FROM handoffs WHERE id > ? AND state IN ('open', 'claimed', 'snoozed') ORDER BY id LIMIT ?"""
_PUT = """-- put_on_shelf
UPDATE handoffs SET rank = :rank, cools_at = :cools_at
WHERE lead_id = :lead AND model = :model AND state IN ('open', 'claimed', 'snoozed')
AND (rank, cools_at) IS NOT (:rank, :cools_at)"""

#: A lead's id and a model's.
Pair = tuple[int, str]


def with_sales(conn: Connection, leads: Iterable[int]) -> list[Pair]:
    """Those of the leads sales has now, and in which model."""
    return conn.execute(_OF_LEADS, (as_json(list(leads)),)).fetchall()


def with_sales_after(conn: Connection, id: int, limit: int) -> list[tuple[int, Pair]]:
    """At most `limit` of all hand-offs sales has now, by their ids, those after `id`."""
    return [(each, (lead, model)) for each, lead, model in conn.execute(_AFTER, (id, limit)).fetchall()]


def put_on_shelf(conn: Connection, pair: Pair, rank: int, cools_at: int | None) -> None:
    """Where the hand-off of that lead and model stands from now on."""
    lead, model = pair
    conn.execute(_PUT, {"lead": lead, "model": model, "rank": rank, "cools_at": cools_at})
