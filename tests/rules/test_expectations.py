"""New ends written in the place of old ones: the keys that were there, the places of the others, every comment."""

from __future__ import annotations

import pytest

from ripeline.rules.expectations import with_ends
from ripeline.rules.reading import read_rules
from ripeline.rules.retyping import MARK
from ripeline.scoring.scenarios import run_scenarios

TEXT = """# ours
[models.m]
bands = { warm = 5, hot = 10 }
[models.m.rules]
paper = { points = 7, on = "download", label = "Paper" }   # "expect = { }" \u2028 is no end

[[scenarios]]
name = "Reads"   # { a brace }
model = "m"
steps = [ { on = "download", file = "a.pdf" } ]
expect = { score = 2, band = "cold" }   # as sales } see it

[[scenarios]]
name = "Right"
model = "m"
steps = [ { on = "page", path = "/" } ]
expect = { score = 0 }

[[scenarios]]
name = "By rule"
model = "m"
steps = [ { on = "download", file = "a.pdf" } ]
expect = { rules = { paper = 1 }, handoff = true }
"""
CHANGES = {
    'expect = { score = 2, band = "cold" }': 'expect = { score = 7, band = "warm" }',
    "expect = { rules = { paper = 1 }, handoff = true }": "expect = { handoff = false, rules = { paper = 7 } }",
}


def ends_taken(text: str) -> str:
    results = run_scenarios(read_rules(text))
    return with_ends(text, {place: result for place, result in enumerate(results) if not result.passed})


def expected(text: str) -> str:
    for before, after in CHANGES.items():
        text = text.replace(before, after)
    return text


def test_only_the_ends_that_were_said_and_are_others_now_are_written_anew() -> None:
    assert ends_taken(TEXT) == expected(TEXT)
    assert all(result.passed for result in run_scenarios(read_rules(ends_taken(TEXT))))


@pytest.mark.parametrize("mark", ["", MARK])
def test_line_ends_and_the_mark_at_the_front_stay(mark: str) -> None:
    windows = mark + TEXT.replace("\n", "\r\n")
    assert ends_taken(windows) == expected(windows)


def test_a_text_without_a_last_line_end_keeps_its_last_scenario() -> None:
    assert ends_taken(TEXT.rstrip("\n")) == expected(TEXT)
