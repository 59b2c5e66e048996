"""Points and counts as each language writes them, rounded to one decimal for the eye."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from ripeline.domain.points import THOUSANDTHS
from ripeline.templating.languages import Locale


class Marks(NamedTuple):
    """A language's decimal mark and what parts its thousands."""

    decimal: str
    group: str


MARKS: Final[dict[Locale, Marks]] = {"en": Marks(".", ","), "fr": Marks(",", "\u202f")}
MINUS: Final = "\u2212"


def write_points(thousandths: int, locale: Locale) -> str:
    """13000 → "13", 2450 → "2.5" or "2,5", -5000 → "−5"; a whole number carries no decimal."""
    return _written(thousandths, Decimal("0.1"), locale)


def write_amount(thousandths: int, locale: Locale) -> str:
    """Money: 12500000 → "12,500", 12500500 → "12,500.50"; a whole amount carries no decimals."""
    return _written(thousandths, Decimal("0.01"), locale)


def _written(thousandths: int, step: Decimal, locale: Locale) -> str:
    rounded = (Decimal(abs(thousandths)) / THOUSANDTHS).quantize(step, ROUND_HALF_UP)
    whole, _, decimals = f"{rounded:,}".partition(".")
    marks = MARKS[locale]
    text = whole.replace(",", marks.group) + (f"{marks.decimal}{decimals}" if int(decimals) else "")
    return f"{MINUS}{text}" if thousandths < 0 and text != "0" else text


def write_signed(thousandths: int, locale: Locale) -> str:
    """Points as an award: "+5", "−10", "0"."""
    text = write_points(thousandths, locale)
    return text if text == "0" or thousandths < 0 else f"+{text}"


def write_count(number: int, locale: Locale) -> str:
    """1234 → "1,234" or "1 234" with a narrow no-break space."""
    return f"{number:,}".replace(",", MARKS[locale].group)


def write_percent(rate: float, locale: Locale) -> str:
    """0.314 → "31%" or "31 %"; below ten with a decimal where it says something: "2.5%"."""
    percent = Decimal(str(rate)) * 100
    text = write_points(
        int((percent if abs(percent) < 10 else percent.quantize(Decimal(1), ROUND_HALF_UP)) * 1000), locale
    )
    return f"{text}\u202f%" if locale == "fr" else f"{text}%"


def write_times(ratio: float, locale: Locale) -> str:
    """2.54 → "2.5", 12.3 → "12"."""
    return write_points(int(ratio * 1000) if ratio < 10 else round(ratio) * 1000, locale)
