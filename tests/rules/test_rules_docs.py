"""docs/rules.md and docs/rules.fr.md: examples are read, stories end as they say, every key has its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import dedent

import pytest

from ripeline.domain.channels import CHANNELS
from ripeline.domain.event import KINDS, SESSION
from ripeline.errors import InvalidRules
from ripeline.rules import aging, awards, drafts, models, reading
from ripeline.rules.advice import advice_on
from ripeline.rules.fields import WHERE_KEYS
from ripeline.rules.globs import compile_glob
from ripeline.rules.model import Decay, Ruleset
from ripeline.rules.reach import left_after
from ripeline.rules.reading import read_rules
from ripeline.scoring.scenarios import run_scenarios

DOCS = Path(__file__).parents[2] / "docs"
MODEL = '[models.m]\nbands = { hot = 5 }\n[models.m.rules]\nany-visit = { points = 1, on = "page" }\n'

#: The three levels of a rule's keys, in the order a marketer meets them.
LEVELS = {
    "first hour": ["on", "where", "lead", "points", "label"],
    "first month": ["once_per", "cap", "after", "inactive"],
    "rarely": ["values", "handoff", "count", "decay", "group", "after_within", "retro", "mode"],
}


@dataclass(frozen=True)
class Doc:
    """One language of the page; `levels` are the titles of the three levels, `named` the mistake shown is about."""

    file: str
    models: str
    levels: tuple[str, str, str]
    patterns: str
    named: str

    @cached_property
    def text(self) -> str:
        return (DOCS / self.file).read_text(encoding="utf-8")

    @property
    def examples(self) -> list[str]:
        return [dedent(found) for found in re.findall(r"```toml\n(.*?)```", self.text, re.DOTALL)]

    @property
    def headings(self) -> list[str]:
        """Without the text of code blocks, where a comment begins with # as well."""
        prose = re.sub(r"```.*?```", "", self.text, flags=re.DOTALL)
        return [heading.lower() for heading in re.findall(r"(?m)^#+ (.*)$", prose)]


ENGLISH = Doc(
    "rules.md", "models", ("in the first hour", "in the first month", "rarely"), "## Patterns", "pricing"
)  # fmt: skip
FRENCH = Doc(
    "rules.fr.md", "modèles", ("la première heure", "le premier mois", "rarement"), "## Motifs", "tarifs"
)  # fmt: skip
BOTH = pytest.mark.parametrize("doc", [ENGLISH, FRENCH], ids=["english", "french"])
EXAMPLES = [example for doc in (ENGLISH, FRENCH) for example in doc.examples]


def whole(example: str) -> Ruleset:
    """The example as a file: a few rules or the top of a file get the model they leave out."""
    if "[models." in example:
        return read_rules(example)
    of_rules = re.match(r"[a-z0-9-]+ += {", example)
    return read_rules(f"{MODEL}{example}" if of_rules else f"{example}\n{MODEL}")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0][:40])
def test_an_example_is_read_and_its_story_ends_as_it_says(example: str) -> None:
    ruleset = whole(example)
    assert [result.problems for result in run_scenarios(ruleset) if not result.passed] == []
    assert advice_on(ruleset) == []


def test_both_languages_show_the_same() -> None:
    assert len(ENGLISH.examples) == len(FRENCH.examples) > 25
    assert len(ENGLISH.headings) == len(FRENCH.headings)
    for one, other in zip(ENGLISH.examples, FRENCH.examples, strict=True):
        keys = r"\b(?:on|where|lead|points|label|once_per|cap|after|inactive|values|count|decay|group|retro|mode)\b"
        assert re.findall(keys, one).count("points") == re.findall(keys, other).count("points")
        assert set(re.findall(keys, one)) == set(re.findall(keys, other))


@BOTH
@pytest.mark.parametrize("key", sorted({*drafts.KEYS, *models.KEYS, *reading.KEYS} - {"models"}))
def test_every_key_has_its_heading(doc: Doc, key: str) -> None:
    assert key in doc.headings


