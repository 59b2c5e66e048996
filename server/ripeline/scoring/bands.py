"""Bands: each a switch of its own, on at `enter`, off below `leave`; shown is the highest that is on."""

from __future__ import annotations

from typing import Final

from ripeline.rules.model import Model
from ripeline.scoring.change import Crossing
from ripeline.scoring.state import Instant, ModelState

#: The name of what is below the lowest band of every model.
COLD: Final = "cold"


class Switches:
    """The bands of one model as switches, and beside them the one of `re_enter`."""

    def __init__(self, model: Model) -> None:
        names = [band.name for band in model.bands]
        self.model = model.id
        self._edges = [(band.name, band.enter, band.leave, band.fit) for band in model.bands]
        self._high = names[names.index(model.handoff) :] if model.handoff in names else []
        self._re_enter = re_enter_of(model)

    def turn(self, reading: ModelState, instant: Instant, seq: int) -> list[Crossing]:
        """Turn bands on and off after a change of the score at this instant (of the event `seq`), lowest first."""
        score, fit, on = reading.engagement + reading.fit, reading.fit, reading.on
        crossings: list[Crossing] = []
        for name, enter, leave, least in self._edges:
            is_on = name in on
            # Between `leave` and `enter` the band stays as it is; the fit it may ask for has no such margin.
            holds = score >= (leave if is_on else enter) and (least is None or fit >= least)
            if holds is is_on:
                continue
            if is_on:
                del on[name]
            else:
                on[name] = instant
            crossings.append(Crossing(self.model, name, holds, instant[1], seq, instant[0], score))
        if crossings:
            self._ripen(reading, instant)
        if self._re_enter is not None and (score >= self._re_enter) is (reading.again is None):
            reading.again = instant if reading.again is None else None
        return crossings

    def would_turn(self, reading: ModelState, engagement: int, fit: int) -> bool:
        """Whether anything would be turned if these were the thousandths."""
        score, on = engagement + fit, reading.on
        for name, enter, leave, least in self._edges:
            is_on = name in on
            if (score >= (leave if is_on else enter) and (least is None or fit >= least)) is not is_on:
                return True
        return self._re_enter is not None and (score >= self._re_enter) is (reading.again is None)

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
