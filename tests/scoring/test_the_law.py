"""The law (scoring.md): in any order, in any batches, anything twice, or rebuilt: the same ledger and scores.

`RIPELINE_EXAMPLES=5000 pytest tests/scoring/test_the_law.py` looks harder.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scoring import brute_force
from tests.scoring.random_files import rule_files, toml_text
from tests.scoring.random_histories import as_event, histories

from ripeline.domain.event import Event
from ripeline.errors import InvalidRules
from ripeline.rules.reading import read_rules
from ripeline.scoring.change import Change
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import LeadState, decode_state, encode_state

EXAMPLES = int(os.environ.get("RIPELINE_EXAMPLES", "200"))

law = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Arrivals = list[list[Event]]


class Lead:
    """One lead as the server keeps it: its stored events, its state as bytes, what was written."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self.stored: dict[str, Event] = {}
        self.blob = encode_state(scorer.fresh())
        self.changes: list[Change] = []

    def take(self, batch: list[Event]) -> None:
        """Fold a batch forward when all of it comes after what is there, else refold."""
        new = sorted({e.id: e for e in batch if e.id not in self.stored}.values(), key=lambda event: event.order)
        self.stored |= {event.id: event for event in new}
        state = decode_state(self.blob)
        try:
            self.changes += [self.scorer.fold(state, event) for event in new]
        except ValueError:
            state, self.changes = self.scorer.refold(self.stored.values())
        self.blob = encode_state(state)

    @property
    def state(self) -> LeadState:
        return decode_state(self.blob)


@st.composite
def arrivals(draw: st.DrawFn, events: list[Event]) -> Arrivals:
    """The events in some order, some of them twice, in batches; half of the time almost in order."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    many = events + [event for event in events if chance.random() < 0.2]
    if chance.random() < 0.5:
        chance.shuffle(many)
    else:
        many.sort(key=lambda event: event.at + chance.choice([0, 0, 0, 7_200_000]))
    batches: Arrivals = [[]]
    for event in many:
        if chance.random() < 0.4:
            batches.append([])
        batches[-1].append(event)
    return batches


def ledger(changes: list[Change]) -> list[brute_force.Line]:
    return [
        (line.model, line.rule, line.event, line.points, line.reason) for change in changes for line in change.lines
    ]


def crossings(changes: list[Change]) -> list[tuple[str, str, bool, str, int]]:
    return [(c.model, c.band, c.entered, c.event, c.score) for change in changes for c in change.crossings]


@law
@given(st.data())
def test_incremental_is_rebuilt_is_the_definition(data: st.DataObject) -> None:
    file, history = data.draw(rule_files(), "file"), data.draw(histories(), "history")
    scorer = scorer_of(file)
    events = [as_event(event) for event in history]
    lead = Lead(scorer)
    for batch in data.draw(arrivals(events), "arrivals"):
        lead.take(batch)
    state, changes = scorer.refold(events)
    definition = brute_force.Reading(file, history)

    assert ledger(lead.changes) == ledger(changes)
    assert lead.state == state
    assert sorted(ledger(changes), key=repr) == sorted(definition.lines, key=repr)
    assert sorted(crossings(changes)) == sorted(definition.crossings)
    for place, model in enumerate(scorer.ruleset.models):
        reading = state.models[place]
        assert (reading.engagement, reading.fit) == definition.scores[model.id]
        assert set(reading.on) == definition.bands[model.id]
        assert reading.score == sum(line[3] for line in ledger(changes) if line[0] == model.id)


def scorer_of(file: dict[str, Any]) -> Scorer:
    text = toml_text(file)
    try:
        return Scorer(read_rules(text))
    except InvalidRules as error:
        pytest.fail(f"{error}\n{text}")
