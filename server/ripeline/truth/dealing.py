"""Which leads a review looks at: some of the top 20 %, of the next 20 %, and a few of everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from ripeline.store.reviews import Part
from ripeline.truth.lives import Life, Lives

#: So many cards of each part make about thirty minutes.
A_PART: Final = 10
AT_RANDOM: Final = 5
_FIFTH: Final = 5


def deal(lives: Lives, seed: int) -> list[tuple[int, Part]]:
    """Leads without an outcome, none of them twice, shuffled so that nobody knows what score is coming.

    The same `seed` deals the same.
    """
    rng = Random(seed)  # noqa: S311  # a shuffle, not a secret
    ranked = sorted((life for life in lives.all if life.end is None), key=lambda life: (-life.score, -life.lead))
    size = max(1, len(ranked) // _FIFTH)
    top, following, rest = ranked[:size], ranked[size : 2 * size], ranked[2 * size :]
    parts: list[tuple[Sequence[Life], Part, int]] = [
        (top, "top", A_PART),
        (following, "next", A_PART),
        (rest, "random", AT_RANDOM),
    ]
    cards = [(life.lead, part) for some, part, most in parts for life in rng.sample(some, min(most, len(some)))]
    rng.shuffle(cards)
    return cards
