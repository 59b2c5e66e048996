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
from ripeline.scoring.change import Change, Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.handoffs import decide, standing_of, terms_of
from ripeline.scoring.reading import Reading
from ripeline.scoring.receipt import receipt_of
from ripeline.scoring.scenario_steps import end_of, events_of
from ripeline.scoring.state import Attribute
from ripeline.sentences import N_, Sentence


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """How a story ended; `problems` say in a sentence each what differs. Thousandths, `line` 1-based.

    `rules` is what each rule contributes in the end, after caps and decay, before the limits of groups.
    """

    name: str
    model: str
    passed: bool
    problems: tuple[Sentence, ...]
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
    story = _Story(scorer, scenario)
    begin = _morning(scorer.ruleset.timezone)
    story.state.attributes = {name: Attribute(value, True, begin) for name, value in scenario.lead.items()}
    for event in events_of(scenario, begin, scorer.ruleset.content):
        story.wait(event.at)
        story.see(scorer.fold(story.state, event), event.at)
    story.wait(end_of(scenario, begin))
    receipt = receipt_of(scorer, story.state, story.place, story.lines)
    rules = {row.rule: row.left for row in receipt.rows}
    reading = scorer.read(story.state, story.place)
    problems = tuple(_problems(scenario, reading, story.handed_over, rules))
    return ScenarioResult(
        name=scenario.name,
        model=scenario.model,
        passed=not problems,
        problems=problems,
        score=reading.score,
        band=_bands_of(reading)[0],
        handoff=story.handed_over,
        rules=rules,
        line=scenario.line,
    )


class _Story:
    """One lead, looked at after every event and every night."""

    def __init__(self, scorer: Scorer, scenario: Scenario) -> None:
        self.place = [model.id for model in scorer.ruleset.models].index(scenario.model)
        self.state = scorer.fresh()
        self.lines: list[Line] = []
        self.handed_over = False
        self._scorer = scorer
        self._terms = terms_of(scorer.ruleset.models[self.place])

    def wait(self, until: int) -> None:
        """Every night until then (ms) on which something changes."""
        while (due := self._scorer.due(self.state)) is not None and due <= until:
            self.see(self._scorer.advance(self.state, due), due)
        self.see(self._scorer.advance(self.state, until), until)

    def see(self, change: Change, now: int) -> None:
        self.lines += change.lines
        out_of_target = self._scorer.out_of_target(self.place, self.state)
        # The lead of a story is reachable, whether or not the story says how.
        standing = standing_of(self.state.models[self.place], reachable=True, out_of_target=out_of_target)
        self.handed_over = self.handed_over or decide(standing, (), now, self._terms).act == "make"


def _morning(timezone: str) -> int:
    """Nine o'clock on a Monday, so that steps minutes apart are on one day (ms)."""
    return int(datetime(2026, 1, 5, 9, tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


def _bands_of(reading: Reading) -> tuple[str, ...]:
    """What the band may be called, the name shown first; nobody out of target is cold."""
    if not reading.out_of_target:
        return (reading.band,)
    return (OUT_OF_TARGET,) if reading.band == COLD else (OUT_OF_TARGET, reading.band)


def _problems(scenario: Scenario, reading: Reading, handed_over: bool, rules: dict[str, int]) -> Iterator[Sentence]:
    if scenario.score is not None and reading.score != scenario.score:
        scores = {"score": as_number(reading.score), "expected": as_number(scenario.score)}
        yield N_("the score is %(score)s, not %(expected)s", **scores)
    if scenario.band is not None and scenario.band not in _bands_of(reading):
        yield N_("the band is %(band)s, not %(expected)s", band=_bands_of(reading)[0], expected=scenario.band)
    if scenario.handoff is not None and handed_over != scenario.handoff:
        yield _on_handoff(handed_over, reading)
    for rule, points in scenario.rules.items():
        if rules.get(rule, 0) != points:
            given = {"rule": rule, "points": as_number(rules.get(rule, 0)), "expected": as_number(points)}
            yield N_("rule %(rule)s gives %(points)s, not %(expected)s", **given)


def _on_handoff(handed_over: bool, reading: Reading) -> Sentence:
    if handed_over:
        return N_("it is handed over, and should not be")
    return N_("it is not handed over: out of target") if reading.out_of_target else N_("it is not handed over")
