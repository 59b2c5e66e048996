"""Tuning: what counts, and does the score tell the truth? Its tabs, and the doors to them."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.pages.desk import show
from ripeline.pages.rule_compare import read_compare
from ripeline.pages.rule_forms import ROUTES as RULE_FORMS
from ripeline.pages.rules_tab import read_rules_tab, read_what_if


@require("marketer")
async def show_tuning(_: Request) -> Response:
    return RedirectResponse("/tuning/rules", 303)


@require("marketer")
async def show_rules(request: Request) -> Response:
    return await show(request, "rules.html", read_rules_tab)


@require("marketer")
async def show_what_if(request: Request) -> Response:
    """The part of the Rules page that is asked again while it is being counted."""
    return await show(request, "whatif.html", read_what_if)


@require("marketer")
async def show_version(request: Request) -> Response:
    return await show(request, "rule_version.html", read_compare)


ROUTES: Final = [
    Route("/tuning", show_tuning, methods=["GET"]),
    Route("/tuning/rules", show_rules, methods=["GET"]),
    Route("/tuning/rules/whatif", show_what_if, methods=["GET"]),
    Route("/tuning/rules/versions/{id:int}", show_version, methods=["GET"]),
    *RULE_FORMS,
]
