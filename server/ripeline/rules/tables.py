"""A table of the rule file under the reader's finger: typed look-ups that note what is wrong and read on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from ripeline.domain.points import THOUSANDTHS, to_thousandths
from ripeline.rules.lines import KeyPath
from ripeline.rules.mistakes import Mistakes, listed, nearest

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"(\d{1,6}) ?([smhdw])")

#: How units are written in both languages, by their beginnings, and what would be right.
_WORDS: Final = {
    **dict.fromkeys(("month", "mois"), (30, "d")),
    **dict.fromkeys(("year", "an"), (365, "d")),
    **dict.fromkeys(("w", "sem"), (1, "w")),
    **dict.fromkeys(("d", "j"), (1, "d")),
    "h": (1, "h"),
    "m": (1, "m"),
    "s": (1, "s"),
}

#: Longer than any event is kept; keeps dates within the calendar.
MOST_DAYS: Final = 3650
_LONGEST: Final = MOST_DAYS * 86_400
_NUMERAL: Final = re.compile(r"\s*([+-]?)\s*(\d+)[.,]?(\d*)\s*")

#: More than any honest currency of points; keeps sums exact.
_MOST_POINTS: Final = 1_000_000


class Table:
    """One table: its data, its key path, and where mistakes go. Every look-up of a missing key gives None."""

    def __init__(self, data: Mapping[str, Any], path: KeyPath, mistakes: Mistakes) -> None:
        self.data = data
        self.path = path
        self.mistakes = mistakes

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def wrong(self, problem: str, *keys: str | int) -> None:
        """Note a mistake here, or at a key below."""
        self.mistakes.add((*self.path, *keys), problem)

    def lacking(self, problem: str) -> None:
        self.mistakes.lacking(self.path, problem)

    def only(self, known: Iterable[str], hints: Mapping[str, str] | None = None) -> None:
        """Note every key that is not known; `hints` say what else was meant."""
        known = tuple(known)
        for key in self.data:
            if key not in known:
                meant = f": {hints[key]}" if hints and key in hints else nearest(key, known)
                self.wrong(f"unknown key `{key}`{meant or f'; there are {listed(known)}'}", key)

    def table(self, key: str, example: str) -> Table | None:
        """The table below a key."""
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(f"`{key}` is {described(value)}, it must be a table: {example}", key)
            return None
        return Table(value, (*self.path, key), self.mistakes)

    def text(self, key: str, example: str) -> str | None:
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.wrong(f'`{key}` is {described(value)}, it must be a text: {key} = "{example}"', key)
            return None
        return value

    def flag(self, key: str) -> bool | None:
        value = self.data.get(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(f"`{key}` is {described(value)}, it must be true or false (without quotes)", key)
            return None
        return value

    def points(self, key: str) -> int | None:
        """A number of points in thousandths."""
        value = self.data.get(key)
        return None if value is None else self.thousandths(value, key)

    def thousandths(self, value: object, *keys: str | int) -> int | None:
        """A value found at these keys as thousandths, None (and noted) when it is no number of points."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(f"{described(value)} where a number is needed{_as_number(value)}", *keys)
            return None
        if not abs(value) <= _MOST_POINTS:
            self.wrong(f"{value} is out of bounds: points go from -{_MOST_POINTS} to {_MOST_POINTS}", *keys)
            return None
        exact = value * THOUSANDTHS
        if abs(exact - round(exact)) > 1e-6 * max(1, abs(value)):
            self.wrong(f"{value} has too many decimals: three at most, {round(value, 3)}", *keys)
            return None
        return to_thousandths(value)

    def seconds(self, key: str, example: str) -> int | None:
        """A duration like "30m", in seconds."""
        asked = f'a duration: a number and s, m, h, d or w (seconds to weeks), in quotes, like "{example}"'
        return self._duration(key, "smhdw", asked)

    def period(self, key: str, example: str) -> int | None:
        """A duration above 0, in ms."""
        seconds = self.seconds(key, example)
        if seconds == 0:
            self.wrong(f'`{key}` must be longer than 0, like "{example}"', key)
        return seconds * 1000 if seconds else None

    def days(self, key: str, example: str, least: Literal[0, 1] = 1) -> int | None:
        """Whole days, like "21d" or "3w"."""
        seconds = self._duration(key, "dw", f'whole days or weeks, in quotes, like "{example}"')
        if seconds is None:
            return None
        if seconds < least * _UNITS["d"]:
            self.wrong(f'`{key}` must be at least one day, like "{example}"', key)
            return None
        return seconds // _UNITS["d"]

    def _duration(self, key: str, units: str, asked: str) -> int | None:
        value = self.data.get(key)
        if value is None:
            return None
        found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found or found[2] not in units:
            self.wrong(f"`{key}` is {described(value)}, it must be {_guessed(value, units, asked)}", key)
            return None
        seconds = int(found[1]) * _UNITS[found[2]]
        if seconds > _LONGEST:
            self.wrong(f'`{key}` is longer than ten years ("{MOST_DAYS}d"), more than anything is kept', key)
            return None
        return seconds

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """A text or a list of texts; empty (and noted) when it is neither."""
        value = self.data.get(key)
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(item, str) and item.strip() for item in values):
            self.wrong(f"`{key}` must be a text or a list of texts: {key} = {example}", key)
            return ()
        return tuple(values)


def described(value: object) -> str:
    """The value as a person would name it."""
    match value:
        case str():
            return f'the text "{value}"' if value.strip() else "an empty text"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case dict():
            return "a table { }"
        case list():
            return "a list [ ]"
    return f"the date {value}"


def _as_number(value: object) -> str:
    found = _NUMERAL.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return ""
    sign, whole, rest = found.groups()
    return f": write {sign.strip('+')}{whole}{'.' + rest if rest else ''}, without quotes"


def _guessed(value: object, units: str, asked: str) -> str:
    """What is asked, its example replaced by the duration that was probably meant ("30j", "2 months", "3 semaines")."""
    found = re.match(r"(\d{1,3})\s*([a-zA-Z]+)", value.strip()) if isinstance(value, str) else None
    word = found[2].lower() if found else ""
    factor, unit = next((meant for begin, meant in _WORDS.items() if word.startswith(begin)), (0, ""))
    if not found or not unit or unit not in units:
        return asked
    return re.sub(r'"[^"]*"$', f'"{int(found[1]) * factor}{unit}"', asked)
