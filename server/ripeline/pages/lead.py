"""Lead: what did this person do, and why this score?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ripeline.domain.whole_numbers import whole_number
from ripeline.errors import NotFound
from ripeline.fold.explaining import Explained, explain_lead
from ripeline.pages.card import Consent, Criteria, consent_of, criteria_of
from ripeline.pages.colleagues import Others, others_of
from ripeline.pages.desk import Desk
from ripeline.pages.lead_do import Doing, doing_of
from ripeline.pages.leads_around import Around, around
from ripeline.pages.looking_back import Look, look_of
from ripeline.pages.nights import nights_of
from ripeline.pages.receipt import Receipt, receipt_of
from ripeline.pages.rings import Ring, ring_of, tone_of
from ripeline.pages.score_curve import Curve, curve_of
from ripeline.pages.story import SessionStory, Told, stories_of
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Model
from ripeline.scoring import receipt as scoring
from ripeline.store.reading import LARGEST_INTEGER, place_of
from ripeline.store.reading_bands import standing_of
from ripeline.store.reading_deeds import deeds_of
from ripeline.store.reading_lead import lead_detail
from ripeline.store.reading_timeline import Part, part_of_timeline
from ripeline.store.stars import stars_of
from ripeline.store.views import AttributeView, GivenView, HandoffView, LeadDetail, ModelReading, Timeline

#: So many sessions, or the events of fewer, keep the page under 60 KB.
SESSIONS: Final = 10
EVENTS: Final = 36
COLLEAGUES: Final = 10

#: Said by the heading already, or at hand beside it.
_IN_THE_HEADING: Final = frozenset({"name", "first_name", "last_name", "company", "job"})


@dataclass(frozen=True, slots=True)
class LeadPage:
    """`reading` is of the model looked through, `others` of the rest; `tones` are of its bands.

    `given`: points by hand in that model, the newest first. `next` is the address of older sessions or ""; `first`
    while these are the newest. `look`: as of when; `here`: the address of this very page, `today`: of it
    as it is now; `around`: the list one came from. `colleagues`: others of the
    same company. `criteria`: how much of what the model asks for is known, None when it asks nothing. `scores_this`:
    whether the reader may make rules.
    """

    who: Who
    detail: LeadDetail
    known: tuple[AttributeView, ...]
    criteria: Criteria | None
    consent: Consent
    reading: ModelReading
    ring: Ring
    others: tuple[tuple[ModelReading, Ring], ...]
    receipt: Receipt
    curve: Curve | None
    tones: dict[str, str]
    handoff: HandoffView | None
    sessions: tuple[SessionStory, ...]
    given: tuple[GivenView, ...]
    first: bool
    next: str
    look: Look
    here: str
    today: str
    colleagues: Others | None
    scores_this: bool
    doing: Doing | None
    around: Around | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a page is made of: a lead, as of when, in every model, and `place` of the one looked through."""

    desk: Desk
    detail: LeadDetail
    look: Look
    explained: Explained
    readings: tuple[ModelReading, ...]
    place: int

    @property
    def reading(self) -> ModelReading:
        return self.readings[self.place]

    @property
    def model(self) -> Model:
        return self.desk.ruleset.models[self.place]

    def address(self, **query: str | None) -> str:
        return self.look.address(f"/leads/{self.detail.id}", model=self.reading.model, **query)


