"""Review: thirty minutes with sales, one lead after the other, and what follows from what was said."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ripeline.errors import NotFound
from ripeline.pages.desk import Desk
from ripeline.pages.rings import model_named
from ripeline.pages.story import without_site
from ripeline.pages.who import Who, who_is
from ripeline.rules.model import Model
from ripeline.store.reading import LARGEST_INTEGER
from ripeline.store.reading_lead import lead_detail
from ripeline.store.reading_timeline import Part, part_of_timeline
from ripeline.store.reviews import Card, Review, cards_of, last_review, review_by_id
from ripeline.store.truth_rows import open_people
from ripeline.store.views import AttributeView, TimelineSession
from ripeline.truth.lives import MOST, Lives, read_lives
from ripeline.truth.proposing import Judged, RuleProposal, ThresholdProposal, propose_points, propose_threshold
from ripeline.truth.shares import Share, share
from ripeline.truth.tops import WORTH_A_CALL

SESSIONS: Final = 6
_EVENTS: Final = 60
_IN_THE_HEADING: Final = frozenset({"name", "first_name", "last_name", "company", "job"})


@dataclass(frozen=True, slots=True)
class PartSaid:
    """What was said of one part of the cards: how many of each verdict, and the share of calls worth making."""

    part: str
    words: dict[str, int]
    worth: Share


@dataclass(frozen=True, slots=True)
class ReviewTab:
    """The last review of the model, if any: `next` is the card to go on with (None: all are done), `said` by part, and
    what it proposes. `people`: how many leads could be looked at."""

    model: Model
    models: tuple[Model, ...]
    review: Review | None
    cards: tuple[Card, ...]
    next: int | None
    said: tuple[PartSaid, ...]
    threshold: ThresholdProposal | None
    rules: tuple[RuleProposal, ...]
    people: int

    @property
    def done(self) -> int:
        return sum(card.verdict is not None for card in self.cards)


@dataclass(frozen=True, slots=True)
class CardPage:
    """One lead of a review, without its score, so that nobody is led by it; `done` of `total` have been looked at."""

    review: Review
    model: Model
    card: Card
    who: Who
    known: tuple[AttributeView, ...]
    sessions: tuple[TimelineSession, ...]
    before: int | None
    done: int
    total: int


def read_review_tab(desk: Desk) -> ReviewTab:
    """The page of the model asked for, else the first that hands over."""
    models = desk.ruleset.models
    first = next((each for each in models if each.handoff is not None), models[0])
    model = next((each for each in models if each.id == desk.query.get("model")), first)
    review = last_review(desk.conn, model.id)
    cards = cards_of(desk.conn, review.id) if review else ()
    shown = [card.lead for card in cards]
    lives = read_lives(desk.conn, desk.ruleset, model, int(time.time() * 1000), shown)
    judged = _judged(lives, cards)
    return ReviewTab(
        model=model,
        models=models,
        review=review,
        cards=cards,
        next=next_card(cards),
        said=tuple(_said(part, cards) for part in ("top", "next", "random")) if review else (),
        threshold=propose_threshold(model, judged),
        rules=propose_points(model, judged),
        people=len(open_people(desk.conn, model.id, MOST)),
    )


def read_card(desk: Desk) -> CardPage:
    """The card the path names. Raises `NotFound`."""
    review = review_by_id(desk.conn, desk.params["id"])
    model = model_named(desk.ruleset, review.model) if review else None
    cards = cards_of(desk.conn, review.id) if review else ()
    card = next((each for each in cards if each.place == desk.params["place"]), None)
    if review is None or model is None or card is None:
        raise NotFound("card", desk.params["place"])
    detail = lead_detail(desk.conn, desk.ruleset, card.lead)
    known = {each.name: each.value for each in detail.attributes}
    timeline = part_of_timeline(desk.conn, desk.ruleset, detail.id, Part(None, SESSIONS, LARGEST_INTEGER, _EVENTS))
    places = [each.place for each in cards if each.place < card.place]
    return CardPage(
        review=review,
        model=model,
        card=card,
        who=who_is(detail.id, detail.email, known),
        known=tuple(each for each in detail.attributes if each.name not in _IN_THE_HEADING | {"email", "phone"}),
        sessions=tuple(without_site(timeline.sessions)),
        before=places[-1] if places else None,
        done=sum(each.verdict is not None for each in cards),
        total=len(cards),
    )


def next_card(cards: Iterable[Card]) -> int | None:
    """The place of the first card nobody has looked at."""
    return next((card.place for card in cards if card.verdict is None), None)


def _judged(lives: Lives, cards: Iterable[Card]) -> list[Judged]:
    by_lead = {life.lead: life for life in lives.all}
    return [Judged(by_lead[card.lead], card.verdict) for card in cards if card.verdict and card.lead in by_lead]


def _said(part: str, cards: Iterable[Card]) -> PartSaid:
    words = Counter(card.verdict for card in cards if card.part == part and card.verdict)
    worth = sum(words[word] for word in WORTH_A_CALL)
    return PartSaid(part, {word: count for word, count in words.items() if word}, share(worth, words.total()))
