"""All that writes in a running server, on its one thread: the log, the fold that keeps the scores, deeds and chores."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from ripeline.errors import BeingRescored
from ripeline.fold.desk import Desk
from ripeline.fold.folder import now_ms
from ripeline.fold.keeper import Keeper
from ripeline.fold.rescore import is_scored
from ripeline.fold.rescoring import Rescoring
from ripeline.log.queue import EventLog
from ripeline.outbox.reminders import Reminders
from ripeline.rules.model import Ruleset
from ripeline.running import RulesInForce
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.erasures import ErasedFile
from ripeline.worker.indexing import seen_index
from ripeline.worker.writer import Writer

log = logging.getLogger(__name__)
T = TypeVar("T")

#: What somebody is told to wait (seconds) who wants to do something while scores are being made anew.
_COME_BACK: Final = 10


class Works:
    """Begin with `writer.start()`. Where scores do not fit the rules, nothing is folded before all are made anew."""

    def __init__(self, conn: Connection, rules: RulesInForce, died: Callable[[str], None] | None) -> None:
        self._rules = rules
        self.events = EventLog()
        self.keeper = Keeper(conn, rules.ruleset, is_held=not is_scored(conn, rules.ruleset))
        self.rescoring = Rescoring(conn, self.keeper, self._taken)
        slow = (self.keeper.shelve_all, seen_index(conn), Reminders(conn).step, ErasedFile(conn).step)
        self.writer = Writer(conn, self.events, self.keeper, died, (self.keeper.sweep, self.rescoring.step, *slow))
        self.keeper.pause = self.writer.append_meanwhile
        if self.keeper.is_held:
            log.warning("all scores are being made anew; events are taken meanwhile, and scored when that is done")
            self.rescoring.offer(rules.ruleset, Said("", now_ms()))

    @property
    def held(self) -> tuple[int, int] | None:
        """How many leads of how many are done while no event is scored; None when events are."""
        if not self.keeper.is_held:
            return None
        progress = self.rescoring.progress
        return progress[1:] if progress is not None else (0, 0)

    async def do(self, deed: Callable[[Desk], T], author: str, /) -> T:
        """One deed in one transaction, done when it is committed; open pages hear of it. Raises `BeingRescored`."""
        if held := self.held:
            raise BeingRescored(*held, _COME_BACK)
        leads: set[int] = set()

        def work(conn: Connection) -> T:
            return deed(Desk(conn, self.keeper, Said(author, now_ms()), self.writer.forget, leads=leads))

        done = await self.writer.write(work)
        # What was done to no lead by name (events marked, a person erased) may have been done to many.
        self.keeper.changes.tell(leads, ready=True, bands=True, all=not leads)
        return done

    async def take(self, ruleset: Ruleset, by: Said) -> None:
        """Offer new rules on the writer's own thread."""
        await self.writer.write(lambda _: self.rescoring.offer(ruleset, by))

    def _taken(self, ruleset: Ruleset, is_in_force: bool) -> None:
        self._rules.taken(ruleset, is_in_force)
        if is_in_force:
            self.keeper.changes.tell((), all=True)
