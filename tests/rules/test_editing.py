"""A rule file changed as text keeps every comment; two files compared say what a what-if must do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.any_rules import file_with, rules

from ripeline import paths
from ripeline.errors import InvalidRules, NotFound
from ripeline.rules.editing import changes, with_points
from ripeline.rules.model import Rule, Ruleset
from ripeline.rules.reading import load_rules, read_rules

FILES = pytest.mark.parametrize("file", [paths.EXAMPLE_RULES, paths.EXAMPLE_RULES_FR], ids=["english", "french"])
NUMBERS = st.integers(-1_000_000_000, 1_000_000_000)

TEXT = """# What counts
[rules]
careers = { points = -5, on = "page", where.path = "/careers*" }   # points = -5

[models.m]
bands = { hot = 10 }
[models.m.rules]
pricing = { label = "points = 5, # not here", points = 5,  on = "page", cap = { points = 10, per = "day" } }
paper.on = "download"
paper.points = 0x10 # five
many = { on = "page", values = { "/a" = 1 } }
[models.m.rules."long-one"]
points =    1_000.5    # one thousand and a half
on = [
  "page", # of course
]
[models.other]
bands = { hot = 10 }
rules = { pricing = { points = 1, on = "page" } }
shared = false
"""


def rule_of(ruleset: Ruleset, model: str, id: str) -> Rule:
    return next(rule for rule in ruleset.model(model).rules if rule.id == id)


@pytest.mark.parametrize(
    ("model", "rule", "points", "line"),
    [
        ("m", "pricing", 7000, 'pricing = { label = "points = 5, # not here", points = 7,  on = "page", cap = { po'),
        ("m", "careers", -7500, 'careers = { points = -7.5, on = "page", where.path = "/careers*" }   # points = -5'),
        ("m", "paper", 5000, "paper.points = 5 # five"),
        ("m", "long-one", 1, "points =    0.001    # one thousand and a half"),
        ("other", "pricing", -1000, "rules = { pricing = { points = -1, on = "),
    ],
)
def test_one_number_is_rewritten_and_nothing_else(model: str, rule: str, points: int, line: str) -> None:
    changed = with_points(TEXT, model, rule, points)
    (new,) = set(changed.split("\n")) - set(TEXT.split("\n"))
    assert new.startswith(line)
    assert rule_of(read_rules(changed), model, rule).points == points


@pytest.mark.parametrize(("rule", "points"), [("paper", 16_000), ("long-one", 1_000_500), ("careers", -5000)])
def test_a_number_that_says_so_already_stays_as_written(rule: str, points: int) -> None:
    assert with_points(TEXT, "m", rule, points) == TEXT


@pytest.mark.parametrize(("model", "rule"), [("m", "none"), ("none", "pricing"), ("m", "many"), ("other", "careers")])
def test_a_rule_without_a_number_is_not_found(model: str, rule: str) -> None:
    with pytest.raises(NotFound, match=f"{model}.{rule}"):
        with_points(TEXT, model, rule, 1000)


def test_a_file_with_mistakes_is_not_rewritten() -> None:
    with pytest.raises(InvalidRules):
        with_points(TEXT.replace("hot = 10", "hot = 10,"), "m", "pricing", 1000)


@FILES
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_number_of_the_files_that_ship_can_be_rewritten(file: Path, ends: str, mark: str) -> None:
    text = mark + file.read_text(encoding="utf-8").replace("\n", ends)
    ruleset = read_rules(text)
    for model in ruleset.models:
        for rule in model.rules:
            assert rule.points is not None
            changed = with_points(text, model.id, rule.id, 7125)
            assert {change.rule for change in changes(ruleset, read_rules(changed)).rules} == {rule.id}
            assert with_points(changed, model.id, rule.id, rule.points) == text


@given(rules.filter(lambda rule: "points" in rule), NUMBERS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_is_rewritten_reads_as_it_was_meant(rule: dict[str, Any], points: int, ends: str, mark: bool) -> None:
    text = ("\ufeff" if mark else "") + f"# é{ends}" + file_with(rule).text.replace("\n", ends)
    changed = with_points(text, "m", "r", points)
    old, new = read_rules(text), read_rules(changed)
    before, after = rule_of(old, "m", "r"), rule_of(new, "m", "r")
    assert replace(before, points=points) == after
    back = read_rules(with_points(changed, "m", "r", before.points or 0))
    assert rule_of(back, "m", "r") == before
    assert not changes(old, back)


def differ(old: str, new: str) -> dict[str, frozenset[str]]:
    """What `changes` says of TEXT with one text replaced: `model.rule`, model or "top" → keys."""
    assert old in TEXT
    found = changes(read_rules(TEXT), read_rules(TEXT.replace(old, new)))
    said = {f"{change.model}.{change.rule}": change.keys for change in found.rules}
    said |= {change.model: change.keys for change in found.models}
    return said | ({"top": found.top} if found.top else {})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("# What counts", "[[scenarios]]\nmodel = 'm'\nexpect.score = 0\n", {}),
        ("points = -5, on", "points = -6, on", {"m.careers": {"points"}}),
        ('label = "points = 5, # not here", ', "", {"m.pricing": {"label"}}),
        ("0x10 # five", "16", {}),
        (
            "bands = { hot = 10 }\n[models.m.rules]", "bands = { hot = 9 }\nlabel = 'M'\n[models.m.rules]",
            {"m": {"bands", "label"}},
        ),
        (
            "[models.m.rules]\n", 'groups.g.max = 3\n[models.m.rules]\nx = { points = 1, on = "page", group = "g" }\n',
            {"m": {"groups"}, "m.x": set()},
        ),
        ('"/a" = 1', '"/b" = 1', {"m.many": {"values"}}),
        (
            "# What counts", 'timezone = "Europe/Paris"\nsession_timeout = "1h"',
            {"top": {"timezone", "session_timeout"}},
        ),
        ("# What counts", '[attributes]\njob = "f"', {"top": {"attributes"}}),
        ("# What counts", '[content]\ndecision = "/x"', {}),
        ("[models.m.rules]\n", 'decay.expire = "9d"\n[models.m.rules]\n',
            {f"m.{rule}": {"decay"} for rule in ("pricing", "paper", "many", "long-one", "careers")}),
        ("shared = false", "", {"other.careers": set()}),
        ("[models.other]", "[models.another]",
            {"other": set(), "other.pricing": set(), "another": set(), "another.pricing": set()}),
    ],
)  # fmt: skip
def test_what_two_files_differ_in(old: str, new: str, said: dict[str, set[str]]) -> None:
    assert differ(old, new) == said


def test_a_stage_that_changes_its_pages_concerns_every_lead() -> None:
    staged = TEXT.replace("# What counts", '[content]\ndecision = "/x"').replace(
        'where.path = "/careers*"', 'where.stage = "decision"'
    )
    assert changes(read_rules(staged), read_rules(staged.replace('"/x"', '"/y"'))).top == {"content"}


SMALL = """
[models.m]
bands = {{ hot = 10 }}
groups = {{ g = {{ max = {limit} }} }}
[models.m.rules]
a = {{ points = {points}, on = "page", where.path = "{path}", group = "g" }}
b = {{ points = 1, on = "form", after = "a" }}
c = {{ points = {capped}, on = "form", cap = {{ points = 3, per = "day" }} }}
d = {{ points = {fading}, on = "form", decay = {{ expire = "9d" }} }}
"""


@pytest.mark.parametrize(
    ("said", "refolded"),
    [
        ({"points": 7}, set()),
        ({"limit": 7}, set()),
        ({"points": 7, "limit": 7}, set()),
        ({"path": "/b"}, {"a", "b"}),
        ({"capped": 2}, {"c"}),
        ({"fading": 2}, {"d"}),
    ],
)
def test_what_must_be_refolded(said: dict[str, Any], refolded: set[str]) -> None:
    plain = {"limit": 9, "points": 5, "path": "/a", "capped": 1, "fading": 1}
    found = changes(read_rules(SMALL.format(**plain)), read_rules(SMALL.format(**(plain | said))))
    assert found
    assert found.refolded == {("m", rule) for rule in refolded}
    assert found.is_of_the_sum == (not refolded)


def test_a_model_that_comes_or_goes_is_not_of_the_sum() -> None:
    one, two = read_rules(TEXT), read_rules(TEXT.replace("[models.other]", "[models.another]"))
    assert not changes(one, two).is_of_the_sum
    assert changes(one, two).refolded == {("other", "pricing"), ("another", "pricing")}


@FILES
def test_a_file_does_not_differ_from_itself(file: Path) -> None:
    assert not changes(load_rules(file), load_rules(file))
