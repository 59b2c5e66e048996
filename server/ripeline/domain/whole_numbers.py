"""Whole numbers as forms and addresses send them."""

from __future__ import annotations

from typing import Final

#: So many digits fit the database's numbers, whatever they are.
_MOST_DIGITS: Final = 18


def whole_number(text: str) -> int | None:
    """The number these digits are; None for anything else, and for one no database has room for."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None
