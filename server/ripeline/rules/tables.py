"""A table of the rule file under the reader's finger: typed look-ups that note what is wrong and read on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ripeline.domain.points import THOUSANDTHS, to_thousandths
from ripeline.rules.lines import KeyPath
from ripeline.rules.mistakes import Mistakes, listed, nearest

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"(\d{1,6}) ?([smhdw])")
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

    def only(self, known: Iterable[str], later: Iterable[str] = (), hints: Mapping[str, str] | None = None) -> None:
        """Note every key that is not known; `later` ones exist in the plan, `hints` say what else was meant."""
        known, later = tuple(known), frozenset(later)
        for key in self.data:
            if key in later:
                self.wrong(f"`{key}` is not available yet in this version", key)
            elif key not in known:
                meant = f": {hints[key]}" if hints and key in hints else nearest(key, (*known, *later))
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
        value = self.data.get(key)
        if value is None:
            return None
        found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found:
            asked = "a number and s, m, h, d or w (seconds to weeks), in quotes, like"
            self.wrong(
                f'`{key}` is {described(value)}, it must be a duration: {asked} "{_duration(value, example)}"', key
            )
            return None
        return int(found[1]) * _UNITS[found[2]]

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


def _duration(value: object, example: str) -> str:
    """The duration that was probably meant ("30j", "30 minutes"), else the example."""
    found = re.match(r"(\d{1,6})\s*([a-zA-Z])", value.strip()) if isinstance(value, str) else None
    unit = {"j": "d"}.get(found[2].lower(), found[2].lower()) if found else ""
    return f"{found[1]}{unit}" if found and unit in _UNITS else example
