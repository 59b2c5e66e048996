"""Points as whole thousandths inside, as numbers outside, so that sums are the same everywhere."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

THOUSANDTHS = 1000


def to_thousandths(number: int | float | Decimal) -> int:
    """2.5 → 2500; half a thousandth is rounded away from zero (the number is read as it is written)."""
    return int((Decimal(str(number)) * THOUSANDTHS).to_integral_value(ROUND_HALF_UP))


def as_number(thousandths: int) -> int | float:
    """13000 → 13, 2500 → 2.5: what JSON and CSV carry."""
    whole, rest = divmod(thousandths, THOUSANDTHS)
    return whole if rest == 0 else thousandths / THOUSANDTHS
