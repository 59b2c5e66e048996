"""Tuning: what counts, and does the score tell the truth? Its tabs, and the doors to them."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.pages.desk import running_of, shown
from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.review_forms import ROUTES as REVIEW_FORMS
from ripeline.pages.review_tab import read_card, read_review_tab
from ripeline.pages.rule_compare import read_compare
from ripeline.pages.rule_forms import ROUTES as RULE_FORMS
from ripeline.pages.rule_saving import ROUTES as RULE_SAVING
from ripeline.pages.rule_site import ROUTES as RULE_SITE
from ripeline.pages.rules_tab import read_rules_tab, read_what_if
from ripeline.pages.said import Done
from ripeline.pages.truth_tab import RATE_BEFORE, read_truth_coming, read_truth_tab
from ripeline.store.meta import write_meta

TRUTH: Final = "/tuning/truth"


@require("marketer")
async def show_tuning(_: Request) -> Response:
    return RedirectResponse("/tuning/rules", 303)


show_rules: Final = shown("marketer", "rules.html", read_rules_tab)
#: The part of the Rules page that is asked again while it is being counted.
show_what_if: Final = shown("marketer", "whatif.html", read_what_if)
show_version: Final = shown("marketer", "rule_version.html", read_compare)
show_truth: Final = shown("marketer", "truth.html", read_truth_tab)
show_truth_coming: Final = shown("marketer", "truth_coming.html", read_truth_coming)


@require("marketer")
async def remember_rate(request: Request) -> Response:
    """The share that bought before there was a score, typed once; nothing forgets it."""
    fields = await fields_of(request)
    text = fields.get("rate", "").replace(",", ".").removesuffix("%").strip()
    try:
        rate = float(text) / 100 if text else None
    except ValueError:
        rate = -1.0
    if rate is not None and not 0 <= rate <= 1:
        return back(
            request, fields, TRUTH, Done(words(request).gettext("A rate is a number from 0 to 100."), is_bad=True)
        )
    value = "" if rate is None else str(rate)
    await running_of(request).write(lambda conn: write_meta(conn, RATE_BEFORE, value))
    return back(request, fields, TRUTH)


show_review: Final = shown("marketer", "review.html", read_review_tab)
show_card: Final = shown("marketer", "review_card.html", read_card)


ROUTES: Final = [
    Route("/tuning", show_tuning, methods=["GET"]),
    Route("/tuning/rules", show_rules, methods=["GET"]),
    Route("/tuning/rules/whatif", show_what_if, methods=["GET"]),
    Route("/tuning/rules/versions/{id:int}", show_version, methods=["GET"]),
    Route(TRUTH, show_truth, methods=["GET"]),
    Route(f"{TRUTH}/coming", show_truth_coming, methods=["GET"]),
    Route(f"{TRUTH}/before", remember_rate, methods=["POST"]),
    Route("/tuning/review", show_review, methods=["GET"]),
    Route("/tuning/review/{id:int}/{place:int}", show_card, methods=["GET"]),
    *REVIEW_FORMS,
    *RULE_FORMS,
    *RULE_SAVING,
    *RULE_SITE,
]
