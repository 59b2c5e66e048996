"""Local days, also where clocks change."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.scoring.days import local_days

ZONES = [
    "UTC",
    "Europe/Paris",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
]


@given(st.sampled_from(ZONES), st.integers(100_000_000_000, 4_000_000_000_000))
def test_the_day_is_that_of_the_local_calendar(zone: str, at: int) -> None:
    assert local_days(zone)(at) == datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).toordinal()


@pytest.mark.parametrize("date", ["2026-03-29", "2026-10-25"])
def test_a_day_with_a_clock_change_is_one_day(date: str) -> None:
    paris = ZoneInfo("Europe/Paris")
    first = int(datetime.fromisoformat(f"{date}T00:00").replace(tzinfo=paris).timestamp() * 1000)
    last = int(datetime.fromisoformat(f"{date}T23:59:59.999").replace(tzinfo=paris).timestamp() * 1000)
    day_of = local_days("Europe/Paris")
    assert day_of(first) == day_of(last) == day_of(first - 1) + 1 == day_of(last + 1) - 1


def test_a_zone_nobody_knows_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        local_days("Europe/Pari")
