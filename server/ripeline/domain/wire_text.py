"""Text from outside: what is refused, and what is taken out of the rest before it is stored.

Ids are refused unless printable ASCII. Titles, items and values are cleaned instead: a stray control character
in a title must not cost a lead. Addresses are refused (see `urls`).
"""

from __future__ import annotations

import re
from typing import Final

from ripeline.errors import EventProblem, InvalidEvent

LONGEST_ID: Final = 64
LONGEST_TEXT: Final = 2048

# Controls but tab and newline, bidi marks and overrides (they can make a name read as another), lone surrogates.
_TAKEN_OUT: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def cleaned(text: str) -> str:
    """Without controls (tab and newline stay), bidi controls and lone surrogates, and trimmed."""
    if text.isprintable():
        return text.strip(" ")
    return _TAKEN_OUT.sub("", text).strip()


def is_id(text: str) -> bool:
    """1–64 printable ASCII characters: event ids and visitor ids."""
    return 0 < len(text) <= LONGEST_ID and text.isascii() and text.isprintable()


def checked_name(name: str, reserved: frozenset[str], field: str) -> str:
    """An event name: 1–64 printable characters, trimmed, none of `reserved`; raises `InvalidEvent("bad_name")`."""
    if not 0 < len(name) <= LONGEST_ID or not name.isprintable() or name != name.strip(" "):
        raise InvalidEvent("bad_name", field, "1–64 printable characters")
    if name in reserved:
        raise InvalidEvent("bad_name", field, f"{name!r} is not for senders")
    return name


def short_text(text: str, code: EventProblem, field: str) -> str:
    """Cleaned, at most 2 048 characters; raises `InvalidEvent(code)`."""
    if len(text) > LONGEST_TEXT:
        raise InvalidEvent(code, field, f"longer than {LONGEST_TEXT} characters")
    return cleaned(text)
