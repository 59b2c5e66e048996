"""`/api/settled`: answers once everything accepted so far has been folded; for tests and scripts."""

from __future__ import annotations

from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts
from ripeline.api.doing import done
from ripeline.auth.guard import require_scope


@require_scope("read")
@done
async def settled(request: Request) -> Facts:
    """`GET /api/settled`: `{"lag": 0}`, the number of events accepted before the call and not folded."""
    return {"lag": await asked.running(request).settled()}
