"""How much is too old to be kept: counted for a moment, and beyond that estimated from the part that was counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.retention import count_idle_leads, count_old_visits, last_lead, last_visitor

#: Row ids (of visitors, of leads) counted at once.
_SPAN: Final = 500
#: Seconds: a page must not wait longer for it.
_PATIENCE: Final = 0.02
#: The share of the ids between two that are counted one after the other: neighbours are of one time, and alike.
_GOLDEN: Final = 0.618034


@dataclass(frozen=True, slots=True)
class Estimate:
    """So many; `is_exact` when all were counted, else in two digits."""

    number: int
    is_exact: bool


def old_visits_about(conn: Connection, cutoff: int, patience: float = _PATIENCE) -> Estimate:
    """How many visits from before `cutoff` (ms) there are."""
    return _estimate(partial(count_old_visits, conn, cutoff), last_visitor(conn), patience)


def idle_leads_about(conn: Connection, cutoff: int, patience: float = _PATIENCE) -> Estimate:
    """How many known leads did nothing since `cutoff` (ms)."""
    return _estimate(partial(count_idle_leads, conn, cutoff), last_lead(conn), patience)


def _estimate(count: Callable[[int, int], int], last: int, patience: float) -> Estimate:
    """`count` gives those with an id beyond the first number, up to the second."""
    spans = sorted(range(0, last, _SPAN), key=lambda after: (after / _SPAN * _GOLDEN) % 1)
    number, until = 0, time.monotonic() + patience
    for done, after in enumerate(spans, 1):
        number += count(after, after + _SPAN)
        if time.monotonic() > until and done < len(spans):
            return Estimate(_rounded(number * len(spans) / done), False)
    return Estimate(number, True)


def _rounded(number: float) -> int:
    return int(float(f"{number:.2g}"))
