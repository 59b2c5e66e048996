"""The stories of a rule file, `[[scenarios]]`, told to the scorer: does each end as it says?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ripeline.domain.points import as_number
from ripeline.rules.model import Ruleset, Scenario
from ripeline.rules.stories import OUT_OF_TARGET
from ripeline.scoring.bands import COLD
from ripeline.scoring.change import Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.handoffs import Terms, decide, standing_of
from ripeline.scoring.reading import Reading, tallies_of
from ripeline.scoring.scenario_steps import events_of
from ripeline.scoring.state import Attribute, LeadState


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """How a story ended; `problems` say in a sentence each what differs. Points in thousandths, `line` 1-based."""

    name: str
    model: str
    passed: bool
    problems: tuple[str, ...]
    score: int
    band: str
    handoff: bool
    rules: dict[str, int]
    line: int


def run_scenarios(ruleset: Ruleset) -> list[ScenarioResult]:
    """Tell every story of the file, each to a lead of its own, in their order."""
    scorer = Scorer(ruleset)
    return [_run(scorer, scenario) for scenario in ruleset.scenarios]


def _run(scorer: Scorer, scenario: Scenario) -> ScenarioResult:
    place = [model.id for model in scorer.ruleset.models].index(scenario.model)
    state = scorer.fresh()
    begin = _morning(scorer.ruleset.timezone)
    state.attributes = {name: Attribute(value, True, begin) for name, value in scenario.lead.items()}
    lines: list[Line] = []
    handed_over = False
    for event in events_of(scenario, begin, scorer.ruleset.content):
        lines += scorer.fold(state, event).lines
        handed_over = handed_over or _is_handed_over(scorer, place, state, event.at)
    reading = scorer.read(state, place)
    rules = {rule: tally.points for rule, tally in tallies_of(lines, scenario.model).items()}
    problems = tuple(_problems(scenario, reading, handed_over, rules))
    return ScenarioResult(
        name=scenario.name,
        model=scenario.model,
        passed=not problems,
        problems=problems,
        score=reading.score,
        band=_bands_of(reading)[0],
        handoff=handed_over,
        rules=rules,
        line=scenario.line,
    )


def _morning(timezone: str) -> int:
    """Nine o'clock on a Monday, so that steps minutes apart are on one day (ms)."""
    return int(datetime(2026, 1, 5, 9, tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


def _is_handed_over(scorer: Scorer, place: int, state: LeadState, now: int) -> bool:
    out_of_target = scorer.out_of_target(place, state)
    # The lead of a story is reachable, whether or not the story says how.
    standing = standing_of(state.models[place], reachable=True, out_of_target=out_of_target)
    return decide(standing, (), now, Terms()).act == "make"


def _bands_of(reading: Reading) -> tuple[str, ...]:
    """What the band may be called, the name shown first; nobody out of target is cold."""
    if not reading.out_of_target:
        return (reading.band,)
    return (OUT_OF_TARGET,) if reading.band == COLD else (OUT_OF_TARGET, reading.band)


def _problems(scenario: Scenario, reading: Reading, handed_over: bool, rules: dict[str, int]) -> Iterator[str]:
    if scenario.score is not None and reading.score != scenario.score:
        yield f"the score is {as_number(reading.score)}, not {as_number(scenario.score)}"
    if scenario.band is not None and scenario.band not in _bands_of(reading):
        yield f"the band is {_bands_of(reading)[0]}, not {scenario.band}"
    if scenario.handoff is not None and handed_over != scenario.handoff:
        why = ": out of target" if reading.out_of_target else ""
        yield "it is handed over, and should not be" if handed_over else f"it is not handed over{why}"
    for rule, points in scenario.rules.items():
        if rules.get(rule, 0) != points:
            yield f"rule {rule} gives {as_number(rules.get(rule, 0))}, not {as_number(points)}"
