"""What sales says: verdicts with what was so at that moment, and outcomes; facts, which a rescore never rewrites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.handoff_deeds import OneHandoff

_ADD_VERDICT = """-- add_verdict
INSERT INTO verdicts (lead_id, model, handoff_id, verdict, note, author, at, score, band, rules_hash, sums)
VALUES (:lead, :model, :handoff, :verdict, :note, :author, :at, :score, :band, :rules_hash, :sums) RETURNING id"""
_LIFT_VERDICT = """-- lift_verdict
UPDATE verdicts SET lifted_at = :at WHERE id = (
  SELECT max(id) FROM verdicts WHERE lead_id = :lead AND model = :model AND lifted_at IS NULL)
RETURNING handoff_id, verdict"""
_LIFT_OF_HANDOFF = """-- lift_verdict_of_handoff
UPDATE verdicts SET lifted_at = ? WHERE handoff_id = ? AND lifted_at IS NULL"""
_IS_SAID = """-- is_verdict_said
SELECT EXISTS (SELECT 1 FROM verdicts
WHERE lead_id = ? AND model = ? AND handoff_id = ? AND verdict = ? AND note = ? AND lifted_at IS NULL)"""
_IS_SAID_OF_LEAD = """-- is_verdict_said_of_lead
SELECT EXISTS (SELECT 1 FROM verdicts
WHERE id = (SELECT max(id) FROM verdicts WHERE lead_id = ? AND model = ? AND lifted_at IS NULL)
  AND verdict = ? AND note = ? AND score = ? AND band = ?)"""
_STANDING = """-- standing_of_lead
SELECT s.score, s.band FROM texts AS t CROSS JOIN scores AS s ON s.model_id = t.id
WHERE t.text = ? AND s.lead_id = ?"""
_SUMS = """-- sums_of_lead
SELECT r.text, sum(g.points) FROM ledger AS g CROSS JOIN texts AS r ON r.id = g.rule_id
WHERE g.lead_id = ? AND g.model_id = (SELECT id FROM texts WHERE text = ?) GROUP BY g.rule_id HAVING sum(g.points) <> 0
ORDER BY r.text"""
_ADD_OUTCOME = """-- add_outcome
INSERT INTO outcomes (lead_id, model, outcome, at, value, author, made_at)
VALUES (:lead, :model, :outcome, :at, :value, :author, :made_at) RETURNING id"""
_LIFT_OUTCOMES = """-- lift_outcomes
UPDATE outcomes SET lifted_at = :at
WHERE lead_id = :lead AND (:model IS NULL OR model = :model) AND made_at >= :since AND lifted_at IS NULL"""
_SAME_OUTCOME = """-- same_outcome
SELECT id FROM outcomes WHERE lead_id = :lead AND model IS :model AND outcome = :outcome AND at = :at
AND value IS :value AND lifted_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Frozen:
    """How a lead stood in one model at some moment: thousandths, band, and what each rule had given."""

    score: int
    band: str
    sums: Mapping[str, int]


def standing_now(conn: Connection, lead: int, model: str) -> Frozen | None:
    """How the lead stands in the model, None: it was never scored there."""
    found = conn.execute(_STANDING, (model, lead)).fetchone()
    return Frozen(found[0], found[1], dict(conn.execute(_SUMS, (lead, model)).fetchall())) if found else None


def is_verdict_said(conn: Connection, of: OneHandoff, verdict: str, note: str) -> bool:
    """Whether just this is what counts as said of that hand-off."""
    return bool(conn.execute(_IS_SAID, (of.lead, of.model, of.id, verdict, note)).fetchone()[0])


def is_said_of_lead(conn: Connection, verdict: dict[str, Any], frozen: Frozen) -> bool:
    """Whether just this (`lead model verdict note`) is what was said last, when the lead stood as it stands."""
    said = (verdict["lead"], verdict["model"], verdict["verdict"], verdict["note"], frozen.score, frozen.band)
    return bool(conn.execute(_IS_SAID_OF_LEAD, said).fetchone()[0])


def add_verdict(conn: Connection, verdict: dict[str, Any], frozen: Frozen, by: Said) -> int:
    """Write one (`lead model handoff verdict note rules_hash`), with how the lead stood: its id."""
    stood = {"score": frozen.score, "band": frozen.band, "sums": json.dumps(dict(frozen.sums))}
    return int(conn.execute(_ADD_VERDICT, {**verdict, **stood, **by._asdict()}).fetchone()[0])


def lift_verdict(conn: Connection, lead: int, model: str, now: int) -> tuple[int | None, str] | None:
    """The last verdict on a lead counts no more: its hand-off's id (None: it had none), and the word; None if none."""
    found = conn.execute(_LIFT_VERDICT, {"at": now, "lead": lead, "model": model}).fetchone()
    return (found[0], found[1]) if found else None


def lift_verdict_of(conn: Connection, handoff: int, now: int) -> None:
    """The verdict on that hand-off was a slip."""
    conn.execute(_LIFT_OF_HANDOFF, (now, handoff))


def add_outcome(conn: Connection, outcome: dict[str, Any]) -> int | None:
    """Write one (`lead model outcome at value author made_at`): its id, None when that very one is there already."""
    if conn.execute(_SAME_OUTCOME, outcome).fetchone():
        return None
    return int(conn.execute(_ADD_OUTCOME, outcome).fetchone()[0])


def lift_outcomes(conn: Connection, lead: int, model: str | None, now: int, since: int = 0) -> int:
    """No outcome of the lead in that model (None: in any) said from `since` on counts any more; how many did."""
    return int(conn.execute(_LIFT_OUTCOMES, {"at": now, "lead": lead, "model": model, "since": since}).rowcount)
