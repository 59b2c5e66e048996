"""Leads: who is warming up?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from ripeline.pages.desk import Desk
from ripeline.pages.rings import Ring, ring_of
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Model
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.views import LeadSummary

#: So many rows keep the page under 60 KB.
A_PAGE: Final = 40
COLD: Final = "cold"


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead in the list; `because` is the label of the rule that gave most, "" for none."""

    who: Who
    ring: Ring
    lead: LeadSummary
    because: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; "" where it asks nothing. `out` shows out-of-target leads too."""

    model: str
    q: str
    band: str
    identified: str
    out: str

    def address(self, **changes: str) -> str:
        """The list with these changes, from its first page; "" takes a filter off."""
        asked = {name: getattr(self, name) for name in ("model", "q", "band", "identified", "out")} | changes
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/leads?{query}" if query else "/leads"

    @property
    def narrows(self) -> bool:
        return bool(self.q or self.band or self.identified)


@dataclass(frozen=True, slots=True)
class LeadsPage:
    """`model` is the one looked through, `bands` its bands from the highest down to cold; `next` an address or ""."""

    filters: Filters
    model: Model
    models: tuple[Model, ...]
    bands: tuple[str, ...]
    rows: tuple[LeadRow, ...]
    total: int | None
    next: str
    first: bool


def read_leads(desk: Desk) -> LeadsPage:
    """One page of leads as the address asks; InvalidRequest when it asks for a model or place that is not there."""
    filters = _filters(desk)
    model = next((each for each in desk.ruleset.models if each.id == filters.model), desk.ruleset.models[0])
    cursor = desk.query.get("cursor") or None
    query = LeadQuery(
        model=filters.model or model.id,
        band=filters.band or None,
        identified={"yes": True, "no": False}.get(filters.identified),
        q=filters.q,
        out_of_target=bool(filters.out),
        limit=A_PAGE,
        cursor=cursor,
    )
    found = list_leads(desk.conn, desk.ruleset, query)
    return LeadsPage(
        filters=filters,
        model=model,
        models=desk.ruleset.models,
        bands=(*(band.name for band in reversed(model.bands)), COLD),
        rows=tuple(_row(model, lead) for lead in found.leads),
        total=found.total,
        next=_following(filters, found.next),
        first=cursor is None,
    )


def _filters(desk: Desk) -> Filters:
    asked = {name: desk.query.get(name, "").strip()[:200] for name in ("model", "q", "band", "identified", "out")}
    return Filters(**asked)


def _following(filters: Filters, cursor: str | None) -> str:
    if cursor is None:
        return ""
    address = filters.address()
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'cursor': cursor})}"


def _row(model: Model, lead: LeadSummary) -> LeadRow:
    who = who_is(lead.id, lead.email, lead.attributes, lead.visitor)
    because = next((rule.label for rule in model.rules if rule.id == lead.top_rule), "")
    return LeadRow(who, ring_of(model, lead), lead, because)
