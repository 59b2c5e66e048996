"""Points a person gives to a lead by hand, with a reason: they count as engagement; nothing fades or limits them."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from ripeline.domain.event import Event
from ripeline.domain.points import to_thousandths
from ripeline.rules.model import Model

#: The id of their ledger lines, where a rule's would be; no rule may have it.
MANUAL: Final = "manual"


class Given(NamedTuple):
    """So many thousandths in the model at that place."""

    model: int
    points: int


def points_by_hand(event: Event, models: tuple[Model, ...]) -> Given | None:
    """What an event of kind `points` gives; None when nothing: nobody we trust gave them, there is no such model (any
    more), or no such number."""
    said = event.props or {}
    points = said.get("points")
    if not event.verified or not isinstance(points, int | float) or isinstance(points, bool):
        return None
    place = next((place for place, model in enumerate(models) if model.id == said.get("model")), None)
    return None if place is None or not math.isfinite(points) else Given(place, to_thousandths(points))
