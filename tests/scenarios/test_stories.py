"""The stories told in TOML, also those of the shipped rule files: played, shuffled, rebuilt."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.scoring.stories import MONDAY, WAYS, Way

from ripeline.paths import EXAMPLE_RULES, EXAMPLE_RULES_FR
from ripeline.rules.model import Scenario
from ripeline.rules.reading import load_rules, read_rules
from ripeline.scoring.fold import Scorer
from ripeline.scoring.receipt import receipt_of
from ripeline.scoring.scenario_steps import end_of, events_of
from ripeline.scoring.scenarios import run_scenarios

FILES = [EXAMPLE_RULES, EXAMPLE_RULES_FR, *sorted(Path(__file__).parent.glob("*.toml"))]
STORIES = [(file, story) for file in FILES for story in load_rules(file).scenarios]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_story_ends_as_it_says(file: Path) -> None:
    for result in run_scenarios(load_rules(file)):
        assert result.passed, f"{result.name}: {result.problems}, {result.rules}"


@pytest.mark.parametrize("tell", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize(("file", "story"), STORIES, ids=lambda each: getattr(each, "name", ""))
def test_a_story_ends_the_same_however_it_arrives(file: Path, story: Scenario, tell: Way) -> None:
    ruleset = load_rules(file)
    place = [model.id for model in ruleset.models].index(story.model)
    first, *rest = events_of(story, MONDAY, ruleset.content)
    # What is known of the lead from the start is said by the first event, as nothing else arrives.
    events = [msgspec.structs.replace(first, traits=dict(story.lead), verified=True), *rest]
    told = tell(Scorer(ruleset), events, wait=end_of(story, MONDAY) - events[-1].at)
    if story.score is not None:
        assert told.state.models[place].score == story.score
    left = {row.rule: row.left for row in receipt_of(told.scorer, told.state, place, told.lines).rows}
    assert {rule: left.get(rule, 0) for rule in story.rules} == story.rules


WRONG = """
[models.m]
bands = { hot = 10 }
min_fit = 0
[models.m.rules]
visit = { points = 5, on = "page", once_per = "event" }
student = { points = -10, lead.job = "*student*" }

[[scenarios]]
name = "too little"
steps = [ { on = "page", path = "/" } ]
expect = { score = 6, band = "hot", handoff = true, rules = { visit = 10 } }

[[scenarios]]
name = "too much"
steps = [ { on = "page", path = "/" }, { on = "page", path = "/" } ]
expect = { handoff = false }

[[scenarios]]
name = "out of target"
lead = { job = "student" }
steps = [ { on = "page", path = "/" }, { on = "page", path = "/" } ]
expect = { band = "cold", handoff = true }
"""


def test_a_story_that_ends_otherwise_says_how() -> None:
    little, much, student = run_scenarios(read_rules(WRONG))
    assert little.problems == (
        "the score is 5, not 6",
        "the band is cold, not hot",
        "it is not handed over",
        "rule visit gives 5, not 10",
    )
    assert much.problems == ("it is handed over, and should not be",)
    assert student.problems == ("the band is out of target, not cold", "it is not handed over: out of target")
    assert not little.passed
    assert (little.name, little.line, little.score, little.band, little.rules) == (
        "too little",
        9,
        5000,
        "cold",
        {"visit": 5000},
    )


def test_steps_are_ten_minutes_apart_unless_they_wait() -> None:
    (story,) = read_rules(
        '[models.m]\nbands = { hot = 1 }\n[models.m.rules]\nv = { points = 1, on = "page" }\n[[scenarios]]\n'
        'steps = [ { on = "page" }, { on = "page" }, { wait = "2d", on = "page" }, { wait = "1h" }, { on = "page" } ]\n'
        "expect = { score = 1 }\n"
    ).scenarios
    minutes = [(event.at - MONDAY) / 60_000 for event in events_of(story, MONDAY, {})]
    assert minutes == [0, 10, 10 + 2880, 10 + 2880 + 60 + 10]
