"""The law (scoring.md): in any order, in any batches, anything twice, swept at any time, or rebuilt: one ledger.

`RIPELINE_LAW_EXAMPLES=5000 pytest tests/scoring/test_the_law.py` looks harder.
"""

from __future__ import annotations

import os
import random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scoring import brute_force
from tests.scoring.random_files import rule_files, toml_text
from tests.scoring.random_histories import as_event, histories
from tests.scoring.stories import DAY, Lead

from ripeline.errors import InvalidRules
from ripeline.rules.reading import read_rules
from ripeline.scoring.change import Change
from ripeline.scoring.fold import Scorer
from ripeline.scoring.receipt import receipt_of
from ripeline.scoring.state import LeadState, decode_state, encode_state

EXAMPLES = int(os.environ.get("RIPELINE_LAW_EXAMPLES", "150"))

law = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def leads(draw: st.DrawFn, scorer: Scorer, history: list[dict[str, Any]], until: int) -> Lead:
    """The lead of a server on which the history arrived in some order, some of it twice, in batches, half of the time
    almost in order; between them sweeps, and events that should not have been there, erased or marked suspect later.

    Half of the time other rules were in force at first; at times one of its visitors was another lead until the two
    were merged.
    """
    chance = random.Random(draw(st.integers(0, 2**32)))
    lead = Lead(scorer_of(draw(rule_files(), "rules before")) if draw(st.booleans()) else scorer)
    other, are_two = Lead(lead.scorer), chance.random() < 0.3
    events = [as_event(event) for event in history]
    strangers = [msgspec.structs.replace(event, id=f"x{event.id}") for event in events if chance.random() < 0.15]
    unmarked = [msgspec.structs.replace(event, suspect="") if event.suspect else event for event in events]
    arrived = [*unmarked, *strangers, *[event for event in events if chance.random() < 0.2 and not event.suspect]]
    if chance.random() < 0.5:
        chance.shuffle(arrived)
    else:
        arrived.sort(key=lambda event: event.at + chance.choice([0, 0, 0, 7_200_000]))
    while arrived:
        size = chance.choice([1, 1, 1, 2, 4])
        batch, arrived = arrived[:size], arrived[size:]
        other.take(*[event for event in batch if are_two and event.visitor == "laptop"])
        lead.take(*[event for event in batch if not are_two or event.visitor == "phone"])
        if chance.random() < 0.3:
            lead.sweep(chance.randint(events[0].at, until))
        if are_two and chance.random() < 0.2:
            lead.merge(other)
            are_two = False
        if lead.scorer is not scorer and chance.random() < 0.3:
            lead.under(scorer)
    if are_two:
        lead.merge(other)
    # What people do afterwards: erase, mark.
    lead.stored = {id: event for id, event in lead.stored.items() if not id.startswith("x")}
    lead.stored |= {event.id: event for event in events if event.suspect}
    if strangers or lead.scorer is not scorer or any(event.suspect for event in events):
        lead.under(scorer)
    lead.advance(until)
    return lead


def ledger(changes: list[Change]) -> list[brute_force.Line]:
    return [
        brute_force.Line(line.model, line.rule, line.event, line.at, line.points, line.reason)
        for change in changes
        for line in change.lines
    ]


def crossings(changes: list[Change]) -> list[brute_force.Crossing]:
    return [
        brute_force.Crossing(each.model, each.band, each.entered, each.event, each.at, each.score)
        for change in changes
        for each in change.crossings
    ]


@law
@given(st.data())
def test_incremental_is_rebuilt_is_the_definition(data: st.DataObject) -> None:
    file, history = data.draw(rule_files(), "file"), data.draw(histories(), "history")
    scorer = scorer_of(file)
    until = history[-1]["at"] + data.draw(st.sampled_from([0, 1, 7, 40]), "days after") * DAY
    lead = data.draw(leads(scorer, history, until), "lead")
    state, changes = scorer.refold(map(as_event, history))
    changes.append(scorer.advance(state, until))
    definition = brute_force.Reading(file, history, until)

    assert ledger(lead.changes) == ledger(changes)
    assert crossings(lead.changes) == crossings(changes)
    assert lead.state == state
    assert sorted(ledger(changes), key=repr) == sorted(definition.lines, key=repr)
    assert sorted(crossings(changes)) == sorted(definition.crossings)
    for place, model in enumerate(scorer.ruleset.models):
        reading = state.models[place]
        assert (reading.engagement, reading.fit) == definition.scores[model.id]
        assert set(reading.on) == definition.bands[model.id]
        assert (reading.ripe, reading.ripe_until) == definition.ripe[model.id]
        assert (reading.again, reading.asked) == (definition.again[model.id], definition.asked[model.id])
        assert scorer.out_of_target(place, state) == definition.out_of_target[model.id]
        receipt = receipt_of(scorer, state, place, [line for change in changes for line in change.lines])
        assert reading.score == sum(row.left for row in receipt.rows) + sum(row.points for row in receipt.limits)


@law
@given(st.data())
def test_nothing_changes_before_a_lead_is_due_and_something_does_then(data: st.DataObject) -> None:
    scorer = scorer_of(data.draw(rule_files(), "file"))
    state, _ = scorer.refold(map(as_event, data.draw(histories(), "history")))
    before, due = scorer.readings(state), scorer.due(state)
    waited = copied(state)
    change = scorer.advance(waited, due - 1 if due is not None else 4_000_000_000_000)
    assert (scorer.readings(waited), change.lines, change.crossings) == (before, [], [])
    if due is not None:
        change = scorer.advance(state, due)
        assert scorer.readings(state) != before or change.lines


@law
@given(st.data())
def test_a_ripe_lead_leaves_at_the_end_of_its_shelf_life_and_no_sooner(data: st.DataObject) -> None:
    scorer = scorer_of(data.draw(rule_files(), "file"))
    state, _ = scorer.refold(map(as_event, data.draw(histories(), "history")))
    for place, reading in enumerate(state.models):
        end = scorer.shelf_life(state, place)
        if reading.ripe is None or reading.ripe_until is not None:
            assert end is None
            continue
        waited = copied(state)
        scorer.advance(waited, end - 1 if end is not None else 4_000_000_000_000)
        assert waited.models[place].ripe_until is None
        if end is not None:
            scorer.advance(waited, end)
            assert waited.models[place].ripe_until == end


def copied(state: LeadState) -> LeadState:
    return decode_state(encode_state(state))


def scorer_of(file: dict[str, Any]) -> Scorer:
    text = toml_text(file)
    try:
        return Scorer(read_rules(text))
    except InvalidRules as error:
        pytest.fail(f"{error}\n{text}")
