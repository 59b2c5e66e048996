"""Is this machine's clock right? Visitors have clocks, too, and the time since the start is known whatever it says."""

from __future__ import annotations

import time
from typing import Final

from ripeline.sentences import N_

_MINUTE_MS: Final = 60_000
#: Visitors whose clocks are remembered, and how many it takes to believe them.
_MOST: Final = 100
_FEWEST: Final = 20
#: So far (ms) clocks may be apart; and of so many per cent of visitors those must agree that much.
_APART_MS: Final = 10 * _MINUTE_MS
_AGREED: Final = 80
#: Counts on while the machine sleeps, where there is such a clock.
_BOOT: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clocks:
    """One server's, in memory: by how much the newest visitors' clocks are before or behind ours."""

    __slots__ = ("_began", "_behind")

    def __init__(self) -> None:
        self._began = _wall() - _passed()
        self._behind: dict[int, int] = {}

    def saw(self, visitor: str, sent_at: float, received_at: int) -> None:
        """Somebody's clock said `sent_at` when ours said `received_at` (ms); their newest word counts."""
        behind, who = self._behind, hash(visitor)
        behind.pop(who, None)
        behind[who] = int(sent_at) - received_at
        if len(behind) > _MOST:
            del behind[next(iter(behind))]

    def problem(self) -> str:
        """What is wrong with the clock and what to do; "" when nothing is known to be."""
        behind = self._by_visitors()
        if behind is not None:
            return _wrong(behind)
        return _moved(_wall() - _passed() - self._began)

    def _by_visitors(self) -> int | None:
        """By how much ours is behind theirs (ms); None while there are few, or they do not agree."""
        all_of_them = sorted(self._behind.copy().values())
        if len(all_of_them) < _FEWEST:
            return None
        middle = all_of_them[len(all_of_them) // 2]
        agreed = sum(abs(each - middle) <= _APART_MS for each in all_of_them)
        return middle if agreed * 100 >= len(all_of_them) * _AGREED else None


def _wrong(behind: int) -> str:
    minutes = abs(behind) // _MINUTE_MS
    if behind > _APART_MS:
        return N_(
            "this server's clock is %(minutes)s min behind those of visitors: set it, and keep it set (NTP)",
            minutes=minutes,
        )
    if behind < -_APART_MS:
        return N_(
            "this server's clock is %(minutes)s min ahead of those of visitors: set it, and keep it set (NTP)",
            minutes=minutes,
        )
    return ""


def _moved(by: int) -> str:
    minutes = abs(by) // _MINUTE_MS
    if by > _APART_MS:
        return N_(
            "the clock was put on by %(minutes)s min since the server started: if it is not right now, set it, and "
            "keep it set (NTP)",
            minutes=minutes,
        )
    if by < -_APART_MS:
        return N_(
            "the clock was put back by %(minutes)s min since the server started: if it is not right now, set it, and "
            "keep it set (NTP)",
            minutes=minutes,
        )
    return ""


def _wall() -> int:
    return time.time_ns() // 1_000_000


def _passed() -> int:
    return time.clock_gettime_ns(_BOOT) // 1_000_000
