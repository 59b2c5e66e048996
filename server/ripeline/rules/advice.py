"""Warnings: what a rule file may say, and probably does not mean. They never refuse a file."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.rules.advice_models import warnings_of_model
from ripeline.rules.advice_rules import warnings_of_rule
from ripeline.rules.model import Ruleset
from ripeline.rules.syntax import parse
from ripeline.sentences import N_, Sentence


@dataclass(frozen=True, slots=True)
class Advice:
    """One warning: its 1-based line, the rule it is about ("" for none), and the sentence."""

    line: int
    rule: str
    problem: Sentence


def advice_on(ruleset: Ruleset) -> list[Advice]:
    """Every warning on a file, in the order of its lines."""
    lines = parse(ruleset.text, "").lines
    found: dict[Advice, None] = {}
    for model in ruleset.models:
        for keys, problem in warnings_of_model(model):
            path = ("models", model.id, *keys)
            about = N_("model `%(model)s`: %(problem)s", model=model.id, problem=problem)
            found[Advice(lines.of(path), "", about)] = None
        for rule in model.rules:
            found |= {Advice(rule.line, rule.id, problem): None for problem in warnings_of_rule(rule, model, ruleset)}
    return sorted(found, key=lambda advice: advice.line)
