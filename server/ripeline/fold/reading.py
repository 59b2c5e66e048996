"""How a lead reads in each model after a fold: what is written, and what tells whether sales must hear of it."""

from __future__ import annotations

from typing import NamedTuple

from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import Instant, LeadState


class Reading(NamedTuple):
    """One model's word on a lead: thousandths, band, and since when it is ripe or has asked (see `ModelState`)."""

    score: int
    engagement: int
    fit: int
    band: str
    out_of_target: bool
    ripe: Instant | None
    ripe_until: int | None
    asked: Instant | None

    @property
    def standing(self) -> tuple[bool, Instant | None, int | None, Instant | None]:
        """All that a hand-off rests on, besides whether the lead can be reached."""
        return self.out_of_target, self.ripe, self.ripe_until, self.asked


def readings_of(scorer: Scorer, state: LeadState) -> tuple[Reading, ...]:
    """A state as every model reads it, in the order of the models."""
    return tuple(
        Reading(
            model.score,
            model.engagement,
            model.fit,
            scorer.band_of(place, state),
            scorer.out_of_target(place, state),
            model.ripe,
            model.ripe_until,
            model.asked,
        )
        for place, model in enumerate(state.models)
    )
