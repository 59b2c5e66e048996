"""`/api/settled`: answers once everything accepted so far has been folded; for tests and scripts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ripeline.api import asked
from ripeline.api.answers import answer
from ripeline.auth.guard import require_scope


@require_scope("read")
async def settled(request: Request) -> Response:
    """`GET /api/settled`: `{"lag": 0}`, the number of events accepted before the call and not folded."""
    return answer({"lag": await asked.running(request).settled()})
