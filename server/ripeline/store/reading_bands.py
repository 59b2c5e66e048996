"""Where a score stands among the bands of its model: the next band, what is missing, how ripe."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.rules.model import Model


@dataclass(frozen=True, slots=True)
class Standing:
    """`missing` thousandths to `next_band` (both None in the highest); `ripeness`, `notch` on the hand-off scale.

    `ripeness` and `notch` are None for a model that never hands over or whose threshold is not above zero.
    """

    next_band: str | None
    missing: int | None
    ripeness: float | None
    notch: float | None


def standing_of(model: Model, score: int, band: str) -> Standing:
    """Read a score in thousandths, whose lead is in `band`, off the bands of a model."""
    names = [each.name for each in model.bands]
    above = model.bands[names.index(band) + 1 :] if band in names else model.bands
    following = above[0] if above else None
    goal = model.handoff_band.enter if model.handoff_band else 0
    return Standing(
        next_band=following.name if following else None,
        missing=max(following.enter - score, 0) if following else None,
        ripeness=score / goal if goal > 0 else None,
        notch=following.enter / goal if following and goal > 0 else None,
    )


def scores_of_band(model: Model, band: str) -> tuple[int | None, int | None]:
    """The lowest score in thousandths, and the first one too high, that a lead in `band` can have (None: no bound).

    Only a bound: between `exit` and `enter` the band that is kept decides, so its name must be compared too.
    """
    names = [each.name for each in model.bands]
    place = names.index(band) if band in names else -1
    lowest = model.bands[place].leave if place >= 0 else None
    too_high = [each.enter for each in model.bands[place + 1 :] if each.fit is None]
    return lowest, min(too_high, default=None)
