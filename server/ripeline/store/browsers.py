"""The browsers of a lead, as people tell them apart: when each was here, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.domain.wire import EMAIL_VISITOR, LEAD_VISITOR
from ripeline.store.database import Connection

_OF_LEAD = f"""-- browsers_of_lead
SELECT v.key, count(*), min(s.started_at), max(s.ended_at)
FROM sessions AS s JOIN visitors AS v ON v.id = s.visitor_id
WHERE s.lead_id = ? AND v.key NOT GLOB '{EMAIL_VISITOR}*' AND v.key NOT GLOB '{LEAD_VISITOR}*'
GROUP BY v.id ORDER BY 4 DESC, v.id"""


@dataclass(frozen=True, slots=True)
class Browser:
    """One visitor of a lead: its key, how many sessions, the first and the last moment (ms)."""

    visitor: str
    sessions: int
    first_at: int
    last_at: int


def browsers_of(conn: Connection, lead: int) -> tuple[Browser, ...]:
    """Those that were here, the last one first; what programs and people say has no browser."""
    return tuple(Browser(*row) for row in conn.execute(_OF_LEAD, (lead,)).fetchall())
