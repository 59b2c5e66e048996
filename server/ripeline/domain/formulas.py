"""Texts that a spreadsheet would run: marked, so that it shows them; and as they were before."""

from __future__ import annotations

import re
from typing import Final

#: What a spreadsheet takes for the beginning of a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


def safe(text: str) -> str:
    """A cell no spreadsheet runs as a formula."""
    text = text.replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA) and not _NUMBER.fullmatch(text) else text


def unsafe(text: str) -> str:
    """What a cell was before `safe`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
