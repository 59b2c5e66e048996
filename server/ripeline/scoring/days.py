"""Calendar days of the rule file's time zone, also over the two nights on which clocks change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_QUARTER_MS = 900_000


def local_days(timezone: str) -> Callable[[int], int]:
    """A function from ms UTC to the number of the local day (1 = 1 January of year 1); cached by quarter of an hour,
    as every zone's midnights have fallen on one since 1972. Raises ZoneInfoNotFoundError for an unknown name."""
    zone = ZoneInfo(timezone)

    @lru_cache(maxsize=50_000)
    def day_of_quarter(quarter: int) -> int:
        return datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, zone).toordinal()

    return lambda at: day_of_quarter(at // _QUARTER_MS)


def local_midnights(timezone: str) -> Callable[[int], int]:
    """A function from the number of a local day to the moment it begins, ms UTC: where clocks skip midnight, the
    moment they do; where they show it twice, the first time."""
    zone = ZoneInfo(timezone)

    @lru_cache(maxsize=10_000)
    def midnight_of(day: int) -> int:
        return int(datetime.combine(date.fromordinal(day), datetime.min.time(), zone).timestamp() * 1000)

    return midnight_of


def midnight_name(day: int) -> str:
    """What stands where an event's id would, when something changed by time alone: "midnight 2026-03-29"."""
    return f"midnight {date.fromordinal(day).isoformat()}"
