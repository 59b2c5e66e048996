"""The routes of the server API that read; events come in through `collect`."""

from __future__ import annotations

from starlette.routing import Route

from ripeline.api.handoffs import handoffs
from ripeline.api.leads import lead, leads, timeline
from ripeline.api.models import models
from ripeline.api.settled import settled

ROUTES: list[Route] = [
    Route("/api/leads", leads),
    # An e-mail may hold a slash, so the longer path is tried first.
    Route("/api/leads/{lead:path}/timeline", timeline),
    Route("/api/leads/{lead:path}", lead),
    Route("/api/handoffs", handoffs),
    Route("/api/models", models),
    Route("/api/settled", settled),
]
