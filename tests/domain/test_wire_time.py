"""Clocks of strangers."""

from __future__ import annotations

from math import inf, nan

import pytest

from ripeline.domain.wire_time import occurred_at, reported_at
from ripeline.errors import InvalidEvent

NOW = 1_795_284_000_000
DAY = 24 * 3600 * 1000


@pytest.mark.parametrize("skew", [0, 3 * DAY, -400 * DAY, 90])
def test_a_wrong_clock_does_not_matter(skew: int) -> None:
    assert occurred_at(NOW + skew - 5_000, NOW + skew, NOW) == NOW - 5_000


@pytest.mark.parametrize(("client_time", "sent_at"), [(None, NOW), (NOW - 5, None), (None, None)])
def test_without_both_times_it_occurred_when_it_came(client_time: int | None, sent_at: int | None) -> None:
    assert occurred_at(client_time, sent_at, NOW) == NOW


def test_a_browser_reaches_72_hours_back_and_never_ahead() -> None:
    assert occurred_at(NOW - 30 * DAY, NOW, NOW) == NOW - 3 * DAY
    assert occurred_at(NOW + DAY, NOW, NOW) == NOW


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        (None, NOW),
        (NOW - DAY, NOW - DAY),
        (NOW - 0.4, NOW - 1),
        (NOW + 300_000, NOW + 300_000),
        ("2026-11-21T18:00:00+01:00", 1_795_280_400_000),
        ("2026-11-21T17:00:00Z", 1_795_280_400_000),
        ("2026-11-21T17:00:00.250Z", 1_795_280_400_250),
        ("2016-02-29T12:00:00Z", 1_456_747_200_000),
    ],
)
def test_a_program_says_when(at: str | float | None, moment: int) -> None:
    assert reported_at(at, NOW) == moment


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (-1, "bad_time"),
        (0, "bad_time"),
        (NOW // 1000, "bad_time"),
        (1e300, "bad_time"),
        (inf, "bad_time"),
        (nan, "bad_time"),
        ("", "bad_time"),
        ("2026-11-21T18:00:00", "bad_time"),
        ("2026-02-30T18:00:00Z", "bad_time"),
        ("0001-01-01T00:00:00+14:00", "bad_time"),
        ("9999-12-31T23:59:59Z", "in_future"),
        (NOW + 300_001, "in_future"),
    ],
)
def test_a_time_that_cannot_be_is_refused(at: str | float, code: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        reported_at(at, NOW)
    assert caught.value.code == code
