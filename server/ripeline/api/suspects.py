"""`/api/suspects`: what looks automatic, counted by reason, and all of one reason cleared or marked again."""

from __future__ import annotations

from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts, answered
from ripeline.api.bodies import SuspectReason
from ripeline.api.doing import author, done
from ripeline.auth.guard import require_scope
from ripeline.domain.times import iso_time
from ripeline.store.suspects import Suspected, drops_by_reason, suspects_by_reason


@require_scope("read")
@answered()
def suspects(request: Request) -> Facts:
    """`GET /api/suspects`."""
    with asked.running(request).database.read() as conn:
        dropped = [{"reason": each.reason, "events": each.events} for each in drops_by_reason(conn)]
        return {"suspects": [_suspected(each) for each in suspects_by_reason(conn)], "dropped": dropped}


@require_scope("write")
@done
async def mark_suspects(request: Request, wish: SuspectReason) -> Facts:
    """`POST /api/suspects`: clear all events of a reason, or mark them again."""
    events = await asked.running(request).mark_reason(wish.reason, wish.suspect, await author(request))
    return {"reason": wish.reason, "suspect": wish.suspect, "events": events}


def _suspected(each: Suspected) -> Facts:
    return {
        "reason": each.reason,
        "events": each.events,
        "visitors": each.visitors,
        "cleared": each.cleared,
        "last_at": None if each.last_at is None else iso_time(each.last_at),
    }
