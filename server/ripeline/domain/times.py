"""Moments as text, as JSON and CSV carry them."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def iso_time(at: int) -> str:
    """Milliseconds since 1970 UTC → `2026-11-21T17:00:00.000Z` (ISO 8601), the inverse of reading it."""
    moment = _EPOCH + timedelta(milliseconds=at)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def end_of_day(text: str, timezone: str) -> int | None:
    """`2026-11-21` → its last millisecond in that zone; None for what is no day."""
    try:
        following = date.fromisoformat(text) + timedelta(days=1)
        return int(datetime.combine(following, time.min, ZoneInfo(timezone)).timestamp() * 1000) - 1
    except (ValueError, OverflowError):
        return None


def months_before(now: int, months: int) -> int:
    """The moment (ms) so many months before `now`, by the calendar; the 31st of a short month is its last day."""
    moment = datetime.fromtimestamp(now / 1000, UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp() * 1000)
