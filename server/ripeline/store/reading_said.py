"""Sales' last word on a lead in one model, and how it ended there: what stands now."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.store.database import Connection

_VERDICT = """-- last_verdict
SELECT id, verdict, note, author, at, handoff_id FROM verdicts
WHERE lead_id = ? AND model = ? AND lifted_at IS NULL ORDER BY id DESC LIMIT 1"""
_OUTCOME = """-- last_outcome
SELECT id, outcome, at, value, author, model FROM outcomes
WHERE lead_id = :lead AND coalesce(model, :model) = :model AND lifted_at IS NULL ORDER BY id DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class VerdictSaid:
    """A verdict, by whom and when (ms); `handoff` None: on the lead itself."""

    id: int
    verdict: str
    note: str
    author: str
    at: int
    handoff: int | None


@dataclass(frozen=True, slots=True)
class OutcomeSaid:
    """Won or lost at that moment (ms), worth so many thousandths (None: not said); `model` None: in all of them."""

    id: int
    outcome: str
    at: int
    value: int | None
    author: str
    model: str | None


def last_verdict(conn: Connection, lead: int, model: str) -> VerdictSaid | None:
    """The verdict that stands, None: nobody has said one."""
    found = conn.execute(_VERDICT, (lead, model)).fetchone()
    return VerdictSaid(*found) if found else None


def last_outcome(conn: Connection, lead: int, model: str) -> OutcomeSaid | None:
    """The outcome that stands, None: it is open."""
    found = conn.execute(_OUTCOME, {"lead": lead, "model": model}).fetchone()
    return OutcomeSaid(*found) if found else None
