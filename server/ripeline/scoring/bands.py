"""Bands: each a switch of its own, on at `enter`, off below `leave`; shown is the highest that is on."""

from __future__ import annotations

from typing import Final

from ripeline.domain.event import Event
from ripeline.rules.model import Band, Model
from ripeline.scoring.change import Crossing
from ripeline.scoring.state import ModelState

#: The name of what is below the lowest band of every model.
COLD: Final = "cold"


def switch_bands(model: Model, reading: ModelState, event: Event) -> list[Crossing]:
    """Turn the bands of a model on and off after a change of its score at this event, lowest first."""
    crossings: list[Crossing] = []
    for band in model.bands:
        is_on = band.name in reading.on
        if _holds(band, reading, is_on) is is_on:
            continue
        if is_on:
            del reading.on[band.name]
        else:
            reading.on[band.name] = (event.at, event.id)
        crossings.append(Crossing(model.id, band.name, not is_on, event.id, event.seq, event.at, reading.score))
    if crossings:
        _ripen(model, reading, event)
    return crossings


def shown_band(model: Model, reading: ModelState) -> str:
    """The highest band that is on; `cold` when none is."""
    return next((band.name for band in reversed(model.bands) if band.name in reading.on), COLD)


def is_out_of_target(model: Model, reading: ModelState) -> bool:
    """Whether the lead's fit is below what the model asks for."""
    return model.min_fit is not None and reading.fit < model.min_fit


def _holds(band: Band, reading: ModelState, is_on: bool) -> bool:
    """Between `leave` and `enter` the band stays as it is; the fit a band asks for has no such margin."""
    fits = band.fit is None or reading.fit >= band.fit
    return fits and reading.score >= (band.leave if is_on else band.enter)


def _ripen(model: Model, reading: ModelState, event: Event) -> None:
    """Note when the lead came into the hand-off band or a higher one, and when it left."""
    names = [band.name for band in model.bands]
    high = names[names.index(model.handoff) :] if model.handoff in names else []
    is_ripe = any(name in reading.on for name in high)
    was_ripe = reading.ripe is not None and reading.ripe_until is None
    if is_ripe and not was_ripe:
        reading.ripe, reading.ripe_until = (event.at, event.id), None
    elif was_ripe and not is_ripe:
        reading.ripe_until = event.at
