"""When an event occurred: the sender's clock read with care. All times are milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ripeline.errors import InvalidEvent

OLDEST_FROM_BROWSERS_MS: Final = 72 * 3600 * 1000
FURTHEST_AHEAD_MS: Final = 5 * 60 * 1000

#: 1973 to 9999: a smaller number is seconds sent for milliseconds, or no clock at all.
EARLIEST: Final = 100_000_000_000
LATEST: Final = 253_402_300_799_999


def occurred_at(client_time: float | None, sent_at: float | None, received_at: int) -> int:
    """received_at - (sent_at - client_time), within the last 72 hours (scoring.md, "Time").

    A wrong clock is wrong in both, so it does not matter; without either time: `received_at`.
    """
    if client_time is None or sent_at is None:
        return received_at
    return min(max(received_at - int(sent_at - client_time), received_at - OLDEST_FROM_BROWSERS_MS), received_at)


def reported_at(at: str | float | None, received_at: int) -> int:
    """The time a trusted sender gives: ISO 8601 with its zone, or milliseconds; without: `received_at`.

    Raises `InvalidEvent`: `bad_time`, or `in_future` for more than 5 minutes ahead.
    """
    if at is None:
        return received_at
    moment = _from_iso(at) if isinstance(at, str) else at
    # Before it is made whole: what is no number, or beyond all bounds, cannot be.
    if not EARLIEST <= moment <= LATEST:
        raise InvalidEvent("bad_time", "at", "milliseconds since 1970, or ISO 8601 with a zone")
    if moment > received_at + FURTHEST_AHEAD_MS:
        raise InvalidEvent("in_future", "at", "more than 5 minutes ahead")
    return int(moment)


def _from_iso(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise InvalidEvent("bad_time", "at", "has no zone; write …Z or …+01:00")
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise InvalidEvent("bad_time", "at", str(error)) from error
