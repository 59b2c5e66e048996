"""The demo's rules in each language: one grid, in other words."""

from __future__ import annotations

from datetime import UTC, datetime

from ripeline.demo.grid import MODEL, demo_rules
from ripeline.demo.history import make_history
from ripeline.domain.session import Session
from ripeline.rules.match import event_matcher
from ripeline.rules.model import Rule, Ruleset
from ripeline.rules.reading import read_rules
from ripeline.scoring.scenarios import run_scenarios

NOW = int(datetime(2026, 11, 21, 18, tzinfo=UTC).timestamp() * 1000)
ENGLISH, FRENCH = read_rules(demo_rules("en")), read_rules(demo_rules("fr"))


def shapes(rules: Ruleset) -> list[object]:
    """All there is in a file that is no word and no address."""
    return [
        (model.id, [(band.enter, band.leave) for band in model.bands], [shape(rule) for rule in model.rules])
        for model in rules.models
    ]


def shape(rule: Rule) -> tuple[object, ...]:
    counting = (rule.points, rule.on, rule.once_per, rule.cap, rule.count, rule.inactive, rule.mode, rule.decay)
    return (*counting, rule.is_fit, rule.handoff, rule.shared, bool(rule.after))


def test_french_has_the_same_rules_in_its_own_words() -> None:
    assert shapes(FRENCH) == shapes(ENGLISH)
    for one, other in zip(ENGLISH.models, FRENCH.models, strict=True):
        assert other.label != one.label
        assert not {rule.label for rule in one.rules} & {rule.label for rule in other.rules}
        assert {band.name for band in other.bands}.isdisjoint(band.name for band in one.bands)


def test_both_pay_for_the_same_events_of_the_history() -> None:
    events = {(event.on, event.url, event.item): event for event in make_history(NOW)}.values()
    session = Session(id=1, started_at=0, last_at=0)
    for one, other in zip(ENGLISH.models, FRENCH.models, strict=True):
        for rule, twin in zip(one.rules, other.rules, strict=True):
            matches, same = event_matcher(rule.where), event_matcher(twin.where)
            for event in events:
                if event.on in rule.on:
                    assert (matches is None or matches(event, session)) == (same is None or same(event, session)), twin


def test_scenarios_end_as_they_say_and_a_rule_never_pays() -> None:
    for rules in (ENGLISH, FRENCH):
        assert all(result.passed for result in run_scenarios(rules))
        assert rules.model(MODEL).rules[11].id in ("webinar", "webinaire")


def test_the_sentence_above_the_bands_says_the_threshold_that_was_set() -> None:
    for sentence in ("hot from 16 points, until below 14.", "chaud dès 16 points, jusqu’à moins de 14."):
        assert sentence in demo_rules("en" if "hot" in sentence else "fr")
    for rules in (ENGLISH, FRENCH):
        assert (rules.model(MODEL).bands[-1].enter, rules.model(MODEL).bands[-1].leave) == (16_000, 14_000)
