"""A star on a line of a lead: "this is what mattered", given and taken back by one button."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.domain.whole_numbers import whole_number
from ripeline.errors import NotFound
from ripeline.fold.starring import star
from ripeline.pages.doing import back, do, fields_of, words
from ripeline.pages.said import Done, Undo


@require("sales")
async def turn_star(request: Request) -> Response:
    """`POST /leads/{id}/star`: `event` is the place of the event in the log."""
    fields, lead, _ = await fields_of(request), request.path_params["id"], words(request).gettext
    seq = whole_number(fields.get("event", "")) or 0
    here = f"/leads/{lead}"
    try:
        has_it = await do(request, partial(star, key=lead, seq=seq))
    except NotFound:
        return back(request, fields, here, Done(_("This line is no longer there."), is_bad=True))
    if not has_it:
        return back(request, fields, here, Done(_("The star is gone.")))
    again = Undo(f"{here}/star", {"event": str(seq), "back": fields.get("back", here)})
    return back(request, fields, here, Done(_("Starred: whoever writes the rules sees that this mattered."), again))


ROUTES: Final = [Route("/leads/{id:int}/star", turn_star, methods=["POST"])]
