"""Writing ledger lines, and turning bands: the score is what the ledger says because nothing else changes it."""

from __future__ import annotations

from ripeline.domain.event import Event
from ripeline.rules.model import Ruleset
from ripeline.scoring.bands import Switches
from ripeline.scoring.change import Change, Line, Reason
from ripeline.scoring.composition import compositions_of
from ripeline.scoring.points_by_hand import MANUAL, points_by_hand
from ripeline.scoring.scored import ScoredRule
from ripeline.scoring.state import Instant, LeadState, ModelState


class Ledger:
    """The pen: one for all leads under one rule file."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._models = ruleset.models
        self._switches = [Switches(model) for model in ruleset.models]
        self._compositions = compositions_of(ruleset)
        #: The models with decay or groups, by their places.
        self.composed = [(place, each) for place, each in enumerate(self._compositions) if each is not None]

    def fresh(self) -> list[ModelState]:
        """What each model says of a lead nothing has happened to."""
        return [ModelState() if each is None else each.fresh() for each in self._compositions]

    def post(self, state: LeadState, rule: ScoredRule, entry: Line, change: Change) -> None:
        """Write a line of a rule."""
        change.lines.append(entry)
        points, reading = entry.points, state.models[rule.model]
        if points:
            composition = self._compositions[rule.model]
            if composition is not None:
                composition.add(reading, rule.number, points, state.day)
            elif rule.is_fit:
                reading.fit += points
            else:
                reading.engagement += points
        if rule.handoff and entry.reason is None:
            reading.asked = (entry.at, entry.event)
            if rule.model_id not in change.asked:
                change.asked.append(rule.model_id)

    def give(self, state: LeadState, event: Event, change: Change) -> None:
        """Write the line of points given by hand; a mark as suspect takes them back."""
        given = points_by_hand(event, self._models)
        if given is None:
            return
        model, points = self._models[given.model].id, 0 if event.suspect else given.points
        reason: Reason | None = "suspect" if event.suspect else None
        change.lines.append(Line(model, MANUAL, event.id, event.seq, event.at, points, reason))
        reading = state.models[given.model]
        reading.engagement += points
        reading.behaviour += points

    def turn_bands(self, state: LeadState, instant: Instant, seq: int, change: Change, *, all_models: bool) -> None:
        """Turn the bands of the models that got or lost points in this change on and off, or of all."""
        touched = {entry.model for entry in change.lines if entry.points}
        if touched or all_models:
            for reading, switches in zip(state.models, self._switches, strict=True):
                if all_models or switches.model in touched:
                    change.crossings.extend(switches.turn(reading, instant, seq))
