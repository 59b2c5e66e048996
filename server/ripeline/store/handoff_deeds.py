"""What people do with a hand-off: claim it, give it back, put it off, close it; each from a state that allows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ripeline.store.database import Connection

_ONE = """-- handoff_by_id
SELECT h.id, h.lead_id, h.model, h.state, h.owner_id, coalesce(nullif(u.name, ''), u.email, ''), h.verdict, h.closed_at
FROM handoffs AS h LEFT JOIN users AS u ON u.id = h.owner_id WHERE h.id = ?"""
_LAST_TOLD = """-- last_told_handoff
SELECT id FROM handoffs WHERE lead_id = ? AND model = ? AND state <> 'late' ORDER BY made_at DESC, id DESC LIMIT 1"""
_MODELS = "-- models_told\nSELECT DISTINCT model FROM handoffs WHERE lead_id = ? AND state <> 'late'"
# By conditional UPDATE: of two who claim at once the first wins.
_CLAIM = """-- claim_handoff
UPDATE handoffs SET state = 'claimed', owner_id = :owner, snoozed_until = NULL
WHERE id = :id AND (state = 'open' OR state IN ('claimed', 'snoozed') AND coalesce(owner_id, :owner) = :owner)"""
_RELEASE = """-- release_handoff
UPDATE handoffs SET state = 'open', owner_id = NULL, snoozed_until = NULL
WHERE id = ? AND state IN ('claimed', 'snoozed')"""
_SNOOZE = """-- snooze_handoff
UPDATE handoffs SET state = 'snoozed', snoozed_until = ? WHERE id = ? AND state IN ('open', 'claimed', 'snoozed')"""
_CLOSE = """-- close_handoff
UPDATE handoffs SET state = 'closed', snoozed_until = NULL,
  closed_at = iif(state = 'closed' AND :verdict IS NULL, closed_at, :at),
  closed_score = iif(state = 'closed' AND :verdict IS NULL, closed_score, :score),
  verdict = coalesce(:verdict, verdict), note = coalesce(:note, note),
  outcome = coalesce(:outcome, outcome), outcome_at = coalesce(:outcome_at, outcome_at), lifted_at = NULL
WHERE id = :id"""
_REOPEN = """-- reopen_handoff
UPDATE OR IGNORE handoffs SET state = iif(owner_id IS NULL, 'open', 'claimed'), verdict = NULL, note = '',
  closed_at = NULL, closed_score = NULL
WHERE id = ? AND state = 'closed' AND outcome IS NULL"""
_REOPEN_ENDED = """-- reopen_ended_handoff
UPDATE OR IGNORE handoffs SET outcome = NULL, outcome_at = NULL,
  closed_at = iif(verdict IS NULL, NULL, closed_at), closed_score = iif(verdict IS NULL, NULL, closed_score),
  state = iif(verdict IS NOT NULL, 'closed', iif(owner_id IS NULL, 'open', 'claimed'))
WHERE id = ? AND state = 'closed' AND outcome IS NOT NULL AND lifted_at IS NULL"""
_LIFT = "-- lift_handoffs\nUPDATE handoffs SET lifted_at = :at WHERE lead_id = :lead AND model = :model AND {what}"
_LIFT_REFUSAL = _LIFT.format(what="verdict = 'off_target' AND lifted_at IS NULL")
_LIFT_OUTCOME = """-- lift_outcome_of_handoffs
UPDATE handoffs SET lifted_at = :at WHERE lead_id = :lead AND (:model IS NULL OR model = :model)
AND outcome IS NOT NULL AND lifted_at IS NULL"""


@dataclass(frozen=True, slots=True)
class OneHandoff:
    """A hand-off as it stands; `owner` is a name, "" while nobody has claimed it; `closed_at` in ms."""

    id: int
    lead: int
    model: str
    state: str
    owner_id: int | None
    owner: str
    verdict: str | None
    closed_at: int | None


def handoff_by_id(conn: Connection, id: int) -> OneHandoff | None:
    """That hand-off, None: there is none."""
    found = conn.execute(_ONE, (id,)).fetchone()
    return OneHandoff(*found) if found else None


def last_told(conn: Connection, lead: int, model: str) -> int | None:
    """The hand-off by which sales heard of the lead last, None: never."""
    found = conn.execute(_LAST_TOLD, (lead, model)).fetchone()
    return int(found[0]) if found else None


def models_told(conn: Connection, lead: int) -> list[str]:
    """The models in which sales ever heard of the lead."""
    return sorted(model for (model,) in conn.execute(_MODELS, (lead,)).fetchall())


def claim_handoff(conn: Connection, id: int, owner: int) -> bool:
    """Whether it is that person's now: it was free, or theirs already."""
    return bool(conn.execute(_CLAIM, {"id": id, "owner": owner}).rowcount)


def release_handoff(conn: Connection, id: int) -> bool:
    """Whether it was somebody's, and is free now."""
    return bool(conn.execute(_RELEASE, (id,)).rowcount)


def snooze_handoff(conn: Connection, id: int, until: int) -> bool:
    """Whether it was before sales, and is put off until then (ms)."""
    return bool(conn.execute(_SNOOZE, (until, id)).rowcount)


def close_handoff(conn: Connection, id: int, closing: dict[str, Any]) -> None:
    """Close it, or say more about a closed one: `at verdict note score outcome outcome_at`, None: nothing new."""
    conn.execute(_CLOSE, {"id": id, **closing})


def reopen_handoff(conn: Connection, id: int) -> bool:
    """Whether it was closed by a verdict alone, and is before sales again."""
    return bool(conn.execute(_REOPEN, (id,)).rowcount)


def reopen_ended(conn: Connection, id: int) -> bool:
    """Whether it was won or lost, and is as it was before that was said."""
    return bool(conn.execute(_REOPEN_ENDED, (id,)).rowcount)


def lift_refusals(conn: Connection, lead: int, model: str, now: int) -> None:
    """Hand-offs of that lead found off target forbid nothing any more."""
    conn.execute(_LIFT_REFUSAL, {"at": now, "lead": lead, "model": model})


def lift_outcomes_of_handoffs(conn: Connection, lead: int, model: str | None, now: int) -> None:
    """Hand-offs of that lead (in that model, None: in any) that were won or lost are so no more."""
    conn.execute(_LIFT_OUTCOME, {"at": now, "lead": lead, "model": model})
