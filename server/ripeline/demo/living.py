"""The ninety days lived through: folded day by day as they were, with sales calling, judging and winning meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ripeline.demo.grid import MODEL
from ripeline.demo.history import make_history, told_ends
from ripeline.demo.history_stories import End
from ripeline.errors import RipelineError
from ripeline.fold.desk import Desk
from ripeline.fold.folder import CURSOR
from ripeline.fold.keeper import Keeper
from ripeline.fold.selling import Outcome, Word, end_with, judge_handoff
from ripeline.rules.model import Ruleset
from ripeline.store.authors import Said
from ripeline.store.database import Connection, transaction
from ripeline.store.meta import read_meta
from ripeline.store.reading_handoffs import HandoffQuery, list_handoffs

Progress = Callable[[int, int], None]

_DAY_MS: Final = 86_400_000
#: Sales says how a call went a good day after the lead came to them.
_CALLED_AFTER_MS: Final = int(1.3 * _DAY_MS)
_SALES: Final = "chloe@verger-fils.example"
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class _Ended:
    """What becomes of a lead: `at` (ms) when it is known."""

    email: str
    end: End
    at: int


def live_through(conn: Connection, ruleset: Ruleset, now: int, progress: Progress) -> None:
    """Fold the history that `load_demo` stored, each day at its end; one that was cut short goes on."""
    clock = [0]
    keeper = Keeper(conn, ruleset, lambda: clock[0])
    moments = [event.at for event in make_history(now)]
    ends = {email: _Ended(email, end, at) for email, end, at in told_ends(now)}
    done = int(read_meta(conn, CURSOR) or 0)
    for day, upto in _days(moments, now):
        clock[0] = day
        while done < upto and (folded := keeper.step(min(_MOST, upto - done))):
            done += folded
        while keeper.sweep():
            pass
        _sell(conn, keeper, day, ends)
        progress(done, len(moments))


def _days(moments: list[int], now: int) -> Iterator[tuple[int, int]]:
    """The end of each day, and how many events had happened by then."""
    day, count = moments[0] + _DAY_MS, 0
    while day < now + _DAY_MS:
        end = min(day, now)
        while count < len(moments) and moments[count] <= end:
            count += 1
        yield end, count
        day += _DAY_MS


def _sell(conn: Connection, keeper: Keeper, now: int, ends: dict[str, _Ended]) -> None:
    """What sales says of those it has called, and of those who have decided by now."""
    with transaction(conn):
        desk = Desk(conn, keeper, Said(_SALES, now), lambda: None)
        handoffs, _ = list_handoffs(conn, keeper.ruleset, HandoffQuery("open", limit=_MOST))
        for each in handoffs:
            known = ends.get(each.email or "")
            if known and known.end.verdict and now - each.crossed_at > _CALLED_AFTER_MS:
                judge_handoff(desk, each.id, Word(known.end.verdict))
        for one in list(ends.values()):
            if one.at <= now and one.end.outcome:
                with suppress(RipelineError):
                    end_with(desk, one.email, MODEL, Outcome(one.end.outcome, one.at, one.end.value))
                del ends[one.email]
