"""What a won deal was worth, as a form sends it; and what to write instead of what could mean something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from starlette.requests import Request

from ripeline.domain.amounts import readings_of
from ripeline.domain.points import to_thousandths
from ripeline.pages.doing import words
from ripeline.templating.languages import locale_of
from ripeline.templating.numbers import MARKS, write_amount

_MOST: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Worth:
    """The value in thousandths, None: none was written; `wrong` says what would be right, "" where it is."""

    value: int | None = None
    wrong: str = ""


def worth_in(request: Request, fields: Mapping[str, str]) -> Worth:
    """The form's field `value`."""
    typed = fields.get("value", "")
    locale = locale_of(request)
    readings = readings_of(typed, MARKS[locale].group)
    if not typed or (len(readings) == 1 and abs(readings[0]) <= _MOST):
        return Worth(to_thousandths(readings[0]) if typed else None)
    _ = words(request).gettext
    if len(readings) == 2:
        more, less = (f"{each.normalize():f}".replace(".", MARKS[locale].decimal) for each in readings)
        said = {"typed": typed, "more": more, "less": less}
        return Worth(wrong=_("%(typed)s can be read as %(more)s or as %(less)s: write the one you mean.") % said)
    example = write_amount(to_thousandths(Decimal("12500.5")), locale)
    return Worth(wrong=_("Write the value as a number up to a billion, such as %(example)s.") % {"example": example})
