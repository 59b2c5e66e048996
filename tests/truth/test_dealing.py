"""Which leads a review looks at: both fifths and a few others, nobody twice, nobody who has decided."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.truth.planted import NOW, offer, some_leads

from ripeline.truth.dealing import A_PART, AT_RANDOM, deal
from ripeline.truth.lives import Lives


def lives(count: int, ended: int = 0) -> Lives:
    """So many leads, the score of each its number; the first so many have decided."""
    made = [
        replace(life, score=life.lead * 1_000, end="lost" if life.lead <= ended else None)
        for life in some_leads(Random(1), count)
    ]
    return Lives(offer(), tuple(made), len(made), NOW)


def test_each_part_comes_from_its_own_fifth() -> None:
    cards = deal(lives(100), 7)
    assert len(cards) == 2 * A_PART + AT_RANDOM
    assert {lead for lead, part in cards if part == "top"} < set(range(81, 101))
    assert {lead for lead, part in cards if part == "next"} < set(range(61, 81))
    assert {lead for lead, part in cards if part == "random"} < set(range(1, 61))


def test_nobody_is_dealt_twice_and_no_score_is_given_away_by_the_order() -> None:
    cards = deal(lives(100), 7)
    assert len({lead for lead, _ in cards}) == len(cards)
    assert [part for _, part in cards] != sorted(part for _, part in cards)
    assert deal(lives(100), 7) == cards != deal(lives(100), 8)


def test_who_has_decided_is_not_asked_about() -> None:
    assert min(lead for lead, _ in deal(lives(100, ended=50), 7)) > 50


@pytest.mark.parametrize("count", [0, 1, 2, 4, 7])
def test_few_leads_are_all_dealt_once(count: int) -> None:
    dealt = [lead for lead, _ in deal(lives(count), 7)]
    assert sorted(dealt) == sorted(set(dealt))
    assert set(dealt) == set(range(1, count + 1))
