"""How a lead reads in each model after a fold: what is written, and what tells whether sales must hear of it."""

from __future__ import annotations

from msgspec import Struct

from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import Instant, LeadState


class Reading(Struct, frozen=True, gc=False):
    """One model's word on a lead: thousandths, band, and since when it is ripe or has asked (see `ModelState`)."""

    score: int
    engagement: int
    fit: int
    band: str
    out_of_target: bool
    ripe: Instant | None
    ripe_until: int | None
    asked: Instant | None
    again: Instant | None

    @property
    def written(self) -> tuple[int, int, int, str, bool]:
        """What is stored of it."""
        return self.score, self.engagement, self.fit, self.band, self.out_of_target

    @property
    def standing(self) -> tuple[bool, Instant | None, int | None, Instant | None, Instant | None]:
        """All that a hand-off rests on, besides whether the lead can be reached."""
        return self.out_of_target, self.ripe, self.ripe_until, self.asked, self.again


def readings_of(scorer: Scorer, state: LeadState) -> tuple[Reading, ...]:
    """A state as every model reads it, in the order of the models."""
    return tuple([_read(scorer, state, place) for place in range(len(state.models))])


def renewed(scorer: Scorer, state: LeadState, before: tuple[Reading, ...], models: set[str]) -> tuple[Reading, ...]:
    """The readings `before` with those of some models (by their ids) read anew."""
    own = scorer.ruleset.models
    return tuple(
        [_read(scorer, state, place) if own[place].id in models else each for place, each in enumerate(before)]
    )


def faded(scorer: Scorer, state: LeadState, before: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """The readings `before` after a time in which points faded and nothing else happened: no band was turned."""
    found = []
    for place, (now, each) in enumerate(zip(state.models, before, strict=True)):
        if now.engagement == each.engagement and now.fit == each.fit:
            found.append(each)
        else:
            found.append(_read(scorer, state, place))
    return tuple(found)


def _read(scorer: Scorer, state: LeadState, place: int) -> Reading:
    model = state.models[place]
    engagement, fit = model.engagement, model.fit
    return Reading(
        engagement + fit,
        engagement,
        fit,
        scorer.band_of(place, state),
        scorer.out_of_target(place, state),
        model.ripe,
        model.ripe_until,
        model.asked,
        model.again,
    )
