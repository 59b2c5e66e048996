"""Which leads a review looks at: some of the top 20 %, of the next 20 %, and a few of everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from ripeline.store.reviews import Part

#: So many cards of each part make about thirty minutes.
A_PART: Final = 10
AT_RANDOM: Final = 5
_FIFTH: Final = 5


def deal(people: Sequence[tuple[int, int]], seed: int) -> list[tuple[int, Part]]:
    """Of leads without an outcome, and their scores, some: none twice, shuffled so that nobody knows what is coming.

    The same `seed` deals the same.
    """
    rng = Random(seed)  # noqa: S311  # a shuffle, not a secret
    ranked = [lead for lead, _ in sorted(people, key=lambda each: (-each[1], -each[0]))]
    size = max(1, len(ranked) // _FIFTH)
    top, following, rest = ranked[:size], ranked[size : 2 * size], ranked[2 * size :]
    parts: list[tuple[Sequence[int], Part, int]] = [
        (top, "top", A_PART),
        (following, "next", A_PART),
        (rest, "random", AT_RANDOM),
    ]
    cards = [(lead, part) for some, part, most in parts for lead in rng.sample(some, min(most, len(some)))]
    rng.shuffle(cards)
    return cards
