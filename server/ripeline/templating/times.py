"""Instants and durations in words: relative for the eye, absolute for whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from gettext import NullTranslations
from typing import Final
from zoneinfo import ZoneInfo

from ripeline.templating.languages import Locale

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_DAYS: Final[dict[Locale, list[str]]] = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche".split(),
}
_MONTHS: Final[dict[Locale, list[str]]] = {
    "en": "January February March April May June July August September October November December".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
}


@lru_cache
def zone_of(name: str) -> ZoneInfo:
    """A zone by its IANA name, read once."""
    return ZoneInfo(name)


def local(at: int, zone: str) -> datetime:
    """An instant in ms UTC as local time."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone_of(zone))


def write_clock(at: int, zone: str) -> str:
    """ "18:02", in both languages."""
    return f"{local(at, zone):%H:%M}"


def write_moment(at: int, zone: str, locale: Locale) -> str:
    """The absolute time, whole: "Saturday 21 November 2026, 18:02", "samedi 21 novembre 2026 à 18:02"."""
    return f"{_weekday(at, zone, locale)} {_date(at, zone, locale)}{_AT[locale]}{write_clock(at, zone)}"


_AT: Final[dict[Locale, str]] = {"en": ", ", "fr": " à "}


def write_day(at: int, now: int, zone: str, words: NullTranslations, locale: Locale) -> str:
    """ "Today", "Yesterday", "Saturday 14 November", and with its year when that is another one."""
    day, today = local(at, zone), local(now, zone)
    behind = (today.date() - day.date()).days
    if behind == 0:
        return words.gettext("Today")
    if behind == 1:
        return words.gettext("Yesterday")
    text = f"{_weekday(at, zone, locale)} {_date(at, zone, locale)}"
    return text.removesuffix(f" {day.year}") if day.year == today.year else text


def write_date(at: int, zone: str, locale: Locale) -> str:
    """ "Saturday 21 November 2026": a day that may lie ahead."""
    return f"{_weekday(at, zone, locale)} {_date(at, zone, locale)}"


def write_brief(at: int, now: int, zone: str, locale: Locale) -> str:
    """ "21 November", with its year when that is another one."""
    text = _date(at, zone, locale)
    return text.removesuffix(f" {local(at, zone).year}") if local(at, zone).year == local(now, zone).year else text


def _weekday(at: int, zone: str, locale: Locale) -> str:
    return _DAYS[locale][local(at, zone).weekday()]


def _date(at: int, zone: str, locale: Locale) -> str:
    day = local(at, zone)
    number = "1er" if locale == "fr" and day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[locale][day.month - 1]} {day.year}"


def write_span(span: int, words: NullTranslations) -> str:
    """A duration in ms in its largest whole unit: "40 s", "5 min", "2 h", "8 days", "3 months"."""
    if span < MINUTE:
        return words.gettext("%(number)d s") % {"number": max(span, 0) // 1000}
    if span < HOUR:
        return words.gettext("%(number)d min") % {"number": span // MINUTE}
    if span < DAY:
        return words.gettext("%(number)d h") % {"number": span // HOUR}
    days = span // DAY
    if days < 90:
        return words.ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
    months = days // 30
    return words.ngettext("%(number)d month", "%(number)d months", months) % {"number": months}


def write_ago(at: int, now: int, words: NullTranslations) -> str:
    """ "just now", "5 min ago", "8 days ago"."""
    if now - at < MINUTE:
        return words.gettext("just now")
    return words.gettext("%(span)s ago") % {"span": write_span(now - at, words)}
