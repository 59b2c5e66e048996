"""The one thread that writes: events first, then what others ask for, then the fold, then its own chores."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from ripeline.log.append import append_batch
from ripeline.log.queue import EventLog, Waiting
from ripeline.saying_why import said_of
from ripeline.sentences import N_
from ripeline.store.database import Connection, DatabaseError, checkpoint, foreign_commits, write_nothing
from ripeline.store.dictionary import Dictionary
from ripeline.store.failed_syncs import failed_sync
from ripeline.store.failures import may_pass, refusal_of
from ripeline.worker.chores import Chore, Chores
from ripeline.worker.emptying import Emptying
from ripeline.worker.folding import Folder, Folding
from ripeline.worker.gathering import Gathering
from ripeline.worker.jobs import Jobs
from ripeline.worker.settling import Settlers

T = TypeVar("T")
log = logging.getLogger(__name__)

_STOPPED: Final = "the server is shutting down"

#: Events a commit, so that a burst cannot keep the fold waiting.
_BATCH: Final = 500
#: How often (seconds) an idle writer looks whether another process has added events.
_GLANCE: Final = 0.5
#: How far behind (seconds) scores may be before the server calls itself not ready.
_TOO_LATE: Final = 30.0
#: Python's own 5 ms would let one busy thread keep the others waiting that long at each statement.
_SWITCH_INTERVAL: Final = 0.0005


class Writer:
    """Owns the write connection from `start()` to `stop()`.

    `died` is called with the reason when it must give up; `chores` are done a little at a time, in between.
    """

    def __init__(
        self,
        conn: Connection,
        events: EventLog,
        folder: Folder,
        died: Callable[[str], None] | None = None,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._conn = conn
        self._events = events
        self._bell = events.bell
        self._jobs = Jobs(self._bell)
        self._folding = Folding(folder, time.monotonic())
        self._chores = Chores(chores)
        self._dictionary = Dictionary()
        self._emptying = Emptying(conn)
        self._appended = 0.0
        self._gathering = Gathering()
        self._failure: BaseException | None = None
        self._settlers = Settlers(events)
        self._died = died
        self._dead = ""
        self._trouble = ""
        self._stop_by: float | None = None
        self._foreign = foreign_commits(conn)
        self._thread = threading.Thread(target=self._live, name="writer", daemon=True)

    def start(self) -> None:
        sys.setswitchinterval(_SWITCH_INTERVAL)
        self._thread.start()

    def stop(self, timeout: float = 8.0) -> None:
        """Take nothing more, write what was taken, fold what time allows (seconds), close the connection."""
        self._events.close(_STOPPED)
        self._jobs.close(_STOPPED)
        self._stop_by = time.monotonic() + timeout / 2
        self._bell.set()
        self._thread.join(timeout)

    def write(self, work: Callable[[Connection], T], /) -> Awaitable[T]:
        """Run `work` in one transaction on the writer's thread: its result once committed, or what it raised.

        Raises `LogRefused` when the writer has stopped. Keep the work short: events wait meanwhile.
        """
        return self._jobs.ask(work)

    async def settled(self) -> int:
        """0 once every event accepted before this call is folded; how many are not when the fold is failing."""
        return await self._settlers.wait()

    def forget(self) -> None:
        """To be called by work that erased rows for ever: no id of them, and no copy, is to be kept."""
        self._dictionary.clear()
        self._folding.folder.forget()
        self._emptying.want_wiped()

    def healthy(self) -> str:
        """Why this server is not ready, or ""."""
        if self._dead or not self._thread.is_alive():
            return self._dead or N_("the writer is not running")
        late = self._folding.late(time.monotonic())
        behind = N_("scores are %(late)s s behind", late=f"{late:.0f}") if late > _TOO_LATE else ""
        return self._trouble or self._folding.problem or self._chores.problem or behind

    def lag(self) -> float:
        """Seconds since the oldest event without a score was committed; 0.0 when there is none."""
        return self._folding.lag(time.monotonic())

    def _live(self) -> None:
        reason = _STOPPED
        try:
            while not self._is_done():
                self._turn()
        except BaseException as error:
            reason = N_("the writer gave up: %(why)s", why=said_of(error))
            log.critical("%s", reason, exc_info=True)
        self._end(reason)

    def _turn(self) -> None:
        if said := failed_sync():
            raise RuntimeError(f"the disk has not kept what was written ({said})")
        # Cleared before looking: whoever comes after the look rings again.
        self._bell.clear()
        worked = self._append() + self._do_jobs() + self._fold() + self._chores.step(time.monotonic())
        if worked:
            self._empty()
        elif not self._bell.wait(self._patience()):
            self._glance()

    def append_meanwhile(self) -> None:
        """For the fold to call where it can be interrupted; what goes wrong is raised after its step."""
        try:
            if self._failure is None and not self._folding.is_far_behind and self._gathering.is_over and self._append():
                self._gathering.give_way()
        except BaseException as error:
            self._failure = error

    def _append(self) -> int:
        self._gathering.wait(lambda: self._events.calls)
        batch = self._events.take(_BATCH)
        self._gathering.took(len(batch), sum(len(call.events) for call in batch))
        if not batch:
            return 0
        try:
            outcomes = append_batch(self._conn, batch, self._dictionary)
        except BaseException as error:
            self._refuse(batch, error)
            return 0
        if self._trouble:
            self._recover()
        self._events.answer(batch, outcomes)
        new = sum(outcome.count(True) for outcome in outcomes if isinstance(outcome, list))
        self._appended = time.monotonic()
        self._folding.appended(new, self._appended)
        return len(batch)

    def _refuse(self, batch: list[Waiting], error: BaseException) -> None:
        refused = refusal_of(error)
        if not self._trouble:
            log.error("events are refused: %s", refused)
        # The sentence itself, so that Health can say it in French.
        self._trouble = refused.args[0]
        self._events.answer(batch, [refused] * len(batch))
        if not may_pass(error):
            raise error

    def _do_jobs(self) -> int:
        done = self._jobs.run(self._conn)
        if done:
            self._folding.look()
            self._chores.look()
        return done

    def _fold(self) -> int:
        now = time.monotonic()
        if self._settlers or self._stop_by:
            self._folding.look()
        folded = self._folding.step(now) if self._folding.due_in(now) == 0.0 else 0
        if self._failure is not None:
            raise self._failure
        if self._conn.in_transaction:
            raise RuntimeError("the fold left a transaction open")
        if self._folding.is_stuck or not self._folding.is_behind:
            self._settlers.tell(self._folding.unfolded)
        return folded

    def _empty(self) -> None:
        problem = self._emptying.step(time.monotonic() - self._appended)
        if problem:
            self._trouble = problem

    def _patience(self) -> float:
        now = time.monotonic()
        due = self._folding.due_in(now)
        return min(_GLANCE if due is None else due, self._chores.due_in(now), _GLANCE)

    def _glance(self) -> None:
        if self._emptying.is_to_wipe:
            self._empty()
        if self._trouble:
            self._try_again()
        foreign = foreign_commits(self._conn)
        if foreign != self._foreign:
            self._foreign = foreign
            self._folding.look()

    def _try_again(self) -> None:
        """See whether the trouble has passed: while we say that we are not ready, nobody may send us anything."""
        try:
            write_nothing(self._conn)
            checkpoint(self._conn)
        except DatabaseError as error:
            if not may_pass(error):
                raise
        else:
            self._recover()

    def _recover(self) -> None:
        log.warning("no more: %s", self._trouble)
        self._trouble = ""
        self._folding.hurry()
        self._chores.look()

    def _is_done(self) -> bool:
        if self._stop_by is None or self._events.pending or self._jobs:
            return False
        return not self._folding.is_behind or self._folding.is_stuck or time.monotonic() > self._stop_by

    def _end(self, reason: str) -> None:
        self._dead = reason
        self._events.refuse_all(reason)
        self._jobs.refuse_all(reason)
        self._settlers.refuse_all(reason)
        self._conn.close()
        if reason != _STOPPED and self._died:
            self._died(reason)
