"""The fast answers of a what-if are those of a plain recomputation, for any change of any rule file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from tests.calibration.edits import edits
from tests.calibration.plain_whatif import as_plain, plain_whatif
from tests.fold.ledger_house import DAY, House, open_house
from tests.scoring.random_files import rule_files, toml_text
from tests.scoring.random_histories import as_event, histories

from ripeline.calibration.whatif import WhatIf, rules_in_force
from ripeline.domain.event import Event
from ripeline.errors import InvalidRules
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules

EXAMPLES = int(os.environ.get("RIPELINE_LAW_EXAMPLES", "60"))


def ruleset_of(file: dict[str, Any]) -> Ruleset:
    try:
        return read_rules(toml_text(file))
    except InvalidRules:
        assume(False)
        raise


def persons(stories: list[list[dict[str, Any]]]) -> dict[str, list[Event]]:
    """Every story told of somebody else, who is known from a form at its middle, or never."""
    found: dict[str, list[Event]] = {}
    for number, story in enumerate(stories):
        events = [
            msgspec.structs.replace(each, id=f"{number}-{each.id}", visitor=f"visitor-{number}", email=None, site=1)
            for each in map(as_event, story)
        ]
        if number % 3:
            middle = events[len(events) // 2].at
            id, email = f"{number}-form", f"lead{number}@example.com"
            form = Event(
                id=id, visitor=f"visitor-{number}", on="form", at=middle, url="https://a.example/", email=email
            )
            events.append(form)
        found[f"visitor-{number}"] = sorted(events, key=lambda each: each.order)
    return found


def asked(house: House, new: Ruleset, until: int) -> WhatIf:
    with house.database.read() as conn:
        known = rules_in_force(conn, Path("none.toml"))
    return WhatIf(house.database, known, new, until, most_hands=1)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_sums_and_replays_agree_with_plain_recomputation(data: st.DataObject) -> None:
    file = data.draw(rule_files(), "file")
    old, new = ruleset_of(file), ruleset_of(data.draw(edits(file), "edited"))
    leads = persons(data.draw(st.lists(histories(), min_size=1, max_size=5), "stories"))
    until = max(each.at for events in leads.values() for each in events) + data.draw(st.sampled_from([0, 3, 45])) * DAY
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Path(folder), old.text)
        house.now = until
        house.under(old.text)
        house.fold(*(each for events in leads.values() for each in events))
        what_if = asked(house, new, until)
        what_if.bands(lambda done, total: None)
        what_if.calls(lambda done, total: None)
        report = what_if.report
        house.conn.close()
        house.database.close()
    event("everybody" if what_if.plan.everybody else "some" if report.replayed else "sums alone")
    plain = plain_whatif(old, new, leads, until)
    found = as_plain(report, what_if.plan.models)
    assert report.failed == 0
    assert found == {model: plain[model] for model in what_if.plan.models}
    for model in plain.keys() - set(what_if.plan.models):
        assert all(before == after for before, after in plain[model][0])
        assert plain[model][2].keys() <= {0}
