"""Texts that a spreadsheet would run: marked, so that it shows them; and as they were before."""

from __future__ import annotations

import re
from typing import Final

# What a spreadsheet takes for the beginning of a formula; the wide ones are what Japanese keyboards write.
_BEGINS: Final = "=+@＝＋－＠﹢﹣﹦﹫-"
# What some take off before they look: blanks, quotes, marks of byte order and direction, controls.
_BEFORE: Final = r"[\s\"'\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
_FORMULA: Final = re.compile(f"'*[\t\r\n]|{_BEFORE}*[{_BEGINS}]")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")

# A spreadsheet that parts cells at the other separator begins a cell there, whatever the quotes say. What is taken off
# is matched whole, formula or not, so that a long row of blanks is read once.
_WITHIN: Final = {
    each: re.compile(f"[{other}\\r\\n]{_BEFORE}*(?=([{_BEGINS}])?)") for each, other in ((",", ";"), (";", ","))
}


def safe(text: str, separator: str = ",") -> str:
    """A cell no spreadsheet runs as a formula, neither whole nor where it wrongly parts it; numbers stay numbers."""
    text = text.replace("\0", "")
    marked = f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
    return _WITHIN[separator].sub(lambda found: f"{found[0]}'" if found[1] else found[0], marked)


def unsafe(text: str, separator: str = ",") -> str:
    """What a cell was before `safe`, but for its NULs."""
    plain = _WITHIN[separator].sub(lambda found: found[0].removesuffix("'") if found[1] else found[0], text)
    return plain[1:] if plain.startswith("'") and _FORMULA.match(plain[1:]) else plain
