"""Every numbered case of the definition is a test, and the ones about scores are told in all three ways."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NUMBERS = range(1, 36)

#: Not about scoring: where a client's clock, consent and a killed server are tried.
ELSEWHERE: dict[int, tuple[str, list[str]]] = {
    24: (
        "domain/test_wire_time.py",
        ["test_a_wrong_clock_does_not_matter", "test_without_both_times_it_occurred_when"],
    ),
    30: (
        "collect/test_cookies.py",
        ["test_withdrawn_consent_takes_the_cookie_and_stores_nothing", "test_withdrawal_needs_no_events"],
    ),
    32: (
        "fold/test_folding_once.py",
        ["test_stopped_between_any_two_statements", "test_handoff_and_message_are_there_both_or_neither"],
    ),
}

#: Cases that name a merge, a bot, a verdict or a rule edit: also by the doors people and programs use.
BY_THE_API = {10, 16, 17, 18, 19, 20, 21, 22, 25, 27, 31, 33}


def claims_of(file: str) -> list[ast.FunctionDef]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def cases_in(*files: str) -> Iterator[tuple[int, ast.FunctionDef]]:
    for file in files:
        for test in claims_of(file):
            if test.name.startswith("test_case_"):
                yield int(test.name.split("_")[2]), test


HERE = list(cases_in("scoring/test_cases.py", "scoring/test_cases_time.py"))


def test_no_number_is_missing() -> None:
    assert {*NUMBERS} == {number for number, _ in HERE} | ELSEWHERE.keys()


@pytest.mark.parametrize("number", ELSEWHERE)
def test_a_case_told_elsewhere_is_told_there(number: int) -> None:
    file, begins = ELSEWHERE[number]
    names = [test.name for test in claims_of(file)]
    assert all(any(name.startswith(begin) for name in names) for begin in begins)


@pytest.mark.parametrize("number", sorted({*NUMBERS} - ELSEWHERE.keys()))
def test_a_case_about_scores_is_told_three_ways(number: int) -> None:
    """By the fixture `tell`, or by going through the ways itself."""
    own = [test for each, test in HERE if each == number]
    asked = {argument.arg for test in own for argument in test.args.args}
    named = {node.id for test in own for node in ast.walk(test) if isinstance(node, ast.Name)}
    assert "tell" in asked or "WAYS" in named


def test_cases_about_people_and_rules_are_told_through_the_api() -> None:
    assert {number for number, _ in cases_in("api/test_api_deeds.py")} >= BY_THE_API
