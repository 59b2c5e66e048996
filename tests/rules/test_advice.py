"""Warnings name what a file probably does not mean, and are silent about what it may well mean."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ripeline import paths
from ripeline.rules.advice import advice_on, most
from ripeline.rules.reading import load_rules, read_rules

MODEL = "[models.m]\nbands = { warm = 5, hot = { enter = 12, exit = 10 } }\n[models.m.rules]\n"
VISIT = 'visit = { points = 1, on = "page" }\n'


def advice(text: str) -> list[str]:
    return [f"{one.line}: {one.rule}: {one.problem}" for one in advice_on(read_rules(text))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MODEL + 'a = { points = 5, on = "page", once_per = "lead" }', "2: : model `m`: nobody can reach `hot`: all"),
        (MODEL + VISIT + 'a = { points = -100, on = "unsubscribe" }', "5: a: it takes 100 points where 12 are enough"),
        (MODEL + VISIT + 'a = { points = -100, lead.job = "*student*" }', "5: a: it takes 100 points"),
        (MODEL, "1: : model `m`: it has no rules"),
        (MODEL.replace("warm = 5", "warm = 0") + VISIT, "everybody is in `warm` from the start, it begins at 0"),
        (MODEL.replace("exit = 10", "fit = 3") + VISIT + 'f = { points = 2, lead.job = "x" }', "asks for 3 points"),
        (MODEL.replace("[models.m.", "min_fit = 1\n[models.m.") + VISIT, "3: : model `m`: everybody is out of target"),
        (MODEL + VISIT + 'a = { points = 1, on = "pages" }', "an event of your own: did you mean `page`?"),
        (MODEL + VISIT + 'a = { points = 1, on = "downlaod" }', "did you mean `download`?"),
        (MODEL + VISIT + 'a = { points = 1, on = "visite" }', "did you mean `page`?"),
        (MODEL + VISIT + 'a = { points = 1, on = "engagement" }', "no rule ever matches `engagement`"),
        (MODEL + VISIT + 'a = { points = 1, on = "page", where.file = "a.pdf" }', "and the rule is about `page`"),
        (MODEL + VISIT + 'a = { points = 1, on = "page", where.channel = "search" }', "no session comes by `search`"),
        (MODEL + VISIT + 'a = { points = 1, lead.jobs = "x" }', "no form field fills `lead.jobs`: did you mean `job`?"),
    ],
)  # fmt: skip
def test_a_probable_slip_is_named(text: str, said: str) -> None:
    (found,) = advice(text)
    assert said in found


@pytest.mark.parametrize(
    "rules",
    [
        'a = { points = -20, lead.job = "*student*" }',
        'a = { points = 1, on = "demo_asked" }',
        'a = { points = 1, on = ["page", "form"], where.form = "demo" }',
        'a = { points = 1, on = "form", where.file.not = "a.pdf" }',
        'a = { points = 1, lead.employees = { min = 50 } }',
        'a = { points = 1, on = "session", where.channel = ["email", "*social"] }',
    ],
)  # fmt: skip
def test_what_may_be_meant_is_not_warned_of(rules: str) -> None:
    assert advice(MODEL + VISIT + rules) == []


def test_a_shared_rule_is_warned_of_once() -> None:
    models = MODEL + VISIT + MODEL.replace("models.m", "models.n") + VISIT
    assert len(advice('[rules]\na = { points = 1, on = "pages" }\n' + models)) == 1


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        ('{ points = 5, on = "page" }', math.inf),
        ('{ points = 5, on = "page", once_per = "lead" }', 5000),
        ('{ points = 5, on = "page", cap = { points = 20, per = "ever" } }', 20_000),
        ('{ points = 5, on = "page", cap = { points = 20, per = "day" } }', math.inf),
        ('{ points = 5, on = "page", once_per = "lead", cap = { points = 3, per = "ever" } }', 3000),
        ('{ points = 5, on = "download", where.file = "a.pdf" }', 5000),
        ('{ points = 5, on = "download", where.file = ["a.pdf", "b.pdf"] }', 10_000),
        ('{ points = 5, on = "download", where.file = "*.pdf" }', math.inf),
        ('{ points = 5, on = "unsubscribe" }', 5000),
        ('{ points = -5, on = "page" }', 0),
        ('{ points = 5, lead.job = "x" }', 5000),
        ('{ on = "download", once_per = "lead", values = { "a" = 2, "*" = 7 } }', 7000),
    ],
)
def test_the_most_a_rule_can_give(rule: str, points: float) -> None:
    assert most(read_rules(f"{MODEL}r = {rule}").models[0].rules[0]) == points


@pytest.mark.parametrize("file", [paths.EXAMPLE_RULES, paths.EXAMPLE_RULES_FR], ids=["english", "french"])
def test_the_files_that_ship_give_no_warning(file: Path) -> None:
    assert advice_on(load_rules(file)) == []