@BOTH
def test_the_models_have_their_heading(doc: Doc) -> None:
    assert doc.models in doc.headings


def test_every_key_of_a_rule_has_its_level() -> None:
    assert sorted(key for keys in LEVELS.values() for key in keys) == sorted(drafts.KEYS)


@BOTH
def test_the_levels_of_keys_come_one_after_the_other(doc: Doc) -> None:
    starts = [next(at for at, heading in enumerate(doc.headings) if heading.endswith(level)) for level in doc.levels]
    ends = [*starts[1:], doc.headings.index(doc.models)]
    for start, end, keys in zip(starts, ends, LEVELS.values(), strict=True):
        assert [heading.split(" ")[0] for heading in doc.headings[start + 1 : end]] == keys


@BOTH
@pytest.mark.parametrize("key", WHERE_KEYS)
def test_every_condition_is_in_the_table(doc: Doc, key: str) -> None:
    assert re.search(rf"(?m)^\| .*`{key}(\.X)?`.* \|", doc.text)


@BOTH
@pytest.mark.parametrize("kind", sorted((KINDS | {SESSION}) - {"engagement"}))
def test_every_kind_of_event_is_in_the_table(doc: Doc, kind: str) -> None:
    assert re.search(rf"(?m)^\| .*`{kind}`.* \|", doc.text)


@BOTH
@pytest.mark.parametrize(
    "word", [*awards.PERIODS, *awards.PARTS, *aging.KINDS, *aging.MODES, "item session", "distinct"]
)
def test_every_word_a_key_may_have_is_said(doc: Doc, word: str) -> None:
    assert re.search(rf"`[^`]*\b{word}\b[^`]*`", doc.text)


@BOTH
def test_the_channels_are_the_ones_events_come_by(doc: Doc) -> None:
    (row,) = re.findall(r"(?m)^\| `channel` \|.*$", doc.text)
    assert re.findall(r"`([^`]+)`", row) == ["channel", *CHANNELS]


@BOTH
def test_the_table_of_patterns_is_true(doc: Doc) -> None:
    rows = re.findall(r"(?m)^\| `([^`]+)` \| (.*) \| (.*) \|$", doc.text.partition(doc.patterns)[2])
    assert len(rows) == 4
    for pattern, fits, fits_not in rows:
        test = compile_glob(pattern, path=True)
        assert all(test(path.rstrip("/")) for path in re.findall(r"`([^`]+)`", fits))
        assert not any(test(path) for path in re.findall(r"`([^`]+)`", fits_not))


@BOTH
def test_the_table_of_decay_is_true(doc: Doc) -> None:
    rows = re.findall(r"(?m)^\| `\{ (\w+) = .*\| ([\d.,]+) \| ([\d.,]+) \|$", doc.text)
    decays = {
        "half_life": Decay("half_life", 30), "linear": Decay("linear", 30, 0.5), "expire": Decay("expire", 60),
    }  # fmt: skip
    assert [kind for kind, *_ in rows] == list(decays)
    for kind, *left in rows:
        assert [float(number.replace(",", ".")) for number in left] == [
            10 * left_after(decays[kind], days) for days in (30, 60)
        ]


@BOTH
def test_every_link_inside_the_page_leads_somewhere(doc: Doc) -> None:
    anchors = {re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in doc.headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", doc.text)) <= anchors


@BOTH
def test_the_mistakes_shown_are_said_like_that(doc: Doc) -> None:
    text = MODEL + f'{doc.named} = {{ points = 2,5, on = "page" }}\ndemo = {{ pont = 10, on = "form", points = 1 }}\n'
    with pytest.raises(InvalidRules) as caught:
        read_rules(text)
    for mistake in (caught.value, *caught.value.others):
        assert f"{mistake.rule}: {mistake.problem}" in doc.text


def test_french_prose_is_set_as_french_is() -> None:
    prose = re.sub(r"(?s)```.*?```|`[^`]*`|\]\(#[^)]*\)", "", FRENCH.text)
    assert not re.findall(r"'| [:;?!»%](?=\s)|« ", prose)
