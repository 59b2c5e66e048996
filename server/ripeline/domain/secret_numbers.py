"""Numbers that are never kept: of cards, bank accounts (IBAN) and French social security (NIR), alone or in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_MASKED: Final = "•••"

#: What people write between the digits: spaces of all kinds, dots, dashes, and what nobody sees.
_BETWEEN: Final = r"[\s.\-\u2010-\u2015\u2212\u200b-\u200d\u2060]"
_GAPS: Final = re.compile(_BETWEEN)
_GAP: Final = f"{_BETWEEN}{{0,2}}"

#: The shortest of these numbers has so many digits: a text with fewer holds none.
FEWEST_DIGITS: Final = 13
_NO_DIGIT: Final = re.compile("[^0-9]")

_IBAN: Final = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_NIR: Final = re.compile("[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}")

_CHAIN: Final = re.compile(rf"[0-9]+(?:{_BETWEEN}{{1,2}}[0-9]+)*")
_GROUP: Final = re.compile("[0-9]+")
#: Cards are written in fours, or as 4-6-5; only the last group may be shorter.
_SHORTEST_GROUP: Final = 4
_IBAN_WITHIN: Final = re.compile(rf"(?<![A-Za-z0-9])([A-Za-z]{{2}}){_GAP}[0-9]{_GAP}[0-9]")
_NIR_WITHIN: Final = re.compile(
    rf"(?<![A-Za-z0-9])[1-478](?:{_GAP}[0-9]){{4}}{_GAP}(?:[0-9]{_GAP}[0-9]|2{_GAP}[ABab])(?:{_GAP}[0-9]){{8}}(?![0-9])"
)

#: How long IBANs are, by country (the registry of ISO 13616): in a text nothing else says where one ends.
_LENGTHS: Final = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH HR LI LV",
        22: "BG DE GB GE IE ME RS", 23: "AE GI IL", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "PT", 26: "IS TR",
        27: "FR GR IT MC MR SM", 28: "AL AZ CY DO GT HU LB PL", 29: "BR PS QA UA", 30: "JO KW MU", 31: "MT SC",
    }.items()
    for country in countries.split()
}  # fmt: skip


def is_secret_number(text: str) -> bool:
    """Whether the whole text is one, spaces, dots and dashes aside."""
    if len(text) < FEWEST_DIGITS:
        return False
    plain = _GAPS.sub("", text if text.isascii() else unicodedata.normalize("NFKC", text)).upper()
    return _is_card(plain) or _is_iban(plain) or _is_nir(plain)


def masked(text: str) -> str:
    """The text with each of them in it made unreadable; digits of other widths (４１１１) are digits."""
    if text.isascii():
        return _masked(text)
    plain = unicodedata.normalize("NFKC", text)
    return done if (done := _masked(plain)) != plain else text


def _masked(text: str) -> str:
    if len(_NO_DIGIT.sub("", text)) < FEWEST_DIGITS:
        return text
    kept, end = [], 0
    for start, stop in sorted([*_ibans(text), *_nirs(text), *_cards(text)]):
        if stop > end:
            kept += [text[end:start], _MASKED]
            end = stop
    return "".join([*kept, text[end:]])


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Where cards stand, alone or among other numbers ("4111 1111 1111 1111 12/27"): whole groups of digits."""
    for chain in _CHAIN.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, chain.start(), chain.end())]
        for first in range(len(groups)):
            yield from _cards_from(text, groups, first)


def _cards_from(text: str, groups: list[tuple[int, int]], first: int) -> Iterator[tuple[int, int]]:
    digits = ""
    for place in range(first, len(groups)):
        start, stop = groups[place]
        digits += text[start:stop]
        if len(digits) > 19:
            return
        if _is_card(digits):
            yield groups[first][0], stop
        if stop - start < _SHORTEST_GROUP:
            return


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for found in _IBAN_WITHIN.finditer(text):
        length, places = _LENGTHS.get(found[1].upper(), 0), list[int]()
        for place in range(found.start(), len(text)):
            if len(places) == length or not (text[place].isalnum() or _GAPS.match(text[place])):
                break
            if text[place].isalnum():
                places.append(place)
        if length and len(places) == length and _is_iban("".join(text[place] for place in places).upper()):
            yield places[0], places[-1] + 1


def _nirs(text: str) -> Iterator[tuple[int, int]]:
    for found in _NIR_WITHIN.finditer(text):
        if _is_nir(_GAPS.sub("", found.group()).upper()):
            yield found.span()


def _is_card(digits: str) -> bool:
    """13–19 digits with a right Luhn sum (ISO/IEC 7812)."""
    if not 13 <= len(digits) <= 19 or not (digits.isascii() and digits.isdigit()):
        return False
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(number - 9 if number > 9 else number for number in doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """ISO 13616: rearranged and read as a number, 1 modulo 97."""
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def _is_nir(text: str) -> bool:
    """A French social security number with its key: 97 - number modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    if not _NIR.fullmatch(text):
        return False
    return 97 - int(text[:13].replace("2A", "19").replace("2B", "18")) % 97 == int(text[13:])
