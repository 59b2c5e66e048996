"""`/api/handoffs`: who was sent to sales, when and why."""

from __future__ import annotations

from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts, answered, moment, points, ratio
from ripeline.auth.guard import require_scope
from ripeline.domain.times import iso_time
from ripeline.store.reading_handoffs import HandoffQuery, list_handoffs
from ripeline.store.views import HandoffView


@require_scope("read")
@answered("state", "model", "after", "limit", "cursor")
def handoffs(request: Request) -> Facts:
    """`GET /api/handoffs`: the newest first, or `after` one the oldest first."""
    server = asked.running(request)
    query = HandoffQuery(
        state=asked.text(request, "state"),
        model=asked.text(request, "model"),
        after=asked.place(request, "after"),
        limit=asked.limit(request, 50),
        cursor=asked.text(request, "cursor"),
    )
    with server.reading() as (conn, ruleset):
        found, following = list_handoffs(conn, ruleset, query)
    return {"handoffs": [handoff_facts(handoff) for handoff in found], "next": following}


def handoff_facts(handoff: HandoffView) -> Facts:
    """One hand-off as the API tells it; `score` and `band` as they were when it was made."""
    return {
        "id": handoff.id,
        "model": handoff.model,
        "lead": {"id": handoff.lead_id, "email": handoff.email},
        "band": handoff.band,
        "score": points(handoff.score),
        "current_band": handoff.current_band,
        "current_score": points(handoff.current_score),
        "ripeness": ratio(handoff.ripeness),
        "at": iso_time(handoff.crossed_at),
        "made_at": iso_time(handoff.made_at),
        "state": handoff.state,
        "owner": handoff.owner,
        "verdict": handoff.verdict,
        "outcome": handoff.outcome,
        "note": handoff.note,
        "snoozed_until": moment(handoff.snoozed_until or 0),
        "reached": handoff.reached,
        "next_step": handoff.next_step,
        "reasons": [
            {"rule": rule, "label": label, "points": points(given), "times": times}
            for rule, label, given, times in handoff.reasons
        ],
    }
