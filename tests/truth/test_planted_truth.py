"""What is planted among nine thousand leads is found, and what is noise is called noise."""

from __future__ import annotations

from random import Random

from tests.truth.planted import both_ends, decided, some_leads

from ripeline.truth.lifts import lifts
from ripeline.truth.sources_of_points import sources

SEEDS = 200
#: Tables drawn before other leads are made; who buys is drawn anew for each.
A_DRAW = 20


def proven(planted: dict[str, float], seeds: int) -> list[set[str]]:
    """The rules of which each table says that they go with buying more, or less."""
    found = []
    for seed in range(seeds):
        if seed % A_DRAW == 0:
            leads = both_ends(some_leads(Random(seed)))
            # Where points come from does not depend on how it ended.
            given = sources(decided(Random(seed), leads, planted))
        lives = decided(Random(10_000 + seed), leads, planted)
        found.append({each.rule.id for each in lifts(lives, given) if each.is_proven})
    return found


def test_noise_is_called_noise() -> None:
    alarms = sum(bool(rules) for rules in proven({}, SEEDS))
    assert alarms <= 0.05 * SEEDS, f"{alarms} of {SEEDS} tables without any truth in them had some found"


def test_planted_lifts_are_found_and_nothing_beside_them() -> None:
    tables = proven({"r2": 2.5, "r7": 0.3}, 40)
    assert sum({"r2", "r7"} <= rules for rules in tables) >= 38
    assert sum(bool(rules - {"r2", "r7"}) for rules in tables) <= 2
