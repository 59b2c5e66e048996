"""Ready: whom do I call now?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.pages.desk import Desk
from ripeline.pages.rings import Ring, model_named, ring, ring_of
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Ruleset
from ripeline.store.reading_handoffs import HandoffQuery, list_handoffs
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.views import HandoffView, LeadSummary

REASONS: Final = 3
NEAREST: Final = 5
#: So many rows keep the page under 60 KB.
A_PAGE: Final = 30
# The nearest are looked for among the first so many leads of each model.
_LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """One person to call."""

    who: Who
    ring: Ring
    handoff: HandoffView


@dataclass(frozen=True, slots=True)
class NearRow:
    """One person who is not there yet."""

    who: Who
    ring: Ring
    lead: LeadSummary


@dataclass(frozen=True, slots=True)
class ReadyPage:
    """`open` to call, `taken` by a colleague already; when both are empty `nearest` says who comes next.

    `several` when more than one model hands over, so that a row must say which. `whole`: this is all there is;
    `next` is the next page's cursor.
    """

    open: tuple[ReadyRow, ...]
    taken: tuple[ReadyRow, ...]
    nearest: tuple[NearRow, ...]
    several: bool
    whole: bool
    next: str | None


def read_ready(desk: Desk) -> ReadyPage:
    """The open hand-offs, highest band first, newest first within one; and those that somebody has."""
    cursor = desk.query.get("cursor") or None
    open, next = list_handoffs(desk.conn, desk.ruleset, HandoffQuery("open", limit=A_PAGE, cursor=cursor))
    taken = () if cursor else list_handoffs(desk.conn, desk.ruleset, HandoffQuery("claimed", limit=A_PAGE))[0]
    return ReadyPage(
        open=tuple(_row(desk, handoff) for handoff in sorted(open, key=lambda each: -_rank(desk.ruleset, each))),
        taken=tuple(_row(desk, handoff) for handoff in taken),
        nearest=() if open or taken else _nearest(desk),
        several=sum(model.handoff is not None for model in desk.ruleset.models) > 1,
        whole=cursor is None and next is None,
        next=next,
    )


def _row(desk: Desk, handoff: HandoffView) -> ReadyRow:
    model = model_named(desk.ruleset, handoff.model)
    drawn = ring(model, handoff.current_band, (handoff.ripeness, handoff.notch))
    return ReadyRow(who_is(handoff.lead_id, handoff.email, handoff.attributes), drawn, handoff)


def _rank(ruleset: Ruleset, handoff: HandoffView) -> int:
    bands = [band.name for model in ruleset.models if model.id == handoff.model for band in model.bands]
    return bands.index(handoff.band) if handoff.band in bands else -1


def _nearest(desk: Desk) -> tuple[NearRow, ...]:
    """The ripest people we could reach, one row each, over all models that hand over."""
    found: dict[int, LeadSummary] = {}
    for model in desk.ruleset.models:
        if model.handoff is None:
            continue
        for lead in list_leads(desk.conn, desk.ruleset, LeadQuery(model.id, limit=_LOOKED_AT)).leads:
            if lead.reachable and _ripeness(lead) > _ripeness(found.get(lead.id)):
                found[lead.id] = lead
    nearest = sorted(found.values(), key=lambda lead: (-_ripeness(lead), -lead.last_seen))[:NEAREST]
    return tuple(_near(desk, lead) for lead in nearest)


def _near(desk: Desk, lead: LeadSummary) -> NearRow:
    who = who_is(lead.id, lead.email, lead.attributes, lead.visitor)
    return NearRow(who, ring_of(desk.ruleset.model(lead.model), lead), lead)


def _ripeness(lead: LeadSummary | None) -> float:
    return (lead.ripeness or 0.0) if lead else 0.0
