"""Everything about one person as a file: for who asks what is known of them."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import NotFound
from ripeline.fold.dumping import dump_of
from ripeline.fold.folder import now_ms
from ripeline.pages.desk import running_of, show
from ripeline.pages.doing import write_down
from ripeline.pages.lead import read_lead


@require("marketer")
async def export_lead(request: Request) -> Response:
    """`GET /leads/{id}/export`: what `ripeline dump` prints."""
    running, id = running_of(request), request.path_params["id"]

    def read() -> bytes:
        with running.reading() as (conn, ruleset):
            return msgspec.json.format(msgspec.json.encode(dump_of(conn, ruleset, id, now_ms())), indent=2)

    try:
        text = await run_in_threadpool(read)
    except NotFound:
        return await show(request, "lead.html", read_lead)
    await write_down(request, "lead_exported", lead=id)
    headers = {"content-disposition": f'attachment; filename="lead-{id}.json"'}
    return Response(text, media_type="application/json", headers=headers)


ROUTES: Final = [Route("/leads/{id:int}/export", export_lead, methods=["GET"])]
