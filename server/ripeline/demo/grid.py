"""The demo's rules: the shipped ones as a marketer might have bent them, so that Tuning has something to find."""

from __future__ import annotations

from typing import Final

from ripeline.rules.adding import with_rule
from ripeline.rules.edges import with_edge
from ripeline.rules.editing import with_points
from ripeline.rules.expectations import with_ends
from ripeline.rules.reading import read_rules
from ripeline.rules.rewriting import with_number
from ripeline.scoring.scenarios import run_scenarios

MODEL: Final = "general"
#: Far more than reading is worth.
_A_FILE: Final = 6_000
_FILES: Final = 18_000
#: So high that many have bought before they are called.
_HOT: Final = 16_000
_USELESS: Final = (
    'webinar     = { points = 5,  on = "form", where.form = "*webinar*", label = "Signed up for the webinar" }'
    "   # there has been none for a year"
)


def demo_rules(shipped: str) -> str:
    """The shipped text with downloads that are worth too much, a rule that never pays, and a threshold set too high.

    Scenarios expect what they then end with.
    """
    text = shipped
    for rule in ("white-paper", "brochure"):
        text = with_points(text, MODEL, rule, _A_FILE)
    text = with_number(text, ("models", MODEL, "rules", "white-paper", "cap", "points"), _FILES)
    text = with_edge(text, MODEL, "hot", _HOT)
    text = text.replace("hot from 10 points, until below 8.", "hot from 16 points, until below 14.")
    text = with_rule(text, MODEL, "webinar", _USELESS)
    results = run_scenarios(read_rules(text))
    return with_ends(text, {place: result for place, result in enumerate(results) if not result.passed})
