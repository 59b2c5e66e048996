"""A session: the events of one visitor less than the idle time apart."""

from __future__ import annotations

from msgspec import Struct

from ripeline.domain.source import DIRECT, Source


class Session(Struct, array_like=True, gc=False):
    """One visitor's session as the fold sees it while it runs.

    `id` is the `seq` of its first event in the log (its event id where there is no log); times are ms since 1970 UTC.
    `entry` is the path of its first event that has an address.
    """

    id: str | int
    started_at: int
    last_at: int
    entry: str = ""
    source: Source = DIRECT
    events: int = 0
    suspect: str = ""
