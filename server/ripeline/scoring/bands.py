"""Bands: each a switch of its own, on at `enter`, off below `leave`; shown is the highest that is on."""

from __future__ import annotations

from typing import Final

from ripeline.rules.model import Band, Model
from ripeline.scoring.change import Crossing
from ripeline.scoring.state import Instant, ModelState

#: The name of what is below the lowest band of every model.
COLD: Final = "cold"


class Switches:
    """The bands of one model as switches, and beside them the one of `re_enter`."""

    def __init__(self, model: Model) -> None:
        names = [band.name for band in model.bands]
        self._model = model.id
        self._bands = model.bands
        self._high = names[names.index(model.handoff) :] if model.handoff in names else []
        self._re_enter = re_enter_of(model)

    def turn(self, reading: ModelState, instant: Instant, seq: int) -> list[Crossing]:
        """Turn bands on and off after a change of the score at this instant (of the event `seq`), lowest first."""
        score = reading.engagement + reading.fit
        crossings: list[Crossing] = []
        for band in self._bands:
            is_on = band.name in reading.on
            if _holds(band, score, reading.fit, is_on) is is_on:
                continue
            if is_on:
                del reading.on[band.name]
            else:
                reading.on[band.name] = instant
            crossings.append(Crossing(self._model, band.name, not is_on, instant[1], seq, instant[0], score))
        if crossings:
            self._ripen(reading, instant)
        if (reading.again is None) is self._is_again(score):
            reading.again = instant if reading.again is None else None
        return crossings

    def would_turn(self, reading: ModelState, engagement: int, fit: int) -> bool:
        """Whether anything would be turned if these were the thousandths."""
        score = engagement + fit
        if (reading.again is None) is self._is_again(score):
            return True
        return any(
            _holds(band, score, fit, band.name in reading.on) is not (band.name in reading.on) for band in self._bands
        )

    def _is_again(self, score: int) -> bool:
        return self._re_enter is not None and score >= self._re_enter

    def _ripen(self, reading: ModelState, instant: Instant) -> None:
        """Note when the lead came into the hand-off band or a higher one, and when it left."""
        is_ripe = any(name in reading.on for name in self._high)
        was_ripe = reading.ripe is not None and reading.ripe_until is None
        if is_ripe and not was_ripe:
            reading.ripe, reading.ripe_until = instant, None
        elif was_ripe and not is_ripe:
            reading.ripe_until = instant[0]


def re_enter_of(model: Model) -> int | None:
    """The score (thousandths) at which a lead found too early comes again: the model's, or a quarter above `enter` of
    its hand-off band; None where nobody is handed over by score."""
    band = model.handoff_band
    if band is None or model.re_enter is not None:
        return model.re_enter if band else None
    return band.enter - (-abs(band.enter) // 4)


def shown_band(model: Model, reading: ModelState) -> str:
    """The highest band that is on; `cold` when none is."""
    for band in reversed(model.bands):
        if band.name in reading.on:
            return band.name
    return COLD


def is_out_of_target(model: Model, reading: ModelState) -> bool:
    """Whether the lead's fit is below what the model asks for."""
    return model.min_fit is not None and reading.fit < model.min_fit


def _holds(band: Band, score: int, fit: int, is_on: bool) -> bool:
    """Between `leave` and `enter` the band stays as it is; the fit a band asks for has no such margin."""
    return score >= (band.leave if is_on else band.enter) and (band.fit is None or fit >= band.fit)
