"""No history reaches more than the rules of a model can give, and every file can be advised on."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from tests.rules.any_rules import file_with, rules
from tests.scoring.random_histories import as_event, histories

from ripeline.rules.advice import advice_on
from ripeline.rules.reach import most_of
from ripeline.scoring.fold import Scorer


@given(rules, histories())
def test_no_history_scores_more_than_the_reach_of_its_model(
    rule: dict[str, Any], history: list[dict[str, Any]]
) -> None:
    ruleset = file_with(rule)
    scorer = Scorer(ruleset)
    fit, score = most_of(ruleset.models[0])
    for _, state, _ in scorer.replay(map(as_event, history)):
        reading = scorer.read(state, 0)
        # What is left of a fading line is rounded, each line for itself.
        assert reading.score <= score + len(history)
        assert reading.fit <= max(fit, 0)


@given(rules)
def test_every_warning_is_a_sentence(rule: dict[str, Any]) -> None:
    for advice in advice_on(file_with(rule)):
        assert not any(sign in advice.problem for sign in ("None", "inf", "nan"))
        assert advice.problem.strip()
