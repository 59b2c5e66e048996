"""The demo's rules: the shipped ones as a marketer might have bent them, so that Tuning has something to find."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ripeline.paths import EXAMPLE_RULES, EXAMPLE_RULES_FR
from ripeline.rules.adding import with_rule
from ripeline.rules.edges import with_edge
from ripeline.rules.editing import with_points
from ripeline.rules.expectations import with_ends
from ripeline.rules.reading import read_rules
from ripeline.rules.rewriting import with_number
from ripeline.scoring.scenarios import run_scenarios
from ripeline.templating.languages import Locale

MODEL: Final = "general"
#: Far more than reading is worth.
_A_FILE: Final = 6_000
_FILES: Final = 18_000
#: So high that many have bought before they are called.
_HOT: Final = 16_000


@dataclass(frozen=True, slots=True)
class _Twin:
    """The shipped file of a language, what is bent in it by the names it has there, and its sentence about hot."""

    file: Path
    paper: str
    brochure: str
    hot: str
    was: str
    becomes: str
    useless: str


_TWINS: Final[dict[Locale, _Twin]] = {
    "en": _Twin(
        EXAMPLE_RULES,
        "white-paper",
        "brochure",
        "hot",
        "hot from 10 points, until below 8.",
        "hot from 16 points, until below 14.",
        'webinar     = { points = 5,  on = "form", where.form = "*webinar*", label = "Signed up for the webinar" }'
        "   # there has been none for a year",
    ),
    "fr": _Twin(
        EXAMPLE_RULES_FR,
        "livre-blanc",
        "plaquette",
        "chaud",
        "chaud dès 10 points, jusqu’à moins de 8.",
        "chaud dès 16 points, jusqu’à moins de 14.",
        'webinaire     = { points = 5,  on = "form", where.form = "*webina*", label = "Inscrit au webinaire" }'
        "   # il n’y en a pas eu depuis un an",
    ),
}


def demo_rules(language: Locale) -> str:
    """The shipped text with downloads that are worth too much, a rule that never pays, and a threshold set too high.

    Scenarios expect what they then end with.
    """
    twin = _TWINS[language]
    text = twin.file.read_text(encoding="utf-8")
    for rule in (twin.paper, twin.brochure):
        text = with_points(text, MODEL, rule, _A_FILE)
    text = with_number(text, ("models", MODEL, "rules", twin.paper, "cap", "points"), _FILES)
    text = with_edge(text, MODEL, twin.hot, _HOT)
    text = text.replace(twin.was, twin.becomes)
    text = with_rule(text, MODEL, twin.useless.partition(" ")[0], twin.useless)
    results = run_scenarios(read_rules(text))
    return with_ends(text, {place: result for place, result in enumerate(results) if not result.passed})
