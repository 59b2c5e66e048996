"""What stands in the cells of a table: moments and amounts."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from ripeline.domain.wire_time import EARLIEST

_DAY: Final = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:,? +(?:à +|at +)?(\d{1,2})[:h](\d{2})(?::(\d{2}))? *([AaPp][Mm])?)?"
)
_SPACES: Final = re.compile(r"[\s\u00a0\u202f'’€$£]|EUR|USD|CHF|GBP")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def moment(text: str, zone: ZoneInfo, *, month_first: bool) -> int | None:
    """Milliseconds of a day or time as programs write it, in that zone where it says none; None when it is none."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) == 13 and int(text) >= EARLIEST else None
    with suppress(ValueError, OverflowError):
        at = _day(text, month_first) or datetime.fromisoformat(text)
        return round((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1000)
    return None


def day(at: int, zone: ZoneInfo) -> str:
    """The day in that zone a moment (ms) falls on."""
    return datetime.fromtimestamp(at / 1000, zone).date().isoformat()


def amount(text: str) -> float | None:
    """`1 234,50 €`, `1,234.50` or `1234.5`; None when it is no number."""
    plain = _SPACES.sub("", text)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _day(text: str, month_first: bool) -> datetime | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    first, second, year, hour, minute, seconds = (int(part or 0) for part in found.groups()[:6])
    half = (found.group(7) or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    month, day = (first, second) if month_first else (second, first)
    return datetime(year, month, day, hour, minute, seconds)  # noqa: DTZ001 - the caller knows the zone
