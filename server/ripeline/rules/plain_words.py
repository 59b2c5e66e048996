"""A language for rules in plain words: its sentences filled in, its plurals, numbers, spans of time and lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from ripeline.domain.points import THOUSANDTHS
from ripeline.rules import plain_english, plain_french

Locale = Literal["en", "fr"]

MINUS: Final = "\u2212"

#: A list longer than this is cut and says how many more there are.
_LONGEST_LIST: Final = 4

_UNITS: Final = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000))


@dataclass(frozen=True, slots=True)
class Language:
    """Everything that differs from one language to another; `ordinal` is asked from 2 on."""

    messages: Mapping[str, str]
    is_singular: Callable[[float], bool]
    ordinal: Callable[[int], str]
    decimal: str
    thousands: str

    def say(self, key: str, **parts: str) -> str:
        """The message of a key with its places filled."""
        return self.messages[key].format(**parts)

    def has(self, key: str) -> bool:
        return key in self.messages

    def nearest(self, key: str, name: str) -> str:
        """The key of a family for that name (`item.page`), or the family's own (`item`)."""
        return f"{key}.{name}" if self.has(f"{key}.{name}") else key

    def number(self, number: float) -> str:
        """As exact as it was written: "2.5", "−1,000", "0,125"."""
        text = f"{abs(Decimal(str(number))).normalize():,f}".replace(",", "\0").replace(".", self.decimal)
        return f"{MINUS if number < 0 else ''}{text}".replace("\0", self.thousands)

    def points(self, thousandths: int) -> str:
        """5000 → "5 points"."""
        return self.some("point", thousandths / THOUSANDTHS)

    def some(self, key: str, number: float) -> str:
        """A number with its noun in the right form."""
        return self.say(f"{key}.{'one' if self.is_singular(number) else 'many'}", n=self.number(number))

    def span(self, ms: int) -> str:
        """A duration in the largest unit that says it whole: "7 days", "36 hours"."""
        unit, length = next((unit for unit in _UNITS if ms % unit[1] == 0), _UNITS[-1])
        return self.some(unit, ms // length)

    def quoted(self, text: str) -> str:
        return self.say("quoted", text=text)

    def any_of(self, texts: Sequence[str]) -> str:
        """ "A", "A or B", "A, B or C"; a long list ends with how many others there are."""
        shown = list(texts)
        if len(shown) > _LONGEST_LIST:
            rest = self.say("others", n=self.number(len(shown) - _LONGEST_LIST + 1))
            shown = [*shown[: _LONGEST_LIST - 1], rest]
        *most, last = shown
        return f"{', '.join(most)}{self.messages['or']}{last}" if most else last


LANGUAGES: Final[dict[Locale, Language]] = {
    "en": Language(plain_english.MESSAGES, plain_english.is_singular, plain_english.ordinal, ".", ","),
    "fr": Language(plain_french.MESSAGES, plain_french.is_singular, plain_french.ordinal, ",", "\u202f"),
}
