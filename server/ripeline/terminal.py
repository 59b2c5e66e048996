"""Texts that others wrote, on their way to a terminal or a log: they steer neither."""

from __future__ import annotations

import re
from typing import Final

# Controls but tab and line feed (ESC and all that follows from it, carriage returns, backspaces, the eight-bit ones),
# separators of lines, and what turns text around.
_STEERS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    """Lines as they are, with what would steer a terminal written out: `\\x1b`."""
    return _STEERS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def in_one_line(text: str) -> str:
    """The same, with line breaks written out too."""
    return shown(text).replace("\n", r"\n")
