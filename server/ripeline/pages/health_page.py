"""Health: does it do its work, how much of it waits, how much room is left, and what to do about what is not right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.routing import Route

from ripeline import __version__
from ripeline.pages.desk import Desk, shown
from ripeline.store.copies import newest_copy
from ripeline.store.counting import read_sizes
from ripeline.store.database import sqlite_version
from ripeline.store.projection_aside import all_aside
from ripeline.store.reading_deliveries import failing_destinations
from ripeline.store.suspects import drops_by_reason
from ripeline.tally import OUTCOMES

HERE: Final = "/settings/health"

#: With less than this left, or less than the database is big, the next upgrade has no room for its copy.
_LITTLE_ROOM: Final = 500 * 1024 * 1024
_LONG_WAL: Final = 256 * 1024 * 1024
_LATE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class HealthPage:
    """`problem` is why the server is not ready, "" when it is; `received` since the start, and the `outcomes`
    those have come to; sizes in bytes, `copied_at` in ms (None: never).

    `rescoring`: leads done and leads in all, None while nothing is rescored. `concerns` name what is to be done, a
    closed list the page has words for; `warnings` are the server's own sentences; `unreached` the names of destinations
    of alerts that nothing reaches.
    """

    version: str
    sqlite: str
    started_at: int
    problem: str
    queue: int
    lag: float
    rescoring: tuple[int, int] | None
    received: int
    outcomes: dict[str, int]
    dropped: int
    aside: int
    database: int
    wal: int
    free: int
    copied_at: int | None
    concerns: tuple[str, ...]
    warnings: tuple[str, ...]
    unreached: tuple[str, ...]


def read_health(desk: Desk) -> HealthPage:
    """As it is at this moment."""
    running, file = desk.running, desk.running.database.path
    sizes, lag, aside = read_sizes(file), running.lag(), len(all_aside(desk.conn))
    problem, rescoring = running.healthy(), running.rescoring()
    concerns = {
        "problem": bool(problem),
        "late": lag > _LATE_SECONDS and not running.held(),
        "room": sizes.free < max(_LITTLE_ROOM, sizes.database),
        "wal": sizes.wal > _LONG_WAL,
        "aside": aside > 0,
    }
    return HealthPage(
        version=__version__,
        sqlite=sqlite_version(),
        started_at=running.started_at,
        problem=problem,
        queue=running.log.pending,
        lag=lag,
        rescoring=rescoring[1:] if rescoring is not None else None,
        received=running.tally.received,
        outcomes={each: getattr(running.tally, each) for each in OUTCOMES},
        dropped=sum(each.events for each in drops_by_reason(desk.conn)),
        aside=aside,
        database=sizes.database,
        wal=sizes.wal,
        free=sizes.free,
        copied_at=_copied_at(file.parent),
        concerns=tuple(name for name, is_so in concerns.items() if is_so),
        warnings=running.warnings,
        unreached=tuple(failing_destinations(desk.conn)),
    )


def _copied_at(folder: Path) -> int | None:
    copy = newest_copy(folder)
    try:
        return int(copy.stat().st_mtime * 1000) if copy is not None else None
    except OSError:
        return None


show_health: Final = shown("marketer", "health.html", read_health)
#: The part of the page that is asked again while somebody looks at it.
show_health_now: Final = shown("marketer", "health_now.html", read_health)


ROUTES: Final = [
    Route(HERE, show_health, methods=["GET"]),
    Route(f"{HERE}/now", show_health_now, methods=["GET"]),
]
