"""docs/rules.md: its examples are read, its stories end as they say, every key has its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ripeline.domain.event import KINDS, SESSION
from ripeline.errors import InvalidRules
from ripeline.rules import drafts, models, reading
from ripeline.rules.advice import advice_on
from ripeline.rules.advice_rules import CHANNELS
from ripeline.rules.fields import WHERE_KEYS
from ripeline.rules.globs import compile_glob
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.scoring.scenarios import run_scenarios

DOC = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)
HEADINGS = re.findall(r"(?m)^#+ (.*)$", DOC)
LATER = DOC.partition("## Not available yet")[2]

MODEL = '[models.m]\nbands = { hot = 5 }\n[models.m.rules]\nany-visit = { points = 1, on = "page" }\n'


def whole(example: str) -> Ruleset:
    """The example as a file: a few rules or the top of a file get the model they leave out."""
    if "[models." in example:
        return read_rules(example)
    of_rules = re.match(r"[a-z0-9-]+ += {", example)
    return read_rules(f"{MODEL}{example}" if of_rules else f"{example}\n{MODEL}")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0][:40])
def test_an_example_is_read_and_its_story_ends_as_it_says(example: str) -> None:
    ruleset = whole(example)
    assert all(result.passed for result in run_scenarios(ruleset))
    assert advice_on(ruleset) == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 15


@pytest.mark.parametrize("key", [*drafts.KEYS, *models.KEYS, *reading.KEYS])
def test_every_key_has_its_heading(key: str) -> None:
    assert key in [heading.lower() for heading in HEADINGS]


@pytest.mark.parametrize("key", sorted({*drafts.LATER, *models.LATER}))
def test_every_key_of_a_later_version_is_named_as_such(key: str) -> None:
    assert f"`{key}`" in LATER
    assert key not in HEADINGS


@pytest.mark.parametrize("key", WHERE_KEYS)
def test_every_condition_is_in_the_table(key: str) -> None:
    assert re.search(rf"(?m)^\| .*`{key}(\.X)?`.* \|", DOC)


@pytest.mark.parametrize("kind", sorted((KINDS | {SESSION}) - {"engagement"}))
def test_every_kind_of_event_is_in_the_table(kind: str) -> None:
    assert re.search(rf"(?m)^\| .*`{kind}`.* \|", DOC)


def test_the_channels_are_the_ones_events_come_by() -> None:
    (row,) = re.findall(r"(?m)^\| `channel` \|.*$", DOC)
    assert re.findall(r"`([^`]+)`", row) == ["channel", *CHANNELS]


def test_the_table_of_patterns_is_true() -> None:
    rows = re.findall(r"(?m)^\| `([^`]+)` \| (.*) \| (.*) \|$", DOC.partition("## Patterns")[2])
    assert len(rows) == 4
    for pattern, fits, fits_not in rows:
        test = compile_glob(pattern, path=True)
        assert all(test(path.rstrip("/")) for path in re.findall(r"`([^`]+)`", fits))
        assert not any(test(path) for path in re.findall(r"`([^`]+)`", fits_not))


def test_every_link_inside_the_page_leads_somewhere() -> None:
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in HEADINGS}
    assert set(re.findall(r"\]\(#([^)]+)\)", DOC)) <= anchors


def test_the_mistakes_shown_are_said_like_that() -> None:
    text = MODEL + 'pricing = { points = 2,5, on = "page" }\ndemo = { pont = 10, on = "form", points = 1 }\n'
    with pytest.raises(InvalidRules) as caught:
        read_rules(text)
    for mistake in (caught.value, *caught.value.others):
        assert f"{mistake.rule}: {mistake.problem}" in DOC
