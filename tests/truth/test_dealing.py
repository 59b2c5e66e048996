"""Which leads a review looks at: both fifths and a few others, nobody twice, nobody who has decided."""

from __future__ import annotations

import pytest

from ripeline.truth.dealing import A_PART, AT_RANDOM, deal


def people(count: int) -> list[tuple[int, int]]:
    """So many leads, the score of each its number."""
    return [(lead, lead * 1_000) for lead in range(1, count + 1)]


def test_each_part_comes_from_its_own_fifth() -> None:
    cards = deal(people(100), 7)
    assert len(cards) == 2 * A_PART + AT_RANDOM
    assert {lead for lead, part in cards if part == "top"} < set(range(81, 101))
    assert {lead for lead, part in cards if part == "next"} < set(range(61, 81))
    assert {lead for lead, part in cards if part == "random"} < set(range(1, 61))


def test_nobody_is_dealt_twice_and_no_score_is_given_away_by_the_order() -> None:
    cards = deal(people(100), 7)
    assert len({lead for lead, _ in cards}) == len(cards)
    assert [part for _, part in cards] != sorted(part for _, part in cards)
    assert deal(people(100), 7) == cards != deal(people(100), 8)


@pytest.mark.parametrize("count", [0, 1, 2, 4, 7])
def test_few_leads_are_all_dealt_once(count: int) -> None:
    dealt = [lead for lead, _ in deal(people(count), 7)]
    assert sorted(dealt) == sorted(set(dealt))
    assert set(dealt) == set(range(1, count + 1))
