"""What a deal was worth, as people type it: taken where it can only mean one thing, in any language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ripeline.domain.amounts import readings_of

MEANT = [
    ("12500", "12500"),
    (" 12500 ", "12500"),
    ("12 500", "12500"),
    ("12\u00a0500", "12500"),
    ("12\u202f500\u00a0€", "12500"),
    ("12\u2009500", "12500"),
    ("1 250 000", "1250000"),
    ("12'500", "12500"),
    ("12’500.50", "12500.5"),
    ("12 500,50", "12500.5"),
    ("12 500.50 €", "12500.5"),
    ("12 500,505", "12500.505"),
    ("12500,5", "12500.5"),
    ("12500.50", "12500.5"),
    ("12500.505", "12500.505"),
    ("12.500,50", "12500.5"),
    ("12,500.50", "12500.5"),
    ("1.250.000", "1250000"),
    ("1,250,000", "1250000"),
    ("1.250.000,50 €", "1250000.5"),
    ("12,5", "12.5"),
    ("12.50", "12.5"),
    ("0,500", "0.5"),
    ("0", "0"),
    ("12500€", "12500"),
    ("€12500", "12500"),
    ("€ 12 500", "12500"),
    ("$12,500.50", "12500.5"),
    ("£ 900", "900"),
    ("12500 EUR", "12500"),
    ("EUR 12500", "12500"),
    ("12500 euros", "12500"),
    ("CHF 12'500.50", "12500.5"),
    ("12 500 € HT", "12500"),
    ("12 500 ttc", "12500"),
    ("12k", "12000"),
    ("12 K", "12000"),
    ("12 k€", "12000"),
    ("12,5 k€ HT", "12500"),
    ("12.5k", "12500"),
    ("-500", "-500"),
    ("\u2212500 €", "-500"),
    ("-€500", "-500"),
    ("+500", "500"),
]

IN_TWO_WAYS = [
    ("12,500", ("12500", "12.5")),
    ("12.500", ("12500", "12.5")),
    ("€12.500", ("12500", "12.5")),
    ("-1,250 €", ("-1250", "-1.25")),
    ("1,250k", ("1250000", "1250")),
]

NO_AMOUNT = [
    *(
        "",
        " ",
        "a lot",
        "€",
        "k",
        "12 k 500",
        "12 50",
        "12 5000",
        "1 25 000",
        "12,50,00",
        "1.25.000",
        "1,25.50",
        "12..5",
    ),
    *(
        "12,",
        ",5",
        "12-500",
        "--12",
        "1e5",
        "0x10",
        "inf",
        "nan",
        "1_000",
        "12 500 pommes",
        "12 M€",
        "12 m",
        "١٢",
        "１２",
    ),
    *("12,500.500,5", "1 250.000,50", "3/4", "50 %"),
]


@pytest.mark.parametrize(("typed", "meant"), MEANT)
@pytest.mark.parametrize("group", ["", ",", "\u202f"])
def test_what_can_only_mean_one_amount_is_that_amount(typed: str, meant: str, group: str) -> None:
    assert readings_of(typed, group) == (Decimal(meant),)


@pytest.mark.parametrize(("typed", "meant"), IN_TWO_WAYS)
@pytest.mark.parametrize("group", ["", "\u202f"])
def test_what_could_mean_two_amounts_is_neither(typed: str, meant: tuple[str, str], group: str) -> None:
    assert readings_of(typed, group) == tuple(Decimal(each) for each in meant)


@pytest.mark.parametrize("typed", NO_AMOUNT)
@pytest.mark.parametrize("group", ["", ",", "\u202f"])
def test_what_is_no_amount_is_none(typed: str, group: str) -> None:
    assert readings_of(typed, group) == ()


@pytest.mark.parametrize(("typed", "meant"), [("12,500", 12_500), ("$1,250", 1_250), ("999,999 €", 999_999)])
def test_the_mark_between_thousands_of_the_readers_language_is_that(typed: str, meant: int) -> None:
    assert readings_of(typed, ",") == (Decimal(meant),)
    assert len(readings_of(typed.replace(",", "."), ",")) == 2
    assert readings_of("0,500", ",") == (Decimal("0.5"),)


def test_what_is_long_is_refused_at_once() -> None:
    for typed in ("1 " * 5_000, "9" * 10_000 + "x", "1,000" * 3_000, "€" + " " * 10_000 + "€"):
        assert readings_of(typed) == ()
