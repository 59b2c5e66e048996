"""Whose word stands on one hand-off."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.store.database import Connection

_JUDGED = """-- judged_handoff
SELECT h.lead_id, h.state, h.verdict, h.outcome, coalesce((SELECT v.author FROM verdicts AS v
  WHERE v.handoff_id = h.id AND v.lifted_at IS NULL ORDER BY v.id DESC LIMIT 1), '')
FROM handoffs AS h WHERE h.id = ? AND h.made_at = ?"""


@dataclass(frozen=True, slots=True)
class JudgedHandoff:
    """A hand-off and what was said of it; `author` of the verdict, "" while there is none."""

    lead: int
    state: str
    verdict: str | None
    outcome: str | None
    author: str


def judged_handoff(conn: Connection, id: int, made_at: int) -> JudgedHandoff | None:
    """The hand-off of that id made at that moment (ms), None: there is none, or no more."""
    found = conn.execute(_JUDGED, (id, made_at)).fetchone()
    return JudgedHandoff(*found) if found else None


_TOLD = """-- told_handoff
SELECT made_at, state FROM handoffs WHERE id = ?"""


def told_handoff(conn: Connection, id: int) -> tuple[int, str] | None:
    """When (ms) that hand-off was made, and its state; None: there is none."""
    found = conn.execute(_TOLD, (id,)).fetchone()
    return (found[0], found[1]) if found else None
