"""Amounts of money as people type them: the marks between thousands, a currency beside it, a k behind it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

#: Stands beside a number and is no part of it: the currency, and whether taxes are in it.
_CURRENCY: Final = r"(?:€|\$|£|euros?|eur|usd|gbp|chf)?"
_TAXES: Final = r"(?:ht|ttc)?"
_AMOUNT: Final = re.compile(
    rf"(?P<sign>[+-]?) ?{_CURRENCY} ?(?P<number>[0-9][0-9 ',.]*?) ?(?P<k>k?) ?{_CURRENCY} ?{_TAXES}", re.IGNORECASE
)
#: By the marks in it: what parts its thousands, and its decimals.
_SPACED: Final = re.compile(r"[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]{1,3})?")
_COMMAS: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,3}|[0-9]{1,3}(?:,[0-9]{3}){2,}")
_POINTS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,3}|[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_PLAIN: Final = re.compile(r"[0-9]+(?:[.,][0-9]{1,3})?")
_EITHER: Final = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}")

_SPACE: Final = re.compile(r"\s+")
_SAME: Final = str.maketrans({"\u2019": "'", "\u2212": "-"})
_K: Final = 1000


def readings_of(text: str, group: str = "") -> tuple[Decimal, ...]:
    """The amount meant by `12 500 €`, `12.500,50`, `$12,500.50` or `12,5 k€`; none for what is no amount.

    `12,500` is twelve thousand five hundred to some and twelve and a half to others: two, the greater first. So is
    `12.500`. With `group`, what parts thousands in the reader's language, the one that is written so is thousands.
    """
    found = _AMOUNT.fullmatch(_SPACE.sub(" ", text.translate(_SAME)).strip())
    if found is None:
        return ()
    times = (_K if found["k"] else 1) * (-1 if found["sign"] == "-" else 1)
    return tuple(number * times for number in _numbers(found["number"], group))


def _numbers(text: str, group: str) -> tuple[Decimal, ...]:
    either = _EITHER.fullmatch(text)
    if either:
        thousands = Decimal(text.replace(either[1], ""))
        return (thousands,) if either[1] == group else (thousands, Decimal(text.replace(",", ".")))
    if _SPACED.fullmatch(text):
        text = text.replace(" ", "").replace("'", "")
    elif _COMMAS.fullmatch(text):
        text = text.replace(",", "")
    elif _POINTS.fullmatch(text):
        text = text.replace(".", "")
    return (Decimal(text.replace(",", ".")),) if _PLAIN.fullmatch(text) else ()
