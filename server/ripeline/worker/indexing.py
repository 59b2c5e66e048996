"""The index of what was seen, carried on beside the flood: now and then, and not after every handful of events."""

from __future__ import annotations

from functools import partial
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.seen_items import keep_up
from ripeline.worker.chores import Paced

#: New events worth a transaction: for twenty at a time one costs ten times as much, and a commit all others wait for.
_WORTH_IT: Final = 1_000

#: Seconds between two looks: at a thousand events a second readers have so many thousand to look through themselves.
_EVERY: Final = 1.0


def seen_index(conn: Connection) -> Paced:
    """The chore."""
    return Paced(partial(keep_up, conn, least=_WORTH_IT), _EVERY)
