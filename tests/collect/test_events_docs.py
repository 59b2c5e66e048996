"""docs/events.md: its examples are sent, its tables are complete."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from tests.collect.doorstep import SHOP, Doorstep

from ripeline.collect.refusals import Drop
from ripeline.domain.channels import CHANNELS
from ripeline.domain.suspicion import SUSPICIONS
from ripeline.domain.urls import KEPT_PARAMETERS
from ripeline.domain.wire import ApiItem
from ripeline.errors import EventProblem

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json (api|browser)\n(.*?)```\n```json answer\n(.*?)```", PAGE, re.DOTALL)


def test_there_are_examples_of_both_doors() -> None:
    assert {door for door, _, _ in EXAMPLES} == {"api", "browser"}


@pytest.mark.parametrize(("kind", "body", "answer"), EXAMPLES)
def test_an_example_is_answered_as_the_page_says(door: Doorstep, kind: str, body: str, answer: str) -> None:
    if kind == "api":
        given = door.report(body, authorization=door.new_token("docs", "write"))
    else:
        given = door.send(body, origin=SHOP)
    assert (given.status_code, given.json()) == (202, json.loads(answer))


def rows(heading: str) -> set[str]:
    """The names in the first column of the table that follows this text."""
    table = PAGE.partition(heading)[2].partition("|---|")[2].partition("\n\n")[0]
    return {name for line in table.splitlines()[1:] for name in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_each_code_has_its_row() -> None:
    assert rows("`rejected` names the place") == set(get_args(EventProblem))


def test_each_reason_to_drop_has_its_row() -> None:
    assert rows("Header `X-Ripeline-Dropped`") == {reason.value for reason in Drop}


def test_each_channel_has_its_row() -> None:
    assert rows("of the same host says nothing.") == set(CHANNELS)


def test_each_suspicion_has_its_row() -> None:
    assert rows("as if it had come in so.") == set(SUSPICIONS)


def test_each_key_of_an_event_has_its_row() -> None:
    documented = set(
        re.findall(r"(?m)^\| `(\w+)` \|", PAGE.partition("| key | meaning")[2].partition("## From browsers")[0])
    )
    assert documented == set(ApiItem.__struct_fields__)


def test_the_parameters_that_stay_are_the_ones_that_stay() -> None:
    assert " ".join(sorted(KEPT_PARAMETERS)) in PAGE
