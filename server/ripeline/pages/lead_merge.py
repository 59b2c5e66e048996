"""Two leads that may be one person: found by search, side by side with what they would read together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.domain.whole_numbers import whole_number
from ripeline.errors import NotFound
from ripeline.fold.folder import now_ms
from ripeline.fold.together import receipts_together
from ripeline.pages.desk import Desk
from ripeline.pages.rings import Ring, ring, ring_of
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Model
from ripeline.scoring.receipt import Receipt
from ripeline.store.notes import notes_of
from ripeline.store.reading import LARGEST_INTEGER
from ripeline.store.reading_bands import standing_of
from ripeline.store.reading_lead import lead_detail
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.views import LeadDetail

FOUND: Final = 10


@dataclass(frozen=True, slots=True)
class Score:
    """A score of one model in thousandths with its band and ring."""

    score: int
    band: str
    ring: Ring


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two; `scores` one a model, in the order of the rules."""

    who: Who
    detail: LeadDetail
    notes: int
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """The two side by side; `together` one a model, and by how much (thousandths) their sum is more."""

    other: Side
    models: tuple[str, ...]
    together: tuple[Score, ...]
    less: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MergePage:
    """`asked` is what was searched, `found` who may be meant; `both` once one is chosen."""

    this: Side
    asked: str
    found: tuple[Who, ...]
    both: Both | None


def read_merge(desk: Desk) -> MergePage:
    """The lead of the address, and the search or the other one asked for. Raises `NotFound`."""
    this = _side(desk, desk.params["id"])
    asked = desk.query.get("q", "").strip()[:200]
    with_ = whole_number(desk.query.get("with", ""))
    if with_ is None:
        return MergePage(this, asked, _found(desk, this.detail.id, asked), None)
    other = _side(desk, with_)
    if other.detail.id == this.detail.id:
        raise NotFound("other lead", with_)
    return MergePage(this, asked, (), _both(desk, this, other))


def _both(desk: Desk, this: Side, other: Side) -> Both:
    receipts = receipts_together(desk.conn, desk.ruleset, [this.detail.id, other.detail.id], now_ms())
    together = tuple(map(_score, desk.ruleset.models, receipts))
    pairs = zip(this.scores, other.scores, together, strict=True)
    return Both(
        other=other,
        models=tuple(model.label for model in desk.ruleset.models),
        together=together,
        less=tuple(one.score + two.score - both.score for one, two, both in pairs),
    )


def _score(model: Model, receipt: Receipt) -> Score:
    standing = standing_of(model, receipt.score, receipt.band)
    return Score(receipt.score, receipt.band, ring(model, receipt.band, (standing.ripeness, standing.notch)))


def _side(desk: Desk, id: int) -> Side:
    if id > LARGEST_INTEGER:
        raise NotFound("lead", id)
    detail = lead_detail(desk.conn, desk.ruleset, id)
    known = {each.name: each.value for each in detail.attributes}
    scores = tuple(
        Score(each.score, each.band, ring_of(desk.ruleset.model(each.model), each)) for each in detail.models
    )
    who = who_is(detail.id, detail.email, known, detail.visitors[0] if detail.visitors else "")
    return Side(who, detail, len(notes_of(desk.conn, detail.id)), scores)


def _found(desk: Desk, this: int, asked: str) -> tuple[Who, ...]:
    """People whose name, e-mail or company has that in it, whatever they score."""
    if not asked:
        return ()
    query = LeadQuery(desk.ruleset.models[0].id, q=asked, out_of_target=True, limit=FOUND + 1)
    leads = list_leads(desk.conn, desk.ruleset, query).leads
    return tuple(who_is(lead.id, lead.email, lead.attributes, lead.visitor) for lead in leads if lead.id != this)[
        :FOUND
    ]
