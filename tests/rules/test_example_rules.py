"""The rule files that ship: right, told the same story in both languages, one rule a line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ripeline import paths
from ripeline.domain.event import Event
from ripeline.domain.session import Session
from ripeline.rules.match import event_matcher
from ripeline.rules.model import Decay, Rule, Step
from ripeline.rules.reading import load_rules, read_rules
from ripeline.scoring.scenarios import run_scenarios

FILES = pytest.mark.parametrize("file", [paths.EXAMPLE_RULES, paths.EXAMPLE_RULES_FR], ids=["english", "french"])


@FILES
def test_its_scenarios_end_as_they_say(file: Path) -> None:
    results = run_scenarios(load_rules(file))
    assert [result.problems for result in results] == [()] * 6


@FILES
def test_marc_elodie_and_capucine_are_told(file: Path) -> None:
    scenarios = load_rules(file).scenarios
    assert [scenario.score for scenario in scenarios[:3]] == [13_000, 5000, 18_000]
    assert [scenario.handoff for scenario in scenarios] == [True, False, True, False, True, True]
    assert scenarios[3].band == "out of target"


@FILES
def test_a_visitor_who_comes_back_and_one_who_falls_silent_are_told(file: Path) -> None:
    *_, nadia, silent = load_rules(file).scenarios
    assert list(nadia.rules.values()) == [5000]
    assert silent.steps[-1] == Step("", 31 * 86_400, {})
    assert list(silent.rules.values()) == [-10_000]


@FILES
def test_the_decay_in_the_note_can_be_switched_on(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count("\n# decay = ") == 1
    general, vertical = read_rules(text.replace("\n# decay = ", "\ndecay = ").partition("[[scenarios]]")[0]).models
    fading = {rule.id for rule in general.rules if rule.decay == Decay("half_life", 30)}
    assert fading == {rule.id for rule in general.rules if rule.on}
    assert not any(rule.decay for rule in vertical.rules)


@FILES
def test_a_rule_is_a_line(file: Path) -> None:
    text = file.read_text(encoding="utf-8").split("\n")
    for model in load_rules(file).models:
        for rule in model.rules:
            assert re.match(rf"{rule.id} += {{ .* }}( +# .*)?$", text[rule.line - 1])
            assert rule.label != rule.id


@FILES
def test_the_demo_shop_is_scored(file: Path) -> None:
    pages = ["/pricing", "/about", "/blog/choosing", "/case-studies/acme", "/careers"]
    files = ["brochure.pdf", "white-paper-a.pdf", "white-paper-b.pdf", "white-paper-c.pdf"]
    events = [Event(id="e", visitor="v", on="page", at=0, url=f"https://shop.example{path}") for path in pages]
    events += [
        Event(id="e", visitor="v", on="download", at=0, url=f"https://shop.example/files/{name}") for name in files
    ]
    events += [Event(id="e", visitor="v", on="form", at=0, item=form) for form in ("contact", "demo")]
    general, vertical = load_rules(file).models
    assert [sum(points_of(rule, event) for rule in general.rules) for event in events] == [
        5000, 1000, 1000, 5000, -5000, 2000, 2000, 2000, 2000, 10_000, 10_000,
    ]  # fmt: skip
    assert [sum(points_of(rule, event) for rule in vertical.rules) for event in events] == [
        0, 0, 2000, 0, -5000, 0, 2000, 5000, 12_000, 0, 0,
    ]  # fmt: skip


def points_of(rule: Rule, event: Event) -> int:
    where = event_matcher(rule.where)
    matches = event.on in rule.on and (where is None or where(event, Session(id=1, started_at=0, last_at=0)))
    return (rule.points or 0) if matches else 0


def test_both_languages_say_the_same() -> None:
    english, french = load_rules(paths.EXAMPLE_RULES), load_rules(paths.EXAMPLE_RULES_FR)
    assert french.timezone == "Europe/Paris"
    for one, other in zip(english.models, french.models, strict=True):
        assert one.id == other.id
        assert (one.cool_down, one.re_enter, one.groups) == (other.cool_down, other.re_enter, other.groups)
        assert [(b.enter, b.leave) for b in one.bands] == [(b.enter, b.leave) for b in other.bands]
        assert one.min_fit == other.min_fit
        for rule, twin in zip(one.rules, other.rules, strict=True):
            assert (rule.points, rule.on, rule.once_per, rule.cap) == (twin.points, twin.on, twin.once_per, twin.cap)
            assert (rule.count, rule.inactive, rule.mode) == (twin.count, twin.inactive, twin.mode)
            assert (rule.is_fit, rule.handoff, rule.shared) == (twin.is_fit, twin.handoff, twin.shared)
            assert bool(rule.after) == bool(twin.after)


def test_set_up_can_write_its_own_timezone() -> None:
    for file in (paths.EXAMPLE_RULES, paths.EXAMPLE_RULES_FR):
        assert len(re.findall(r'(?m)^timezone = "[^"]+"', file.read_text(encoding="utf-8"))) == 1


def test_the_french_one_is_in_french_type() -> None:
    """Its labels and notes stand on pages, where every other apostrophe is a typographic one."""
    assert "'" not in paths.EXAMPLE_RULES_FR.read_text(encoding="utf-8")
