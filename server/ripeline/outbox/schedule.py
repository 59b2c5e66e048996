"""When a message that did not arrive is tried again, and when it is given up."""

from __future__ import annotations

from typing import Final

_SECOND: Final = 1_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE

#: How long (ms) after a try the next one comes; the first is made at once, and after the last the message is dead.
WAITS: Final = (
    5 * _SECOND,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    24 * _HOUR,
)

_JITTER: Final = 0.1


def next_try(attempts: int, now: int, chance: float) -> int | None:
    """When (ms) to try again after so many tries, None: never. `chance` in 0..1 adds up to a tenth of the wait, so that
    those that failed together do not come back together."""
    if attempts > len(WAITS):
        return None
    return now + round(WAITS[max(attempts, 1) - 1] * (1 + _JITTER * chance))