def read_lead(desk: Desk) -> LeadPage:
    """One lead through the model asked for, else the one it is ripest in. NotFound for nobody."""
    seen = _seen(desk)
    detail, look, explained, reading, model = seen.detail, seen.look, seen.explained, seen.reading, seen.model
    cursor = desk.query.get("cursor") or None
    timeline = part_of_timeline(desk.conn, desk.ruleset, detail.id, Part(cursor, SESSIONS, look.at, EVENTS))
    known, here = _known(detail, explained, look), seen.address(cursor=cursor)
    handoff = None if look.day else _standing(detail, model)
    others = (each for each in seen.readings if each != reading)
    visitor = detail.visitors[0] if detail.visitors else ""
    return LeadPage(
        who=who_is(detail.id, detail.email, {each.name: each.value for each in known}, visitor),
        detail=detail,
        known=tuple(each for each in known if each.name not in _IN_THE_HEADING | {"email", "phone"}),
        criteria=criteria_of(model, explained.state.attributes),
        consent=consent_of(explained.events),
        reading=reading,
        ring=ring_of(model, reading),
        others=tuple((each, ring_of(desk.ruleset.model(each.model), each)) for each in others),
        receipt=receipt_of(model, explained, reading.next_band, desk.locale),
        curve=curve_of(model, seen.place, explained, deeds_of(desk.conn, detail.id), look.at),
        tones={band.name: tone_of(model, band.name) for band in model.bands},
        handoff=handoff,
        sessions=stories_of(model, timeline.sessions, _told(seen, timeline), _newer(cursor)),
        given=tuple(each for each in detail.given if each.model == model.id and each.at <= look.at),
        first=cursor is None,
        next=seen.address(cursor=timeline.next) if timeline.next else "",
        look=look,
        here=here,
        today=replace(seen, look=replace(look, day="")).address(),
        around=around(desk, detail.id),
        colleagues=None if look.day else others_of(desk, detail.id, COLLEAGUES),
        scores_this=not look.day and desk.role in ("owner", "marketer"),
        doing=None if look.day else doing_of(desk, detail, model.id, here, handoff.id if handoff else None),
    )


def _seen(desk: Desk) -> _Seen:
    id = desk.params["id"]
    detail = lead_detail(desk.conn, desk.ruleset, id)
    if not detail.models:
        raise NotFound("score", id)
    look = look_of(desk.query, desk.ruleset.timezone, detail.last_seen)
    explained = explain_lead(desk.conn, desk.ruleset, detail.id, look.at, nightly=True)
    readings = tuple(map(_reading, desk.ruleset.models, explained.receipts))
    reading = _looked_through(readings, desk.query.get("model", ""))
    return _Seen(desk, detail, look, explained, readings, readings.index(reading))


def _known(detail: LeadDetail, explained: Explained, look: Look) -> tuple[AttributeView, ...]:
    """What was known at the moment looked at."""
    if not look.day:
        return detail.attributes
    facts = sorted(explained.state.attributes.items())
    return tuple(AttributeView(name, fact.value, fact.verified, fact.at) for name, fact in facts)


def _reading(model: Model, receipt: scoring.Receipt) -> ModelReading:
    standing = standing_of(model, receipt.score, receipt.band)
    return ModelReading(
        model=model.id,
        label=model.label,
        score=receipt.score,
        engagement=receipt.engagement,
        fit=receipt.fit,
        band=receipt.band,
        out_of_target=receipt.out_of_target,
        next_band=standing.next_band,
        missing=standing.missing,
        ripeness=standing.ripeness,
        notch=standing.notch,
    )


def _looked_through(readings: tuple[ModelReading, ...], asked: str) -> ModelReading:
    """The model asked for, else the lead's interest: where it is ripest."""
    named = next((reading for reading in readings if reading.model == asked), None)
    return named or max(readings, key=lambda reading: (reading.ripeness or 0, reading.score))


def _told(seen: _Seen, timeline: Timeline) -> Told:
    """What the stored lines do not say: the score just after each event, what time alone did, and stars."""
    explained = seen.explained
    return Told(
        scores={seq: scores[seen.place] for seq, scores in explained.scores.items()},
        nights=nights_of(seen.model, explained.changes),
        stars=stars_of(seen.desk.conn, [event.seq for session in timeline.sessions for event in session.events]),
        known={name: str(fact.value) for name, fact in explained.state.attributes.items()},
        whole=whole_number(seen.desk.query.get("whole", "")) or 0,
    )


def _newer(cursor: str | None) -> int:
    """When the session just above these began; far away when there is none."""
    return place_of(cursor, 2)[0] if cursor else LARGEST_INTEGER


def _standing(detail: LeadDetail, model: Model) -> HandoffView | None:
    """The hand-off that is still somebody's to do."""
    live = (each for each in detail.handoffs if each.state in ("open", "claimed", "snoozed"))
    return next((each for each in live if each.model == model.id), None)
