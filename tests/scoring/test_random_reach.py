"""What the law is tried on: random files that have every key there is, histories that meet every reason and edge."""

from __future__ import annotations

from collections import Counter
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.scoring import brute_force
from tests.scoring.random_files import rule_files
from tests.scoring.random_histories import histories

from ripeline.domain.event import KINDS as ALL_KINDS
from ripeline.domain.event import SESSION
from ripeline.rules import aging, awards, drafts, models, reading
from ripeline.rules.fields import WHERE_KEYS
from ripeline.scoring.change import Reason

#: Scenarios only check a file: they change no score.
_NOT_FOR_SCORES = {"scenarios"}


def draws(times: int) -> settings:
    return settings(
        max_examples=times,
        phases=[Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def files() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    @draws(250)
    @given(rule_files())
    def collect(file: dict[str, Any]) -> None:
        found.append(file)

    collect()
    return found


def rules_of(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    tables = [file["rules"] for file in files] + [model["rules"] for file in files for model in file["models"].values()]
    return [rule for table in tables for rule in table.values()]


def test_every_key_of_the_file_a_model_and_a_rule(files: list[dict[str, Any]]) -> None:
    assert {*reading.KEYS} - {key for file in files for key in file} == _NOT_FOR_SCORES
    assert {key for file in files for model in file["models"].values() for key in model} == {*models.KEYS}
    assert {key for rule in rules_of(files) for key in rule} == {*drafts.KEYS}


def test_every_condition_in_rules_and_in_what_must_come_before(files: list[dict[str, Any]]) -> None:
    rules = rules_of(files)
    assert {key for rule in rules for key in rule.get("where", {})} == {*WHERE_KEYS}
    afters = [rule["after"] for rule in rules if isinstance(rule.get("after"), dict)]
    assert {key for after in afters for key in after.get("where", {})} == {*WHERE_KEYS}
    tests = {
        key for rule in rules for value in rule.get("lead", {}).values() if isinstance(value, dict) for key in value
    }
    assert tests == {"not", "min", "max"}


def test_every_word_a_key_may_have(files: list[dict[str, Any]]) -> None:
    rules = rules_of(files)
    assert {rule["cap"]["per"] for rule in rules if "cap" in rule} == {*awards.PERIODS}
    parts = {part for rule in rules for part in rule.get("once_per", "").split()}
    assert parts == {*awards.PARTS}
    decays = [rule["decay"] for rule in rules if rule.get("decay")]
    decays += [model["decay"] for file in files for model in file["models"].values() if "decay" in model]
    assert {kind for decay in decays for kind in decay} == {*aging.KINDS}
    assert any(rule.get("decay") is False for rule in rules)
    assert {rule["mode"] for rule in rules if "mode" in rule} == {*aging.MODES}
    assert any("distinct" in rule.get("count", {}) for rule in rules)
    assert {type(rule["after"]) for rule in rules if "after" in rule} == {str, list, dict}
    asked = [rule["on"] for rule in rules if "on" in rule]
    kinds = {kind for each in asked for kind in ([each] if isinstance(each, str) else each)}
    assert kinds >= (ALL_KINDS | {SESSION}) - {"engagement"}


@draws(250)
@given(st.data())
def _collect(data: st.DataObject) -> None:
    file, history = data.draw(rule_files()), data.draw(histories())
    reading = brute_force.Reading(file, history, history[-1]["at"] + 40 * 86_400_000)
    _MET.update(line.reason or "paid" for line in reading.lines)
    _MET.update(f"{'enters' if each.entered else 'leaves'} {each.band}" for each in reading.crossings)
    _MET["at midnight"] += any(each.event.startswith("midnight") for each in reading.crossings)
    _MET["silence"] += any(line.at > history[-1]["at"] for line in reading.lines)
    _MET["out of target"] += any(reading.out_of_target.values())
    _MET["asked"] += any(reading.asked.values())
    _MET["again"] += any(reading.again.values())
    _MET["by hand"] += any(line.rule == "manual" and line.points for line in reading.lines)


_MET: Counter[str] = Counter()


def test_every_reason_and_every_turn_is_met_often() -> None:
    _collect()
    expected = {
        "paid", *get_args(Reason), "enters warm", "enters hot", "leaves warm", "leaves hot", "at midnight", "silence",
        "out of target", "asked", "again", "by hand",
    }  # fmt: skip
    assert {name for name in expected if _MET[name] < 2} == set()
