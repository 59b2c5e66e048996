"""Points and counts as each language writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.templating.numbers import write_amount, write_count, write_points, write_signed


@pytest.mark.parametrize(
    ("thousandths", "english", "french"),
    [
        (13_000, "13", "13"),
        (2_500, "2.5", "2,5"),
        (8_485, "8.5", "8,5"),
        (2_450, "2.5", "2,5"),
        (-10_000, "−10", "−10"),
        (1_234_000, "1,234", "1\u202f234"),
        (49, "0", "0"),
        (-49, "0", "0"),
        (0, "0", "0"),
    ],
)
def test_points_are_rounded_to_one_decimal_for_the_eye(thousandths: int, english: str, french: str) -> None:
    assert (write_points(thousandths, "en"), write_points(thousandths, "fr")) == (english, french)


@pytest.mark.parametrize(
    ("thousandths", "english", "french"),
    [
        (12_500_000, "12,500", "12\u202f500"),
        (12_500_500, "12,500.50", "12\u202f500,50"),
        (999, "1", "1"),
        (-500_250, "−500.25", "−500,25"),
        (-4, "0", "0"),
    ],
)
def test_money_has_two_decimals_or_none(thousandths: int, english: str, french: str) -> None:
    assert (write_amount(thousandths, "en"), write_amount(thousandths, "fr")) == (english, french)


def test_an_award_carries_its_sign() -> None:
    assert [write_signed(points, "en") for points in (5_000, -10_000, 0)] == ["+5", "−10", "0"]


@given(st.integers(-(10**9), 10**9))
def test_half_a_tenth_is_rounded_away_from_zero_as_points_are(thousandths: int) -> None:
    text = write_points(thousandths, "en").replace(",", "").replace("−", "-")
    assert abs(round(float(text) * 1000) - thousandths) <= 50


def test_thousands_are_parted() -> None:
    assert (write_count(1_234_567, "en"), write_count(1_234_567, "fr")) == ("1,234,567", "1\u202f234\u202f567")
