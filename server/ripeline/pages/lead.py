"""Lead: what did this person do, and why this score?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from ripeline.errors import NotFound
from ripeline.pages.desk import Desk
from ripeline.pages.receipt import Receipt, receipt_of
from ripeline.pages.rings import Ring, ring_of, tone_of
from ripeline.pages.story import SessionStory, story_of
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Model
from ripeline.store.reading_lead import lead_detail
from ripeline.store.reading_timeline import lead_timeline
from ripeline.store.views import AttributeView, HandoffView, LeadDetail, ModelReading

#: So many sessions keep the page under 60 KB.
SESSIONS: Final = 10
_LARGEST_ID: Final = 2**63 - 1

#: Said by the heading already, or at hand beside it.
_IN_THE_HEADING: Final = frozenset({"name", "first_name", "last_name", "company", "job"})


@dataclass(frozen=True, slots=True)
class LeadPage:
    """`reading` is of the model looked through, `others` of the rest; `tones` are of its bands.

    `next` is the address of older sessions or ""; `first` while these are the newest.
    """

    who: Who
    detail: LeadDetail
    known: tuple[AttributeView, ...]
    reading: ModelReading
    ring: Ring
    others: tuple[tuple[ModelReading, Ring], ...]
    receipt: Receipt
    tones: dict[str, str]
    handoff: HandoffView | None
    sessions: tuple[SessionStory, ...]
    first: bool
    next: str


def read_lead(desk: Desk) -> LeadPage:
    """One lead through the model asked for, else the one it is ripest in. NotFound for nobody."""
    id = desk.params["id"]
    if id > _LARGEST_ID:
        raise NotFound("lead", id)
    detail = lead_detail(desk.conn, desk.ruleset, id)
    if not detail.models:
        raise NotFound("score", id)
    reading = _looked_through(detail, desk.query.get("model", ""))
    model = desk.ruleset.model(reading.model)
    cursor = desk.query.get("cursor") or None
    timeline = lead_timeline(desk.conn, desk.ruleset, detail.id, cursor, SESSIONS)
    visitor = detail.visitors[0] if detail.visitors else ""
    return LeadPage(
        who=who_is(detail.id, detail.email, {each.name: each.value for each in detail.attributes}, visitor),
        detail=detail,
        known=tuple(each for each in detail.attributes if each.name not in _IN_THE_HEADING | {"email", "phone"}),
        reading=reading,
        ring=ring_of(model, reading),
        others=tuple((each, ring_of(desk.ruleset.model(each.model), each)) for each in _others(detail, reading)),
        tones={band.name: tone_of(model, band.name) for band in model.bands},
        receipt=receipt_of(model, reading),
        handoff=_standing(detail, model),
        sessions=tuple(story_of(model, session) for session in timeline.sessions),
        first=cursor is None,
        next=_older(detail.id, reading.model, timeline.next),
    )


def _looked_through(detail: LeadDetail, asked: str) -> ModelReading:
    """The model asked for, else the lead's interest: where it is ripest."""
    named = next((reading for reading in detail.models if reading.model == asked), None)
    return named or max(detail.models, key=lambda reading: (reading.ripeness or 0, reading.score))


def _others(detail: LeadDetail, reading: ModelReading) -> tuple[ModelReading, ...]:
    return tuple(each for each in detail.models if each.model != reading.model)


def _standing(detail: LeadDetail, model: Model) -> HandoffView | None:
    """The hand-off that is still somebody's to do."""
    live = (each for each in detail.handoffs if each.state in ("open", "claimed", "snoozed"))
    return next((each for each in live if each.model == model.id), None)


def _older(lead_id: int, model: str, cursor: str | None) -> str:
    return f"/leads/{lead_id}?{urlencode({'model': model, 'cursor': cursor})}" if cursor else ""
