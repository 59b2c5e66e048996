"""Leads made with a known truth: which rules go with buying, how much, and which are noise."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Final

from ripeline.rules.model import Model
from ripeline.rules.reading import read_rules
from ripeline.truth.lives import Life, Lives

NOW: Final = 1_800_000_000_000
DAY: Final = 86_400_000
LEADS: Final = 9_000
BASE: Final = 0.05

#: Twelve rules of one model; what each pays is beside the point.
RULES: Final = "\n".join(
    ["[models.offer]", "bands = { warm = 5, hot = 12 }", "[models.offer.rules]"]
    + [f'r{number} = {{ on = "e{number}", points = {(1, 2, 5, 10)[number % 4]} }}' for number in range(12)]
)


@lru_cache
def offer() -> Model:
    return read_rules(RULES).models[0]


def some_leads(rng: Random, count: int = LEADS) -> list[Life]:
    """Each rule paid for about a fifth of them, whatever becomes of them."""
    rules = [rule.id for rule in offer().rules]
    found = []
    for number in range(count):
        times = {rule: 1 for rule in rules if rng.random() < 0.2}
        found.append(Life(number + 1, None, NOW - 90 * DAY, NOW, NOW, 0, (), {}, times, {}))
    return found


Both = tuple[Life, Life]


def both_ends(leads: list[Life]) -> list[Both]:
    """Each of them as it is when it bought, and when it did not."""
    return [(replace(life, end="won"), replace(life, end="lost")) for life in leads]


def decided(rng: Random, leads: list[Both], planted: dict[str, float]) -> Lives:
    """They buy by chance, at the base rate times what is planted in the rules that paid for them."""
    ended = []
    for won, lost in leads:
        chance = BASE
        for rule, times in planted.items():
            chance *= times if rule in won.times else 1
        ended.append(won if rng.random() < chance else lost)
    return Lives(offer(), tuple(ended), len(ended), NOW)
