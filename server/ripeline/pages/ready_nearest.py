"""When there is nobody to call: who will be next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ripeline.pages.desk import Desk
from ripeline.pages.rings import Ring, ring_of
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Model
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.views import LeadSummary

NEAREST: Final = 5
#: The nearest are looked for among the first so many leads of a band.
_LOOKED_AT: Final = 100


@dataclass(frozen=True, slots=True)
class NearRow:
    """One person who is not there yet."""

    who: Who
    ring: Ring
    lead: LeadSummary


def nearest_of(desk: Desk) -> tuple[NearRow, ...]:
    """The ripest people we could reach who are not ripe, one row each, over all models that hand over."""
    found: dict[int, LeadSummary] = {}
    for model in desk.ruleset.models:
        for lead in _below(desk, model):
            if _ripeness(lead) > _ripeness(found.get(lead.id)):
                found[lead.id] = lead
    nearest = sorted(found.values(), key=lambda lead: (-_ripeness(lead), -lead.last_seen))[:NEAREST]
    return tuple(_near(desk, lead) for lead in nearest)


def _below(desk: Desk, model: Model) -> Iterator[LeadSummary]:
    """Whom we could reach in the bands below the one for sales, the highest first, until there are enough."""
    bands = ["cold", *(band.name for band in model.bands)]
    if model.handoff not in bands:
        return
    count = 0
    for band in reversed(bands[: bands.index(model.handoff)]):
        found = list_leads(desk.conn, desk.ruleset, LeadQuery(model.id, band=band, limit=_LOOKED_AT)).leads
        for lead in found:
            if lead.reachable:
                count += 1
                yield lead
        if count >= NEAREST:
            return


def _near(desk: Desk, lead: LeadSummary) -> NearRow:
    who = who_is(lead.id, lead.email, lead.attributes, lead.visitor)
    return NearRow(who, ring_of(desk.ruleset.model(lead.model), lead), lead)


def _ripeness(lead: LeadSummary | None) -> float:
    return (lead.ripeness or 0.0) if lead else 0.0
