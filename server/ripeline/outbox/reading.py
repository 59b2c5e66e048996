"""An alert read from the store: what was so when the message was written, and who the lead is by now."""

from __future__ import annotations

from typing import Any, Final, cast
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from ripeline.domain.event import PAGE
from ripeline.domain.names import name_of
from ripeline.domain.points import to_thousandths
from ripeline.errors import NotFound
from ripeline.outbox.alert import Alert, LastPage, Person, Reason
from ripeline.rules.model import Ruleset
from ripeline.store.database import Connection
from ripeline.store.deliveries import Delivery
from ripeline.store.outbox_rows import Topic
from ripeline.store.reading_lead import lead_detail
from ripeline.store.reading_timeline import lead_timeline
from ripeline.store.views import LeadDetail

_MOST_REASONS = 3
#: The last page is looked for in so many sessions: the newest may be an e-mail or a form sent by a program.
_SESSIONS = 3


class _Model(Struct):
    id: str
    label: str


class _Reason(Struct):
    rule: str
    label: str
    points: float
    times: int


class _Told(Struct):
    """The payload of a message as the fold writes it."""

    lead: dict[str, Any]
    model: _Model | None = None
    band: str = ""
    before: str = ""
    score: float = 0
    reasons: list[_Reason] = []
    handoff: int | None = None
    verdict: str = ""
    note: str = ""
    outcome: str = ""
    value: float | None = None
    by: str = ""


# Made here and not at the first use: several threads that are the first to see a struct crash the process.
_TOLD: Final = msgspec.json.Decoder(_Told)


def read_alert(conn: Connection, ruleset: Ruleset, public_url: str, delivery: Delivery) -> Alert | None:
    """What that delivery tells; None when the lead was erased meanwhile. `public_url` without a trailing slash."""
    told = _TOLD.decode(delivery.payload)
    try:
        lead = lead_detail(conn, ruleset, delivery.lead)
    except NotFound:
        return None
    model = told.model.id if told.model else None
    return Alert(
        id=delivery.message,
        topic=cast(Topic, delivery.topic),
        at=delivery.at,
        lead=lead.id,
        who=_person(lead),
        model=model,
        model_label=told.model.label if told.model else "",
        score=to_thousandths(told.score),
        band=told.band,
        link=f"{public_url}/leads/{lead.id}" + (f"?{urlencode({'model': model})}" if model else ""),
        reasons=tuple(_reason(each) for each in told.reasons[:_MOST_REASONS]),
        before=told.before,
        last_page=_last_page(conn, ruleset, lead.id),
        source=lead.last_source,
        next_step=_next_step(ruleset, model, told.band),
        handoff=told.handoff,
        verdict=told.verdict,
        note=told.note,
        outcome=told.outcome,
        value=None if told.value is None else to_thousandths(told.value),
        by=told.by,
    )


def _person(lead: LeadDetail) -> Person:
    known = {each.name: " ".join(str(each.value).split()) for each in lead.attributes}
    return Person(
        name=name_of(known),
        email=lead.email or "",
        company=known.get("company", ""),
        job=known.get("job", ""),
        phone=known.get("phone", ""),
    )


def _reason(each: _Reason) -> Reason:
    return Reason(each.rule, each.label, to_thousandths(each.points), each.times)


def _last_page(conn: Connection, ruleset: Ruleset, lead: int) -> LastPage | None:
    for session in lead_timeline(conn, ruleset, lead, limit=_SESSIONS).sessions:
        for event in reversed(session.events):
            if event.on == PAGE:
                return LastPage(event.title, event.url, event.at)
    return None


def _next_step(ruleset: Ruleset, model: str | None, band: str) -> str:
    steps = next((each.next_step for each in ruleset.models if each.id == model), {})
    return steps.get(band, "")
