"""Warnings name what a file probably does not mean, and are silent about what it may well mean."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ripeline import paths
from ripeline.rules.advice import advice_on
from ripeline.rules.model import Decay
from ripeline.rules.reach import left_after, most
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
        (
            MODEL.replace("warm = 5", "warm = 20") + VISIT,
            "2: : model `m`: `hot` begins at 12, below `warm` at 20: the band that begins highest is the ripest, "
            "here `warm`",
        ),
        (MODEL.replace("exit = 10", "fit = 3") + VISIT + 'f = { points = 2, lead.job = "x" }', "asks for 3 points"),
        (MODEL.replace("[models.m.", "min_fit = 1\n[models.m.") + VISIT, "3: : model `m`: everybody is out of target"),
        (MODEL + VISIT + 'a = { points = 1, on = "pages" }', "an event of your own: did you mean `page`?"),
        (MODEL + VISIT + 'a = { points = 1, on = "downlaod" }', "did you mean `download`?"),
        (MODEL + VISIT + 'a = { points = 1, on = "visite" }', "did you mean `session`?"),
        (MODEL + VISIT + 'a = { points = 1, on = "pageview" }', "did you mean `page`?"),
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
    ("rule", "said"),
    [
        ('points = 5, on = "page", cap = { points = 3, per = "day" }', "it never pays 5 points: its `cap` lets 3 thr"),
        ('points = -5, on = "page", cap = { points = 3, per = "day" }', "its `cap` limits nothing"),
        ('points = 5, on = "page", decay = { half_life = "1d" }', "the next day 50% of its points are left"),
        ('points = 5, on = "page", decay = { expire = "1d" }', "the next day 0% of its points are left"),
        ('points = 5, on = "page", decay = { half_life = "3650d" }', "a year later 93% of its points are left"),
        ('points = 5, on = "page", decay = { linear = "1% per 365d" }', "a year later 99% of its points are left"),
        ('points = 10, inactive = "30d"', "it gives 10 points for silence: to take them, write -10"),
        ('points = 5, on = "page", count = { n = 1, within = "7d" }', "its `count` waits for the first time"),
        ('points = 5, on = "page", count = { n = 3, within = "7d" }, once_per = "lead"', "and only 1 can come togeth"),
        ('points = 5, on = "page", count = { n = 9, within = "7d" }, once_per = "day"', "and only 8 can come togeth"),
        (
            'points = 5, on = "page", where.path = ["/a", "/b"], count = { n = 3, within = "7d", distinct = "item" }',
            "it never pays: `count` asks for 3, and only 2 can come together",
        ),
        ('points = 5, on = "page", after = "a"', "`after` names this rule itself: it pays from the second time on"),
        ('points = 5, on = "page", after = { on = "downlaod" }', "did you mean `download`?"),
        ('points = 5, on = "page", after = { on = "engagement" }', "no rule ever matches `engagement`"),
        ('points = -5, on = "inactive"', 'silence is written inactive = "30d", without `on`'),
        ('points = -100, on = "page", group = "g"', "it takes 90 points where 12 are enough"),
    ],
)
def test_a_probable_slip_in_a_rule_is_named(rule: str, said: str) -> None:
    groups = MODEL.replace("[models.m.rules]", "groups = { g = { min = -90 } }\n[models.m.rules]")
    (found,) = [one for one in advice(f"{groups}{VISIT}a = {{ {rule} }}") if "no rule is in group" not in one]
    assert found.startswith("6: a: ")
    assert said in found


@pytest.mark.parametrize(
    ("said_in_file", "line", "said"),
    [
        ('re_enter = 15\nhandoff = "none"', 3, "`re_enter` is never asked: this model hands nobody over"),
        ("re_enter = 12", 3, "comes again at once: `re_enter` is 12, and `hot` begins at 12"),
        ("re_enter = 300", 3, "nobody comes again: `re_enter` is 300, all rules together give 162 at most"),
        ("grades = { A = 20, B = 2 }", 3, "nobody can have grade `A`: it begins at 20, all rules about the person"),
        ("groups.spare.max = 3", 3, 'no rule is in group `spare`: a rule joins it with group = "spare"'),
        ('decay = { half_life = "1d" }', 3, "the next day 50% of its points are left"),
        ("groups.plus = { max = 0 }", 3, "group `plus` never shows: its rules only give points, and `max` is 0"),
        ("groups.plus = { min = 3 }", 3, "group `plus` gives 3 to everybody, also to who did nothing"),
        ("groups.minus = { min = 0 }", 3, "group `minus` never shows: its rules only take points, and `min` is 0"),
        ("groups.minus = { max = -3 }", 3, "group `minus` takes 3 from everybody"),
    ],
)
def test_a_probable_slip_in_a_model_is_named(said_in_file: str, line: int, said: str) -> None:
    rules = 'buys = { points = 160, on = "form", once_per = "lead" }\nfit = { points = 2, lead.job = "x" }\n'
    if "plus" in said_in_file:
        rules += 'plus = { points = 40, on = "click", once_per = "lead", group = "plus" }\n'
    if "minus" in said_in_file:
        rules += 'minus = { points = -1, on = "unsubscribe", group = "minus" }\n'
    (found,) = advice(MODEL.replace("[models.m.rules]", f"{said_in_file}\n[models.m.rules]") + rules)
    assert found.startswith(f"{line}: : model `m`: ")
    assert said in found


def test_a_band_is_out_of_reach_when_groups_caps_and_decay_keep_it_there() -> None:
    model = "[models.m]\nbands = {{ hot = {} }}\ngroups.g.max = 6\n[models.m.rules]\n"
    rules = (
        'a = { points = 5, on = "page", once_per = "lead", group = "g" }\n'
        'b = { points = 5, on = "form", once_per = "lead", group = "g" }\n'
        'c = { points = 2, on = "page", cap = { points = 2, per = "7d" }, decay = { expire = "21d" } }\n'
        'd = { points = 1, on = "session", once_per = "day", decay = { half_life = "1w" } }\n'
        'e = { points = -3, on = "unsubscribe" }\n'
    )
    # 6 of the group, 2 a week for three weeks, 1 a day that halves every week: 1 / (1 - 2^(-1/7)) = 10.6
    assert advice(model.format(22) + rules) == []
    (found,) = advice(model.format(23) + rules)
    assert found.endswith("nobody can reach `hot`: all rules together give 22.607 at most")


def test_the_decay_of_a_model_is_warned_of_once() -> None:
    text = MODEL.replace("[models.m.rules]", 'decay = { expire = "1d" }\n[models.m.rules]') + VISIT
    (found,) = advice(text + 'b = { points = 1, on = "form" }')
    assert found.startswith("3: : model `m`: the next day")


def test_what_is_left_of_points_fades_as_it_is_written() -> None:
    assert [left_after(Decay("half_life", 30), days) for days in (0, 30, 60)] == [1, 0.5, 0.25]
    assert [left_after(Decay("linear", 30, 0.5), days) for days in (0, 15, 30, 60, 90)] == [1, 0.75, 0.5, 0, 0]
    assert [left_after(Decay("expire", 90), days) for days in (0, 89, 90)] == [1, 1, 0]


@pytest.mark.parametrize(
    "rules",
    [
        'a = { points = -20, lead.job = "*student*" }',
        'a = { points = 1, on = "demo_asked" }',
        'a = { points = 1, on = ["page", "form"], where.form = "demo" }',
        'a = { points = 1, on = "form", where.file.not = "a.pdf" }',
        'a = { points = 1, lead.employees = { min = 50 } }',
        'a = { points = 1, on = "session", where.channel = ["email", "*social"] }',
        'a = { points = 5, on = "session", count = { n = 3, within = "7d" } }',
        'a = { points = 5, on = "page", once_per = "day", count = { n = 8, within = "7d" } }',
        'a = { points = -10, inactive = "30d", mode = "once" }',
        'a = { points = 5, on = "page", decay = { half_life = "30d" } }',
        'a = { points = 5, on = "page", decay = { expire = "730d" } }',
        'a = { points = 5, on = "page", after = ["a", "visit"], after_within = "3d", retro = true }',
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
        ('{ points = 5, on = "download", where.channel = "email" }', math.inf),
        ('{ points = 5, on = ["unsubscribe", "download"], where.file = "a.pdf" }', 10_000),
        ('{ points = 5, on = ["page", "form"], once_per = "lead" }', 5000),
        ('{ points = 5, on = "download", where.file = ["a", "b", "c"], count = { n = 2, within = "7d" } }', 5000),
        ('{ points = 5, on = "page", once_per = "lead", count = { n = 2, within = "7d" } }', 0),
        ('{ points = 5, on = "page", count = { n = 2, within = "7d" } }', math.inf),
        ('{ points = 5, on = "page", cap = { points = 5, per = "30d" }, decay = { linear = "50% per 30d" } }', 7500),
        ('{ points = 5, inactive = "30d" }', 5000),
        ('{ points = 5, inactive = "30d", mode = "once" }', math.inf),
        ('{ points = 5, lead.job = "x" }', 5000),
        ('{ on = "download", once_per = "lead", values = { "a" = 2, "*" = 7 } }', 7000),
    ],
)
def test_the_most_a_rule_can_give(rule: str, points: float) -> None:
    assert most(read_rules(f"{MODEL}r = {rule}").models[0].rules[0]) == points


@pytest.mark.parametrize("file", [paths.EXAMPLE_RULES, paths.EXAMPLE_RULES_FR], ids=["english", "french"])
def test_the_files_that_ship_give_no_warning(file: Path) -> None:
    assert advice_on(load_rules(file)) == []
