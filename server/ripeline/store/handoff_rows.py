"""Hand-offs as the fold reads and makes them; facts, which a rescore never rewrites."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from ripeline.store.database import Connection

_OF_LEADS = """-- handoffs_of_leads
WITH asked (id) AS (SELECT value FROM json_each(?))
SELECT lead_id, model, state, crossed_at, crossing_event, made_at, closed_at, verdict, closed_score, outcome,
  outcome_at, lifted_at FROM handoffs WHERE lead_id IN asked
UNION ALL
SELECT lead_id, model, 'review', at, '', at, at, verdict, score, NULL, NULL, lifted_at
FROM verdicts WHERE lead_id IN asked AND handoff_id IS NULL
UNION ALL
SELECT lead_id, model, 'review', at, '', made_at, made_at, NULL, NULL, outcome, at, lifted_at
FROM outcomes WHERE lead_id IN asked"""

#: The name in `meta` of the highest id a hand-off had when one was erased.
LAST_ERASED_HANDOFF: Final = "last_erased_handoff"

_NEXT_ID = f"""-- next_handoff_id
SELECT max(coalesce((SELECT max(id) FROM handoffs), 0),
  coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = '{LAST_ERASED_HANDOFF}'), 0)) + 1"""

# A crossing that was over before anybody could be told may turn out not to be: then its row becomes the hand-off.
_MAKE = """-- make_handoff
INSERT INTO handoffs (id, lead_id, model, band, score, crossed_at, crossing_event, made_at, state, rules_hash, reasons)
VALUES (:id, :lead, :model, :band, :score, :crossed_at, :crossing_event, :made_at, :state, :rules_hash, :reasons)
ON CONFLICT (lead_id, model, crossing_event) DO UPDATE SET state = excluded.state, band = excluded.band,
  score = excluded.score, crossed_at = excluded.crossed_at, made_at = excluded.made_at,
  rules_hash = excluded.rules_hash, reasons = excluded.reasons
WHERE handoffs.state = 'late' AND excluded.state = 'open' RETURNING id"""

_EXPIRE = """-- expire_handoff
UPDATE handoffs SET state = 'expired', closed_at = ? WHERE lead_id = ? AND model = ? AND state = 'open'"""

_EXPIRE_ALL = """-- expire_handoffs_of_leads
UPDATE handoffs SET state = 'expired', closed_at = ?
WHERE lead_id IN (SELECT value FROM json_each(?)) AND state IN ('open', 'claimed', 'snoozed') RETURNING id"""

# Two open hand-offs of one lead and model cannot be: the one of the lead that remains is kept.
_EXPIRE_DOUBLES = """-- expire_double_handoffs
UPDATE handoffs SET state = 'expired', closed_at = :now
WHERE lead_id = :gone AND state IN ('open', 'claimed', 'snoozed') AND EXISTS (
  SELECT 1 FROM handoffs AS kept WHERE kept.lead_id = :into AND kept.model = handoffs.model
  AND kept.state IN ('open', 'claimed', 'snoozed'))"""
# The same event may have been a crossing of both, when it was taken for one's and then for the other's.
_TELL_APART = """-- tell_handoffs_apart
UPDATE handoffs SET crossing_event = crossing_event || ' of ' || id WHERE lead_id = :gone AND EXISTS (
  SELECT 1 FROM handoffs AS kept WHERE kept.lead_id = :into AND kept.model = handoffs.model
  AND kept.crossing_event = handoffs.crossing_event)"""
_MOVE = "-- move_handoffs\nUPDATE handoffs SET lead_id = :into WHERE lead_id = :gone"

_WAKE = """-- wake_handoffs
UPDATE handoffs SET state = iif(owner_id IS NULL, 'open', 'claimed'), snoozed_until = NULL
WHERE state = 'snoozed' AND snoozed_until <= ?"""
_WAS_TOLD = "-- was_told\nSELECT EXISTS (SELECT 1 FROM handoffs WHERE lead_id = ? AND state <> 'late')"

_REASONS = """-- reasons_of_score
SELECT r.text, sum(g.points), count(*) FROM ledger AS g CROSS JOIN texts AS r ON r.id = g.rule_id
WHERE g.lead_id = ? AND g.model_id = ? AND g.points <> 0
GROUP BY g.rule_id ORDER BY 2 DESC, 1 LIMIT ?"""

_SCORE_AT = """-- score_at_crossing
SELECT score FROM crossings WHERE lead_id = ? AND model_id = ? AND at = ? AND entered = 1 ORDER BY n DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """A hand-off that was made before, or (state `review`) what was said of a lead without one.

    Times in ms. `model` None: it is about all of them. The rest as `scoring.handoffs.Handoff` has it.
    """

    model: str | None
    state: str
    crossed_at: int
    crossing_event: str
    made_at: int
    closed_at: int | None
    verdict: str | None
    closed_score: int | None
    outcome: str | None
    outcome_at: int | None
    lifted_at: int | None


