"""The routes of the server API but the door for events, which is `collect`'s."""

from __future__ import annotations

from starlette.routing import Route

from ripeline.api import handoff_deeds, lead_deeds
from ripeline.api.handoffs import handoffs
from ripeline.api.leads import lead, leads, timeline
from ripeline.api.links import links
from ripeline.api.models import models
from ripeline.api.page import document, show_page
from ripeline.api.rules import accept_proposal, proposals, put_rules, rules
from ripeline.api.settled import settled
from ripeline.api.suspects import mark_suspects, suspects

ROUTES: list[Route] = [
    Route("/api/leads", leads),
    # An e-mail may hold a slash, so the longer paths are tried first.
    Route("/api/leads/{lead:path}/timeline", timeline),
    Route("/api/leads/{lead:path}/verdict", lead_deeds.judge, methods=["POST"]),
    Route("/api/leads/{lead:path}/points", lead_deeds.points, methods=["POST"]),
    Route("/api/leads/{lead:path}/objection", lead_deeds.object_, methods=["POST"]),
    Route("/api/leads/{lead:path}/merge", lead_deeds.join, methods=["POST"]),
    Route("/api/leads/{lead:path}/detach", lead_deeds.take_out, methods=["POST"]),
    Route("/api/leads/{lead:path}", lead),
    Route("/api/leads/{lead:path}", lead_deeds.tell, methods=["PATCH"]),
    Route("/api/leads/{lead:path}", lead_deeds.erase, methods=["DELETE"]),
    Route("/api/events/{id:path}/suspect", lead_deeds.suspect, methods=["POST"]),
    Route("/api/events/{id:path}", lead_deeds.erase_one, methods=["DELETE"]),
    Route("/api/handoffs", handoffs),
    Route("/api/handoffs/{id:int}/verdict", handoff_deeds.judge, methods=["POST"]),
    Route("/api/handoffs/{id:int}/claim", handoff_deeds.take, methods=["POST"]),
    Route("/api/outcomes", handoff_deeds.outcome, methods=["POST"]),
    Route("/api/links", links, methods=["POST"]),
    Route("/api/models", models),
    Route("/api/rules", rules),
    Route("/api/rules", put_rules, methods=["PUT"]),
    Route("/api/proposals", proposals),
    Route("/api/proposals/{id:int}/accept", accept_proposal, methods=["POST"]),
    Route("/api/suspects", suspects),
    Route("/api/suspects", mark_suspects, methods=["POST"]),
    Route("/api/settled", settled),
    Route("/api/openapi.json", document),
    Route("/api/docs", show_page, methods=["GET"]),
]
