"""The lives a large database is copied from, lived: through the product's own log and fold, night by night, with sales.

What comes out is what a server that ran all that year would have stored.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from benchmarks.scale_lives import SITES, events_of, make_stories
from ripeline.demo.grid import MODEL
from ripeline.demo.history_stories import Story
from ripeline.domain.event import Event
from ripeline.errors import RipelineError
from ripeline.fold.desk import Desk
from ripeline.fold.keeper import Keeper
from ripeline.fold.rescore import ensure_scored
from ripeline.fold.selling import Outcome, Word, end_with, judge_handoff
from ripeline.rules.model import Ruleset
from ripeline.store.authors import Said
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.reading_handoffs import HandoffQuery, list_handoffs
from ripeline.store.seen_items import keep_up
from ripeline.store.sites import add_site, all_sites

Progress = Callable[[int, int], None]

DAY: Final = 86_400_000
_BATCH: Final = 500
_CALLED_AFTER: Final = int(1.3 * DAY)


def live(conn: Connection, ruleset: Ruleset, size: tuple[int, int], now: int, progress: Progress) -> None:
    """`size`: so many leads, so many events, until `now` (ms), into an empty database."""
    stories = make_stories(*size)
    events = events_of(stories, now)
    with transaction(conn):
        for number in range(len(all_sites(conn)), SITES):
            add_site(conn, f"site{number + 1}", f"Shop {number + 1}", events[0].at)
    ensure_scored(conn, ruleset, lambda *_: None)
    clock, dictionary = [events[0].at], Dictionary()
    keeper, sales = Keeper(conn, ruleset, lambda: clock[0]), _Sales(stories, now)
    for first in range(0, len(events), _BATCH):
        batch = events[first : first + _BATCH]
        _fold(conn, keeper, dictionary, batch, clock)
        if batch[-1].at // DAY > sales.day:
            while keeper.sweep():
                pass
            sales.call(conn, keeper, batch[-1].at)
        progress(first, len(events))
    clock[0] = now
    while keeper.sweep() or keeper.shelve_all() or keep_up(conn):
        pass
    sales.call(conn, keeper, now)


def _fold(conn: Connection, keeper: Keeper, dictionary: Dictionary, batch: list[Event], clock: list[int]) -> None:
    with transaction(conn):
        append_events(conn, batch, dictionary)
    clock[0] = max(clock[0], batch[-1].received_at)
    while keeper.step():
        pass


class _Sales:
    """Calls those it was sent, and says what became of them."""

    def __init__(self, stories: list[Story], now: int) -> None:
        self.day = 0
        self._ends = {
            story.person.email: (story.end, now - int((story.visits[-1].days_ago - story.end.days) * DAY))
            for story in stories
            if story.person and (story.end.verdict or story.end.outcome)
        }

    def call(self, conn: Connection, keeper: Keeper, now: int) -> None:
        self.day = now // DAY
        with transaction(conn):
            desk = Desk(conn, keeper, Said("chloe@verger-fils.example", now), lambda: None)
            handoffs, _ = list_handoffs(conn, keeper.ruleset, HandoffQuery("open", limit=_BATCH))
            for each in handoffs:
                end, _ = self._ends.get(each.email or "", (None, 0))
                if end and end.verdict and now - each.crossed_at > _CALLED_AFTER:
                    judge_handoff(desk, each.id, Word(end.verdict))
            for email, (end, at) in list(self._ends.items()):
                if at <= now and end.outcome:
                    with suppress(RipelineError):
                        end_with(desk, email, MODEL, Outcome(end.outcome, at, end.value))
                    del self._ends[email]
