"""Ready: whom do I call now? By band, then who cools down first, then the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Final
from urllib.parse import urlencode

from ripeline.fold.shelf_lives import shelf_lives
from ripeline.pages.colleagues import Others, others_of
from ripeline.pages.desk import Desk
from ripeline.pages.rings import Ring, model_named, ring, ring_of
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Ruleset
from ripeline.store.reading_handoffs import HandoffQuery, list_handoffs
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.views import HandoffView, LeadSummary

REASONS: Final = 3
NEAREST: Final = 5
COLLEAGUES: Final = 3
#: So many rows keep the page under 60 KB.
A_PAGE: Final = 30
#: So many hand-offs are put in order together; more open ones come after them, in lots of as many.
A_LOT: Final = 300
# The nearest are looked for among the first so many leads of each model.
_LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """One person to call; `cools_at` (ms): when they leave the band if nothing happens, None: not at all.

    `colleagues`: others of the same company.
    """

    who: Who
    ring: Ring
    handoff: HandoffView
    cools_at: int | None
    colleagues: Others | None


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
    `next` is the next page's address.
    """

    open: tuple[ReadyRow, ...]
    taken: tuple[ReadyRow, ...]
    nearest: tuple[NearRow, ...]
    several: bool
    whole: bool
    next: str | None


def read_ready(desk: Desk) -> ReadyPage:
    """One page of the open hand-offs; on the first one those that somebody has."""
    cursor, skip = desk.query.get("cursor") or None, _number(desk.query.get("skip", ""))
    lot, after = list_handoffs(desk.conn, desk.ruleset, HandoffQuery("open", limit=A_LOT, cursor=cursor))
    is_first = not cursor and not skip
    taken = list_handoffs(desk.conn, desk.ruleset, HandoffQuery("claimed", limit=A_PAGE))[0] if is_first else ()
    cooling = shelf_lives(desk.conn, desk.ruleset, {each.lead_id for each in (*lot, *taken)})
    open = _in_order(desk.ruleset, lot, cooling)[skip : skip + A_PAGE]
    next = _next(cursor, after, skip + A_PAGE, len(lot))
    return ReadyPage(
        open=tuple(_row(desk, handoff, cooling) for handoff in open),
        taken=tuple(_row(desk, handoff, cooling) for handoff in taken),
        nearest=() if open or taken else _nearest(desk),
        several=sum(model.handoff is not None for model in desk.ruleset.models) > 1,
        whole=is_first and next is None,
        next=next,
    )


Cooling = dict[tuple[int, str], int]


def _in_order(ruleset: Ruleset, handoffs: Iterable[HandoffView], cooling: Cooling) -> list[HandoffView]:
    """The highest band first; in one band who cools down first, then who stays; of equals the newest."""

    def place(each: HandoffView) -> tuple[int, float, int]:
        return -_rank(ruleset, each), cooling.get((each.lead_id, each.model), inf), -each.crossed_at

    return sorted(handoffs, key=place)


def _next(cursor: str | None, after: str | None, shown: int, lot: int) -> str | None:
    """Where the list goes on: in this lot, in the one after it, or nowhere."""
    if shown < lot:
        return "/ready?" + urlencode({**({"cursor": cursor} if cursor else {}), "skip": shown})
    return f"/ready?{urlencode({'cursor': after})}" if after else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _row(desk: Desk, handoff: HandoffView, cooling: Cooling) -> ReadyRow:
    model = model_named(desk.ruleset, handoff.model)
    drawn = ring(model, handoff.current_band, (handoff.ripeness, handoff.notch))
    who = who_is(handoff.lead_id, handoff.email, handoff.attributes)
    colleagues = others_of(desk, handoff.lead_id, COLLEAGUES)
    return ReadyRow(who, drawn, handoff, cooling.get((handoff.lead_id, handoff.model)), colleagues)


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