def handoffs_of_leads(conn: Connection, lead_ids: Iterable[int]) -> dict[int, list[HandoffRow]]:
    """Of those leads that have any every hand-off, late ones too, and every verdict and outcome without one."""
    found: dict[int, list[HandoffRow]] = {}
    for lead, *row in conn.execute(_OF_LEADS, (json.dumps(list(lead_ids)),)).fetchall():
        found.setdefault(lead, []).append(HandoffRow(*row))
    return found


def next_handoff_id(conn: Connection) -> int:
    """The id the next hand-off gets: never that of an erased one, under which programs and links still ask."""
    return int(conn.execute(_NEXT_ID).fetchone()[0])


def make_handoff(conn: Connection, handoff: dict[str, Any]) -> int | None:
    """Write one, by column name (`lead` for lead_id): its id, None if that crossing had its hand-off already."""
    made = conn.execute(_MAKE, handoff | {"id": next_handoff_id(conn)}).fetchall()
    return int(made[0][0]) if made else None


def expire_handoff(conn: Connection, lead: int, model: str, now: int) -> None:
    """The lead left the band before anybody claimed it."""
    conn.execute(_EXPIRE, (now, lead, model))


def expire_all(conn: Connection, leads: Collection[int], now: int) -> int:
    """These leads are with sales no more, in no model; how many hand-offs that ends."""
    return len(conn.execute(_EXPIRE_ALL, (now, json.dumps(list(leads)))).fetchall())


def move_handoffs(conn: Connection, gone: int, into: int, now: int) -> None:
    """The hand-offs of a lead that went into another are that one's from now on."""
    values = {"gone": gone, "into": into, "now": now}
    conn.execute(_EXPIRE_DOUBLES, values)
    conn.execute(_TELL_APART, values)
    conn.execute(_MOVE, values)


def wake_handoffs(conn: Connection, now: int) -> bool:
    """Those that were put off until `now` (ms) or earlier are before sales again; whether there were any."""
    return bool(conn.execute(_WAKE, (now,)).rowcount)


def was_told(conn: Connection, lead: int) -> bool:
    """Whether sales ever heard of the lead."""
    return bool(conn.execute(_WAS_TOLD, (lead,)).fetchone()[0])


def reasons_of(conn: Connection, lead: int, model_id: int, limit: int) -> list[tuple[str, int, int]]:
    """The rules that gave a lead's score, as (rule id, thousandths, times paid), most points first."""
    return conn.execute(_REASONS, (lead, model_id, limit)).fetchall()


def score_at(conn: Connection, lead: int, model_id: int, at: int) -> int | None:
    """The score in thousandths with which the lead entered a band at that moment (ms), None: it entered none."""
    found = conn.execute(_SCORE_AT, (lead, model_id, at)).fetchone()
    return int(found[0]) if found else None
