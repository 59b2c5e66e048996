"""One number of a rule file rewritten in its text; every comment, space and other number stays as it is."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from ripeline.domain.points import as_number, to_thousandths
from ripeline.rules.lines import KeyPath
from ripeline.rules.syntax import parse

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


def has_number(text: str, path: KeyPath) -> bool:
    """Whether a bare value stands at that very path."""
    return parse(text, "").lines.place(path) is not None


def with_number(text: str, path: KeyPath, thousandths: int) -> str:
    """The text with the number at that path rewritten; one that says the same already stays as written.

    Raises KeyError when no bare value stands there.
    """
    place = parse(text, "").lines.place(path)
    if place is None:
        raise KeyError(path)
    begins = [0, *(end.end() for end in _LINE_BREAK.finditer(text))][place.line - 1]
    # The mark some editors put at the front of a file is no column.
    begins += text.startswith("\ufeff") and place.line == 1
    written = text[begins + place.begin : begins + place.end]
    if to_thousandths(tomllib.loads(f"number = {written}")["number"]) == thousandths:
        return text
    return f"{text[: begins + place.begin]}{as_number(thousandths)}{text[begins + place.end :]}"
