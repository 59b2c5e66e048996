"""The list of leads as a file: exactly the view of the address, whole."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from gettext import NullTranslations
from itertools import chain
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.domain.points import as_number
from ripeline.errors import Conflict, InvalidRequest
from ripeline.fold.objectors import with_objections
from ripeline.pages.csv import Cell, csv_answer, headed, moment
from ripeline.pages.desk import running_of
from ripeline.pages.doing import words, write_down
from ripeline.pages.leads_asked import asked_of, lead_query
from ripeline.pages.who import who_is
from ripeline.rules.model import Ruleset
from ripeline.running import Running
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.views import LeadList, LeadSummary
from ripeline.templating.times import local
from ripeline.templating.wording import band_word, channel_word, reason

#: So many leads are read at once, each time by a connection of its own.
_AT_ONCE: Final = 500


@require("sales")
async def leads_csv(request: Request) -> Response:
    """`GET /leads.csv`: the query of `/leads`, and `sep=semicolon`."""
    running = running_of(request)
    now = int(time.time() * 1000)
    try:
        query = replace(_asked(request, running.rules.ruleset, now), limit=_AT_ONCE)
        first, ruleset = await run_in_threadpool(_page, running, query)
    except InvalidRequest:
        return RedirectResponse("/leads", 303)
    said = words(request)
    lines = _Lines(said, ruleset, query.model, str(running.settings.public_url))
    rows = (lines.cells(lead) for lead in _all(running, query, first, ruleset))
    today = local(now, ruleset.timezone).date()
    await write_down(request, "leads_exported", "/leads")
    return csv_answer(request, _name(query), headed(_heading(said), rows), today)


def _asked(request: Request, ruleset: Ruleset, now: int) -> LeadQuery:
    return lead_query(asked_of(request.query_params), ruleset, request.state.user.id, now)


def _page(running: Running, query: LeadQuery) -> tuple[LeadList, Ruleset]:
    with running.reading() as (conn, ruleset):
        found = list_leads(conn, ruleset, query)
        return replace(found, leads=with_objections(conn, found.leads)), ruleset


def _all(running: Running, query: LeadQuery, first: LeadList, ruleset: Ruleset) -> Iterator[LeadSummary]:
    """Page after page; when other rules come into force the file stays unfinished: it would be of two versions."""
    page = first
    yield from page.leads
    while page.next is not None:
        page, now = _page(running, replace(query, cursor=page.next))
        if now.hash != ruleset.hash:
            raise Conflict("other rules came into force while the list was written; ask for it again")
        yield from page.leads


def _name(query: LeadQuery) -> str:
    return "-".join(chain(["leads", query.model], [query.band] if query.band else []))


def _heading(said: NullTranslations) -> list[str]:
    return [
        said.gettext("Number"),
        said.gettext("Name"),
        said.gettext("E-mail"),
        said.gettext("Phone"),
        said.gettext("Company"),
        said.gettext("Job"),
        said.gettext("Model"),
        said.gettext("Score"),
        said.gettext("Band"),
        said.gettext("Missing points"),
        said.gettext("Next band"),
        said.gettext("Mostly for"),
        said.gettext("Came by"),
        said.gettext("First seen"),
        said.gettext("Last seen"),
        said.gettext("Owner"),
        said.gettext("Page"),
    ]


class _Lines:
    """Leads as lines of the file, in the reader's words."""

    def __init__(self, said: NullTranslations, ruleset: Ruleset, model: str, base: str) -> None:
        self._said = said
        self._base = base
        self._zone = ruleset.timezone
        self._model = ruleset.model(model)
        self._labels = {rule.id: rule.label for rule in self._model.rules}

    def cells(self, lead: LeadSummary) -> Sequence[Cell]:
        """One lead, in the order of the heading."""
        who = who_is(lead.id, lead.email, lead.attributes, lead.visitor)
        return [
            *(lead.id, who.name, who.email, who.phone, who.company, who.job),
            *(self._model.label, as_number(lead.score), self._band(lead)),
            None if lead.missing is None or lead.out_of_target else as_number(lead.missing),
            "" if lead.next_band is None or lead.out_of_target else band_word(lead.next_band, self._said),
            self._because(lead),
            channel_word(lead.channel, self._said),
            moment(lead.first_seen or None, self._zone),
            moment(lead.last_seen or None, self._zone),
            lead.owner or "",
            f"{self._base}/leads/{lead.id}",
        ]

    def _because(self, lead: LeadSummary) -> str:
        if lead.objects:
            return self._said.gettext("objects to being scored")
        return reason(self._labels.get(lead.top_rule or "", ""), lead.top_times, self._said) if lead.top_rule else ""

    def _band(self, lead: LeadSummary) -> str:
        return self._said.gettext("out of target") if lead.out_of_target else band_word(lead.band, self._said)


ROUTES: Final = [Route("/leads.csv", leads_csv, methods=["GET"])]
