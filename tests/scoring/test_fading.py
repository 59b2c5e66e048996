"""What is left of points: each decay to the thousandth, and when it next changes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.rules.model import Decay
from ripeline.scoring.fading import fading_of

HALF = Decay("half_life", 30)
LINEAR = Decay("linear", 30, 0.5)
EXPIRE = Decay("expire", 90)


@pytest.mark.parametrize(
    ("decay", "left"),
    [
        (HALF, {0: 12_000, 1: 11_726, 15: 8_485, 30: 6_000, 60: 3_000, 90: 1_500, 450: 0}),
        (LINEAR, {0: 12_000, 1: 11_800, 15: 9_000, 30: 6_000, 59: 200, 60: 0, 61: 0}),
        (EXPIRE, {0: 12_000, 89: 12_000, 90: 0}),
        (Decay("linear", 7, 0.333), {1: 11_429, 7: 8_004, 21: 12, 22: 0}),
        (Decay("linear", 30, 1.0), {29: 400, 30: 0}),
    ],
)
def test_what_is_left_of_twelve_points(decay: Decay, left: dict[int, int]) -> None:
    assert {age: fading_of(decay).left(12_000, age) for age in left} == left


def test_half_a_thousandth_is_rounded_away_from_zero() -> None:
    left = fading_of(HALF).left
    assert [left(points, 30) for points in (1, 3, -1, -3)] == [1, 2, -1, -2]
    assert [fading_of(LINEAR).left(points, 30) for points in (1, 3, -1, -3)] == [1, 2, -1, -2]


@given(st.integers(-(10**9), 10**9), st.integers(0, 2_000), st.integers(1, 400))
def test_a_half_life_is_exact(points: int, age: int, days: int) -> None:
    left = abs(fading_of(Decay("half_life", days)).left(points, age))
    # left - 1/2 <= |points| x 2^(-age/days) < left + 1/2, raised to `days` to be whole.
    value = abs(points) ** days * Fraction(1, 2**age)
    half = Fraction(1, 2)
    assert (left - half if left else 0) ** days <= value < (left + half) ** days


@given(
    st.sampled_from([HALF, LINEAR, EXPIRE, Decay("half_life", 1), Decay("linear", 7, 0.333), Decay("half_life", 3650)]),
    st.sampled_from([1, 125, 5_000, 12_000, -2_500, 10**9]),
    st.integers(0, 200),
)
def test_the_next_age_is_the_first_at_which_anything_is_lost(decay: Decay, points: int, age: int) -> None:
    fading = fading_of(decay)
    later = fading.next(points, age)
    now = fading.left(points, age)
    if later is None:
        assert now == 0
    else:
        assert fading.left(points, later) != now
        assert fading.left(points, later - 1) == now


def test_what_is_gone_stays_gone() -> None:
    assert fading_of(HALF).next(12_000, 450) is None
    assert fading_of(EXPIRE).next(5_000, 90) is None
