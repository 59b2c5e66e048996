"""Instants and durations in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ripeline.templating.languages import catalog
from ripeline.templating.times import DAY, HOUR, MINUTE, write_ago, write_clock, write_day, write_moment, write_span

EN, FR = catalog("en"), catalog("fr")
PARIS = "Europe/Paris"


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type, misc]


EVENING = at(2026, 11, 21, 17, 2)


def test_the_absolute_time_is_local_and_whole() -> None:
    assert write_moment(EVENING, PARIS, "en") == "Saturday 21 November 2026, 18:02"
    assert write_moment(EVENING, PARIS, "fr") == "samedi 21 novembre 2026 à 18:02"


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert write_moment(at(2026, 12, 1, 12), PARIS, "fr") == "mardi 1er décembre 2026 à 13:00"


def test_a_day_begins_at_local_midnight() -> None:
    late = at(2026, 11, 20, 23, 30)
    assert write_clock(late, PARIS) == "00:30"
    assert write_day(late, EVENING, PARIS, EN, "en") == "Today"
    assert write_day(late, EVENING, "UTC", EN, "en") == "Yesterday"


def test_a_day_of_another_year_carries_it() -> None:
    assert write_day(at(2026, 11, 13, 12), EVENING, PARIS, EN, "en") == "Friday 13 November"
    assert write_day(at(2025, 11, 13, 12), EVENING, PARIS, FR, "fr") == "jeudi 13 novembre 2025"


@pytest.mark.parametrize(
    ("span", "english", "french"),
    [
        (0, "0 s", "0 s"),
        (59_999, "59 s", "59 s"),
        (MINUTE, "1 min", "1 min"),
        (HOUR - 1, "59 min", "59 min"),
        (2 * HOUR, "2 h", "2 h"),
        (DAY, "1 day", "1 jour"),
        (8 * DAY, "8 days", "8 jours"),
        (89 * DAY, "89 days", "89 jours"),
        (90 * DAY, "3 months", "3 mois"),
    ],
)
def test_a_span_is_said_in_its_largest_whole_unit(span: int, english: str, french: str) -> None:
    assert write_span(span, EN) == english
    assert write_span(span, FR).replace("\u00a0", " ") == french


def test_long_ago_and_just_now() -> None:
    assert write_ago(EVENING - 2 * HOUR, EVENING, EN) == "2 h ago"
    assert write_ago(EVENING - 2 * HOUR, EVENING, FR) == "il y a 2\u00a0h"
    assert write_ago(EVENING + HOUR, EVENING, FR) == "à l’instant"
