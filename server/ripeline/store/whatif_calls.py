"""Which leads sales may have been told of, or may be told of under other points: all others need no replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.projection import as_json
from ripeline.store.whatif_rows import Span

_REACHABLE: Final = """-- reachable_span
SELECT id FROM leads WHERE id > ? AND id <= ? AND reachable = 1 AND merged_into IS NULL"""
_ENTERED: Final = """-- entered_bands
SELECT DISTINCT lead_id FROM crossings WHERE lead_id > ? AND lead_id <= ? AND model_id = ? AND entered = 1
AND band IN (SELECT value FROM json_each(?))"""


def reachable_span(conn: Connection, span: Span) -> set[int]:
    """The leads of a span with an e-mail or a phone number."""
    return {id for (id,) in conn.execute(_REACHABLE, span).fetchall()}


def leads_that_entered(conn: Connection, span: Span, model_id: int, bands: Iterable[str]) -> set[int]:
    """The leads of a span that came into one of those bands at any time."""
    bound = (*span, model_id, as_json(list(bands)))
    return {id for (id,) in conn.execute(_ENTERED, bound).fetchall()}


def leads_that_may_reach(conn: Connection, span: Span, model_id: int, least: int, best: Mapping[int, int]) -> set[int]:
    """The leads of a span to whom as many thousandths as `least` were given in all; see `most_points`."""
    sql = f"""-- leads_that_may_reach
    SELECT lead_id FROM ledger WHERE lead_id > ? AND lead_id <= ? AND model_id = ?
    GROUP BY lead_id HAVING sum({_given(best)}) >= ?"""
    return {id for (id,) in conn.execute(sql, (*span, model_id, *_bound(best), least)).fetchall()}


def most_points(conn: Connection, leads: Iterable[int], model_id: int, best: Mapping[int, int]) -> dict[int, int]:
    """All thousandths ever given to each of those leads that has a line: no score was ever above.

    `best` (by rule id) is what a line of that rule would give at most; of other rules, what it gave.
    """
    sql = f"""-- most_points
    SELECT lead_id, sum({_given(best)}) FROM json_each(?) AS j CROSS JOIN ledger ON lead_id = j.value
    WHERE model_id = ? GROUP BY lead_id"""
    return dict(conn.execute(sql, (*_bound(best), as_json(list(leads)), model_id)).fetchall())


def _given(best: Mapping[int, int]) -> str:
    """What a line gives at most; a capped one may give something under another cap."""
    cases = " ".join("WHEN ? THEN ? * (coalesce(reason, 'capped') = 'capped')" for _ in best)
    return f"CASE rule_id {cases} ELSE max(points, 0) END" if best else "max(points, 0)"


def _bound(best: Mapping[int, int]) -> list[int]:
    return [number for pair in best.items() for number in pair]
