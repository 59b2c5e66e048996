"""A table of the rule file under the reader's finger: typed look-ups that note what is wrong and read on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from ripeline.domain.points import THOUSANDTHS, to_thousandths
from ripeline.rules.lines import KeyPath
from ripeline.rules.mistakes import Mistakes, listed, nearest
from ripeline.sentences import N_, Sentence

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

    def wrong(self, problem: Sentence, *keys: str | int) -> None:
        """Note a mistake here, or at a key below."""
        self.mistakes.add((*self.path, *keys), problem)

    def lacking(self, problem: Sentence) -> None:
        self.mistakes.lacking(self.path, problem)

    def only(self, known: Iterable[str], hints: Mapping[str, Sentence] | None = None) -> None:
        """Note every key that is not known; `hints` say what else was meant."""
        known = tuple(known)
        for key in self.data:
            if key not in known:
                self.wrong(N_("unknown key `%(key)s`%(meant)s", key=key, meant=_meant(key, known, hints or {})), key)

    def table(self, key: str, example: str) -> Table | None:
        """The table below a key."""
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(not_as_asked(key, value, N_("a table: %(example)s", example=example)), key)
            return None
        return Table(value, (*self.path, key), self.mistakes)

    def text(self, key: str, example: str) -> str | None:
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.wrong(not_as_asked(key, value, N_("a text: %(example)s", example=f'{key} = "{example}"')), key)
            return None
        return value

    def flag(self, key: str) -> bool | None:
        value = self.data.get(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(not_as_asked(key, value, N_("true or false (without quotes)")), key)
            return None
        return value

    def points(self, key: str) -> int | None:
        """A number of points in thousandths."""
        value = self.data.get(key)
        return None if value is None else self.thousandths(value, key)

    def thousandths(self, value: object, *keys: str | int) -> int | None:
        """A value found at these keys as thousandths, None (and noted) when it is no number of points."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            found, instead = described(value), _as_number(value)
            self.wrong(N_("%(found)s where a number is needed%(instead)s", found=found, instead=instead), *keys)
            return None
        if not abs(value) <= _MOST_POINTS:
            most = _MOST_POINTS
            self.wrong(
                N_("%(value)s is out of bounds: points go from -%(most)s to %(most)s", value=value, most=most), *keys
            )
            return None
        exact = value * THOUSANDTHS
        if abs(exact - round(exact)) > 1e-6 * max(1, abs(value)):
            fewer = round(value, 3)
            self.wrong(N_("%(value)s has too many decimals: three at most, %(fewer)s", value=value, fewer=fewer), *keys)
            return None
        return to_thousandths(value)

    def seconds(self, key: str, example: str) -> int | None:
        """A duration like "30m", in seconds."""
        return self._duration(key, "smhdw", _a_duration, example)

    def period(self, key: str, example: str) -> int | None:
        """A duration above 0, in ms."""
        seconds = self.seconds(key, example)
        if seconds == 0:
            self.wrong(N_('`%(key)s` must be longer than 0, like "%(example)s"', key=key, example=example), key)
        return seconds * 1000 if seconds else None

    def days(self, key: str, example: str, least: Literal[0, 1] = 1) -> int | None:
        """Whole days, like "21d" or "3w"."""
        seconds = self._duration(key, "dw", _whole_days, example)
        if seconds is None:
            return None
        if seconds < least * _UNITS["d"]:
            self.wrong(N_('`%(key)s` must be at least one day, like "%(example)s"', key=key, example=example), key)
            return None
        return seconds // _UNITS["d"]

    def _duration(self, key: str, units: str, asked: Callable[[str], Sentence], example: str) -> int | None:
        value = self.data.get(key)
        if value is None:
            return None
        found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found or found[2] not in units:
            self.wrong(not_as_asked(key, value, asked(_guessed(value, units) or example)), key)
            return None
        seconds = int(found[1]) * _UNITS[found[2]]
        if seconds > _LONGEST:
            most = f"{MOST_DAYS}d"
            self.wrong(
                N_('`%(key)s` is longer than ten years ("%(most)s"), more than anything is kept', key=key, most=most),
                key,
            )
            return None
        return seconds

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """A text or a list of texts; empty (and noted) when it is neither."""
        value = self.data.get(key)
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(item, str) and item.strip() for item in values):
            written = f"{key} = {example}"
            self.wrong(N_("`%(key)s` must be a text or a list of texts: %(example)s", key=key, example=written), key)
            return ()
        return tuple(values)


def not_as_asked(key: str, value: object, asked: Sentence) -> Sentence:
    """What stands there, and what must."""
    return N_("`%(key)s` is %(found)s, it must be %(asked)s", key=key, found=described(value), asked=asked)


def near_or_asked(key: str, value: object, near: Sentence | str, asked: Sentence) -> Sentence:
    """The word that was meant, where one is near; else what must stand there."""
    if near:
        return N_("`%(key)s` is %(found)s%(near)s", key=key, found=described(value), near=near)
    return not_as_asked(key, value, asked)


def described(value: object) -> Sentence | str:
    """The value as a person would name it."""
    match value:
        case str():
            return N_('the text "%(text)s"', text=value) if value.strip() else N_("an empty text")
        case bool():
            return "true" if value else "false"
        case int() | float():
            return N_("the number %(number)s", number=value)
        case dict():
            return N_("a table { }")
        case list():
            return N_("a list [ ]")
    return N_("the date %(date)s", date=value)


def _a_duration(example: str) -> Sentence:
    return N_('a duration: a number and s, m, h, d or w (seconds to weeks), in quotes, like "%(like)s"', like=example)


def _whole_days(example: str) -> Sentence:
    return N_('whole days or weeks, in quotes, like "%(like)s"', like=example)


def _meant(key: str, known: Sequence[str], hints: Mapping[str, Sentence]) -> Sentence:
    """Which key it was to be, else all there are."""
    if key in hints:
        return N_(": %(hint)s", hint=hints[key])
    near = nearest(key, known)
    return near if isinstance(near, Sentence) else N_("; there are %(known)s", known=listed(known))


def _as_number(value: object) -> Sentence | str:
    found = _NUMERAL.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return ""
    sign, whole, rest = found.groups()
    number = f"{sign.strip('+')}{whole}{'.' + rest if rest else ''}"
    return N_(": write %(number)s, without quotes", number=number)


def _guessed(value: object, units: str) -> str:
    """The duration that was probably meant ("30j", "2 months", "3 semaines"), "" when there is no telling."""
    found = re.match(r"(\d{1,3})\s*([a-zA-Z]+)", value.strip()) if isinstance(value, str) else None
    word = found[2].lower() if found else ""
    factor, unit = next((meant for begin, meant in _WORDS.items() if word.startswith(begin)), (0, ""))
    if not found or not unit or unit not in units:
        return ""
    return f"{int(found[1]) * factor}{unit}"
