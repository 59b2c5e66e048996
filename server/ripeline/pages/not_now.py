"""What a form is told that would change a lead while all scores are being made anew: nothing was, and why."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.said import Done


async def not_now(request: Request) -> Response:
    """Back to the page the form was on."""
    said = words(request).gettext("Nothing was changed: all scores are being made anew. Try again when that is done.")
    lead = request.path_params.get("id") if request.url.path.startswith("/leads/") else None
    page = "/" if lead is None else f"/leads/{lead}"
    return back(request, await fields_of(request), page, Done(said, is_bad=True))
