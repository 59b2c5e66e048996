"""How fast a visitor goes from page to page, and does all else: nobody sees twenty in a second; in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

from ripeline.domain.suspicion import TOO_FAST, TOO_MANY

MOST_A_SECOND: Final = 20
MOST_A_MINUTE: Final = 120
#: The same of all else: one press of a button may be several events.
MOST_OTHERS_A_SECOND: Final = 60
MOST_OTHERS_A_MINUTE: Final = 600
_MOST_VISITORS: Final = 10_000


class _Pace(NamedTuple):
    second: int = -1
    in_second: int = 0
    in_minute: int = 0
    suspect: str = ""


_STILL: Final = _Pace()


class Paces:
    """What the latest visitors did, page views unless said otherwise, by the second and minute it occurred in.

    Once one of them is too many, so are the others of that minute.
    """

    def __init__(self, a_second: int = MOST_A_SECOND, a_minute: int = MOST_A_MINUTE) -> None:
        self._a_second, self._a_minute = a_second, a_minute
        self._paces: OrderedDict[str, _Pace] = OrderedDict()

    def suspect(self, visitor: str, at: int) -> str:
        """Count one that occurred at `at` (ms); what it is suspected of, or ""."""
        second = at // 1000
        was = self._paces.pop(visitor, _STILL)
        if was.second // 60 != second // 60:
            was = _STILL
        in_second = was.in_second + 1 if was.second == second else 1
        in_minute = was.in_minute + 1
        suspect = was.suspect or self._judged(in_second, in_minute)
        self._paces[visitor] = _Pace(second, in_second, in_minute, suspect)
        if len(self._paces) > _MOST_VISITORS:
            self._paces.popitem(last=False)
        return suspect

    def _judged(self, in_second: int, in_minute: int) -> str:
        if in_second > self._a_second:
            return TOO_FAST
        return TOO_MANY if in_minute > self._a_minute else ""


def other_paces() -> Paces:
    """Of everything but page views."""
    return Paces(MOST_OTHERS_A_SECOND, MOST_OTHERS_A_MINUTE)
