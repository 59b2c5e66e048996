"""Leads: who is warming up?"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from ripeline.domain.event import DOWNLOAD, FORM, PAGE
from ripeline.fold.objectors import with_objections
from ripeline.pages.desk import Desk
from ripeline.pages.leads_around import lead_address
from ripeline.pages.leads_asked import COLD, OWNERS, SORTS, SPANS, Asked, asked_of, lead_query
from ripeline.pages.leads_trend import Trend, trends_of
from ripeline.pages.rings import Ring, ring_of
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Model
from ripeline.store.reading_items import items_to_choose
from ripeline.store.reading_leads import list_leads
from ripeline.store.reading_leads_choices import channels_in_use, is_anybody_out, is_anybody_owned
from ripeline.store.reading_moves import ripest
from ripeline.store.saved_views import SavedView, views_of
from ripeline.store.views import LeadSummary
from ripeline.templating.times import DAY

#: So many rows keep the page under 60 KB.
A_PAGE: Final = 30
_CHOICES: Final = 12
_CHOICE_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead in the list: `because` the label of the rule that gave most ("" for none), `riper` the other model it
    is riper in (None: in this one), `trend` how its score moved (None: it did not), `objects`: to being scored."""

    who: Who
    ring: Ring
    lead: LeadSummary
    address: str
    because: str
    riper: Model | None
    trend: Trend | None
    objects: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer, all of it found in the data; `bands` from the highest down to cold."""

    bands: tuple[str, ...]
    channels: tuple[str, ...]
    pages: tuple[str, ...]
    files: tuple[str, ...]
    forms: tuple[str, ...]
    owners: tuple[str, ...]
    out: bool
    spans: tuple[int, ...] = SPANS
    sorts: tuple[str, ...] = SORTS


@dataclass(frozen=True, slots=True)
class LeadsPage:
    """`model` is the one looked through; `next` an address or ""; `view` the saved view this is (None: of none)."""

    asked: Asked
    model: Model
    models: tuple[Model, ...]
    choices: Choices
    rows: tuple[LeadRow, ...]
    total: int | None
    at_least: int
    next: str
    first: bool
    views: tuple[SavedView, ...]
    view: SavedView | None


def read_leads(desk: Desk) -> LeadsPage:
    """One page of leads as the address asks; InvalidRequest when it asks for something that is not there."""
    asked, now = asked_of(desk.query), int(time.time() * 1000)
    cursor = desk.query.get("cursor") or None
    query = replace(lead_query(asked, desk.ruleset, desk.user, now), limit=A_PAGE, cursor=cursor)
    model = desk.ruleset.model(query.model)
    found = list_leads(desk.conn, desk.ruleset, query)
    views = views_of(desk.conn, desk.user)
    return LeadsPage(
        asked=asked,
        model=model,
        models=desk.ruleset.models,
        choices=_choices(desk, model, now),
        rows=_rows(desk, asked, model, found.leads, now),
        total=found.total,
        at_least=found.at_least,
        next=_following(asked, found.next),
        first=cursor is None,
        views=views,
        view=next((view for view in views if view.query == asked.query()), None),
    )


def _following(asked: Asked, cursor: str | None) -> str:
    if cursor is None:
        return ""
    address = asked.address()
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'cursor': cursor})}"


def _choices(desk: Desk, model: Model, now: int) -> Choices:
    pages, files, forms = (
        items_to_choose(desk.conn, kind, now - _CHOICE_DAYS * DAY, _CHOICES) for kind in (PAGE, DOWNLOAD, FORM)
    )
    return Choices(
        bands=(*(band.name for band in reversed(model.bands)), COLD),
        channels=channels_in_use(desk.conn),
        pages=pages,
        files=files,
        forms=forms,
        owners=OWNERS if is_anybody_owned(desk.conn) else (),
        out=is_anybody_out(desk.conn, model.id),
    )


def _rows(desk: Desk, asked: Asked, model: Model, leads: tuple[LeadSummary, ...], now: int) -> tuple[LeadRow, ...]:
    ids = [lead.id for lead in leads]
    interests = ripest(desk.conn, desk.ruleset, ids) if len(desk.ruleset.models) > 1 else {}
    trends = trends_of(desk.conn, model, leads, (now, desk.ruleset.timezone))
    labels = {rule.id: rule.label for rule in model.rules}
    models = {each.id: each for each in desk.ruleset.models if each != model}
    return tuple(
        LeadRow(
            who=who_is(lead.id, lead.email, lead.attributes, lead.visitor),
            ring=ring_of(model, lead),
            lead=lead,
            address=lead_address(asked, model.id, lead.id),
            because=labels.get(lead.top_rule or "", ""),
            riper=models.get(interests.get(lead.id, "")),
            trend=trends.get(lead.id),
            objects=lead.objects,
        )
        for lead in with_objections(desk.conn, leads)
    )
