"""docs/segment.md and docs/history.md: their tables are the ones in the code, their rule pays."""

from __future__ import annotations

import re
from typing import Final

from tests.docs.conversation import DOCS

from ripeline.domain.wire_segment import IGNORED, READ, Batch, parse_segment_item
from ripeline.rules.reading import read_rules
from ripeline.tables.columns import OF_LEADS, meanings

SEGMENT: Final = (DOCS / "segment.md").read_text(encoding="utf-8")
HISTORY: Final = (DOCS / "history.md").read_text(encoding="utf-8")


def test_every_kind_of_message_is_explained() -> None:
    table = SEGMENT.partition("| message | event |")[2].partition("\n\n")[0]
    kinds = re.findall(r"(?m)^\| (`.*?) \|", table)
    assert {kind for row in kinds for kind in re.findall(r"`(\w+)`", row)} == READ | IGNORED.keys()


def test_the_names_of_traits_are_as_it_says() -> None:
    (theirs, ours) = re.findall(r"\*\*Names\*\*: `([^`]+)` become\s+`([^`]+)`", SEGMENT)[0]
    traits: dict[str, object] = {}
    for name in theirs.split():
        outer, _, inner = name.partition(".")
        value = traits.setdefault(outer, {} if inner else name)
        if inner and isinstance(value, dict):
            value[inner] = name
    item = {"type": "identify", "messageId": "1", "anonymousId": "a", "traits": traits}
    (event,) = parse_segment_item(item, Batch(1))
    assert event.traits is not None
    assert event.traits.keys() == set(ours.split())


def test_the_rule_it_shows_is_one() -> None:
    (rule,) = re.findall(r"So a rule reads `(.+)`\.", SEGMENT)
    text = f'timezone = "UTC"\n[models.offer]\nbands = {{ hot = 10 }}\n[models.offer.rules]\n{rule}\n'
    assert [each.id for each in read_rules(text, "page").models[0].rules] == ["demo"]


def test_the_headings_it_names_are_guessed_as_it_says() -> None:
    rows = re.findall(r"(?m)^\| (`[a-z_ ]+`) \| (.+?) \|$", HISTORY.partition("| becomes |")[2])
    assert len(rows) == 5
    for names, headings in rows:
        shown = [each.strip(" …") for each in headings.split(",")]
        found = meanings(shown, OF_LEADS, {}, others=False)
        assert set(found) == set(names.strip("`").split()), headings
