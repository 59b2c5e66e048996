"""The ways in to the list of leads: the page, the file, the views people keep of it."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.pages.desk import show
from ripeline.pages.leads import read_leads
from ripeline.pages.leads_asked import FIELDS, asked_of
from ripeline.pages.leads_csv import ROUTES as CSV_ROUTES
from ripeline.pages.saved_views import ROUTES as VIEW_ROUTES


@require("sales")
async def show_leads(request: Request) -> Response:
    """A form sends its empty fields too: an address is what others are given, so it says only what it asks."""
    if any(name in FIELDS and not value.strip() for name, value in request.query_params.items()):
        return RedirectResponse(asked_of(request.query_params).address(), 303)
    return await show(request, "leads.html", read_leads)


ROUTES: Final = [Route("/leads", show_leads, methods=["GET"]), *CSV_ROUTES, *VIEW_ROUTES]
