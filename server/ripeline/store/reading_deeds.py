"""What people did about a lead, with its moment: sent to sales, judged, won or lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.reading import rows


@dataclass(frozen=True, slots=True)
class DeedView:
    """`what`: `handoff`, a verdict or an outcome, at `at` (ms) in that model ("" for all), and by whom ("": nobody)."""

    what: str
    at: int
    model: str
    author: str


# A hand-off that was over before anybody could be told was none; a history brought in later crossed when it happened.
_DEEDS: Final = """-- deeds_of_lead
SELECT 'handoff' AS what, crossed_at AS at, model, '' AS author FROM handoffs WHERE lead_id = :lead AND state <> 'late'
UNION ALL
SELECT verdict, at, model, author FROM verdicts WHERE lead_id = :lead AND lifted_at IS NULL
UNION ALL
SELECT outcome, at, coalesce(model, ''), author FROM outcomes WHERE lead_id = :lead AND lifted_at IS NULL
ORDER BY 2"""


def deeds_of(conn: Connection, lead_id: int) -> tuple[DeedView, ...]:
    """Of all models, the oldest first; what was taken back is left out."""
    return tuple(DeedView(**row) for row in rows(conn, _DEEDS, {"lead": lead_id}))
