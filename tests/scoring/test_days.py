"""Local days, also where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeline.scoring.days import local_days, local_midnights, midnight_name

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


@given(st.sampled_from([zone for zone in ZONES if zone != "America/St_Johns"]), st.integers(719_163, 748_000))
def test_midnight_is_the_first_moment_of_its_day(zone: str, day: int) -> None:
    midnight = local_midnights(zone)(day)
    assert local_days(zone)(midnight) >= day
    assert local_days(zone)(midnight - 1) < day


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/Paris", "2026-03-29", "2026-03-28T23:00"),
        ("Europe/Paris", "2026-03-30", "2026-03-29T22:00"),
        ("Europe/Paris", "2026-10-26", "2026-10-25T23:00"),
        # Clocks there skip midnight, or show it twice.
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),
    ],
)
def test_midnights_of_days_on_which_clocks_change(zone: str, day: str, utc: str) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert local_midnights(zone)(date.fromisoformat(day).toordinal()) == moment.timestamp() * 1000


def test_a_midnight_has_a_name() -> None:
    assert midnight_name(date(2026, 3, 29).toordinal()) == "midnight 2026-03-29"
