"""The fold: events of the log, a batch a transaction, into visitors, leads, scores, hand-offs, and its own cursor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from ripeline.changes import Changes
from ripeline.errors import DataProblem
from ripeline.fold.announcing import announce_bands
from ripeline.fold.batch import Batch, PoisonedBatch
from ripeline.fold.form import is_of_this_form
from ripeline.fold.rows import described_rows, seen_rows, session_rows, touched_sessions
from ripeline.fold.scored import problem_of
from ripeline.fold.shelving import shelve
from ripeline.fold.telling import tell_sales
from ripeline.fold.thinking import Thinking, describe, go_on
from ripeline.fold.uncollected import uncollected
from ripeline.rules.model import Ruleset
from ripeline.store.database import Connection, transaction
from ripeline.store.failures import is_about_data
from ripeline.store.leads import describe_leads, saw_leads
from ripeline.store.log_reading import events_after
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.projection_aside import pass_over, set_aside
from ripeline.store.rescore import take_again
from ripeline.store.swept import SWEPT

#: The name in `meta` of the place in the log up to which everything is folded.
CURSOR: Final = "cursor"

#: The name in `meta` of the rule file all scores were made under.
RULES_HASH: Final = "rules_hash"

#: The name in `meta` of the last lead a rescore that goes on has had; absent while there is none.
REBUILT: Final = "rescore_upto"


def now_ms() -> int:
    """The clock, in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


class Folder(Thinking):
    """Folds the log of one database under one rule file, and tells `changes`; belongs to the connection that writes."""

    def __init__(
        self, conn: Connection, ruleset: Ruleset, now: Callable[[], int] = now_ms, *, is_held: bool = False
    ) -> None:
        """`now` gives ms. Raises `DataProblem` when the scores so far were made under another rule file, or otherwise.

        `is_held`: they may have been; nothing is folded before all are made anew.
        """
        if not is_held:
            _require_scores_of(conn, ruleset)
        super().__init__(conn, ruleset)
        self.is_held = is_held
        self._now = now
        self.changes = Changes()
        self._swept = int(read_meta(conn, SWEPT) or 0)

    def step(self, limit: int = 500) -> int:
        """Fold the next events in one transaction with the cursor; how many there were, 0 when all is folded.

        An event that scoring cannot take is set aside in `quarantine`, and its neighbours go on.
        Raises `DatabaseError` or MemoryError: nothing of the batch was kept then, and the next call tries again.
        """
        while True:
            try:
                return self._step(limit)
            except PoisonedBatch as poisoned:
                self._set_aside(poisoned.problems)
            except Overtaken:
                continue
            except Exception as error:
                if _is_the_disk(error):
                    raise
                return self._skip(error) if limit == 1 else self._one_by_one(limit)

    def _step(self, limit: int) -> int:
        # All of the batch goes before Python looks for garbage again, which would otherwise go through all of it.
        with uncollected():
            return self._fold_next(limit)

    def _fold_next(self, limit: int) -> int:
        try:
            batch = self._fold(limit)
        except BaseException:
            # What is remembered was changed on the way to a transaction that did not happen.
            self._drop_memory()
            raise
        if self.changes.is_heard:
            batch.tell(self.changes)
        return len(batch.events)

    def _fold(self, limit: int) -> Batch:
        cursor = self._cursor()
        events = events_after(self._conn, cursor, limit, self._dictionary)
        batch = Batch(events, events[-1].seq if events else 0, self._moment())
        if events:
            for do in THINKING:
                do(self, batch)
            with transaction(self._conn):
                if self._cursor() != cursor:
                    raise Overtaken
                for do in WRITING:
                    do(self, batch)
        return batch

    def _cursor(self) -> int:
        return int(read_meta(self._conn, CURSOR) or 0)

    def _moment(self) -> int:
        """The clock (ms), never before what time has done already: a clock put back undoes nothing."""
        return max(self._now(), self._swept)

    def save_visitors(self, batch: Batch) -> None:
        """Leads are made, named and merged."""
        self._visitors.save(batch.placement, batch.now)

    def write_projection(self, batch: Batch) -> None:
        """States, sessions, ledger, crossings and scores; of a lead that was folded again the old ones go first."""
        rebuilt = [each.lead for each in batch.folded if each.is_rebuilt]
        if rebuilt:
            self._projection.clear(rebuilt)
        describe(self._known_names(), batch, go_on)
        batch.rows.sessions = session_rows(self._conn, self._dictionary, touched_sessions(batch.folded))
        self._projection.save(batch.rows)

    def write_leads(self, batch: Batch) -> None:
        """When they were seen, and what is known about them."""
        saw_leads(self._conn, seen_rows(batch.folded))
        describe_leads(self._conn, described_rows(batch.folded))
        for each in batch.folded:
            self._leads[each.lead] = each.after
        if read_meta(self._conn, REBUILT) is not None:
            take_again(self._conn, [*batch.placement.merged, *(each.lead for each in batch.folded)])

    def hand_over(self, batch: Batch) -> None:
        """Hand-offs and their messages, by what has just been written, and where they stand in the list of sales."""
        tell_sales(self._conn, self._ruleset, self._known_names(), batch)
        announce_bands(self._conn, self._ruleset, batch)
        shelve(self._conn, self._scorer, batch.folded)

    def move_cursor(self, batch: Batch) -> None:
        """With the work itself, so that each event is folded exactly once."""
        write_meta(self._conn, CURSOR, str(batch.upto))

    def _set_aside(self, problems: dict[int, str]) -> None:
        at = self._now()
        with transaction(self._conn):
            set_aside(self._conn, [(seq, at, problem) for seq, problem in problems.items()])
        self._aside.update(problems)

    def _one_by_one(self, most: int) -> int:
        """Something around scoring fails on a batch: find the event it fails on by folding each alone."""
        folded = 0
        while folded < most and self.step(1):
            folded += 1
        return folded

    def _skip(self, error: Exception) -> int:
        """Set the next event aside and go past it: not even its identity can be used."""
        (event,) = events_after(self._conn, self._cursor(), 1, self._dictionary)
        with transaction(self._conn):
            pass_over(self._conn, (event.seq, self._now(), problem_of(error)))
            write_meta(self._conn, CURSOR, str(event.seq))
        self._aside.add(event.seq)
        return 1


#: What one step does before it writes, and then in one transaction, in this order.
THINKING: Final[tuple[Callable[[Folder, Batch], None], ...]] = (Folder.settle_visitors, Folder.think)
WRITING: Final[tuple[Callable[[Folder, Batch], None], ...]] = (
    Folder.save_visitors,
    Folder.think_again,
    Folder.write_projection,
    Folder.write_leads,
    Folder.hand_over,
    Folder.move_cursor,
)


def _require_scores_of(conn: Connection, ruleset: Ruleset) -> None:
    before = read_meta(conn, RULES_HASH)
    if before not in (None, ruleset.hash):
        raise DataProblem("the stored scores were made under another rule file; `ripeline rescore` makes them anew")
    if not is_of_this_form(conn):
        raise DataProblem(
            "the stored scores were made by a version that scored otherwise: a server that runs is making them anew, "
            "so wait until it has; without one, `ripeline rescore` does"
        )


class Overtaken(Exception):
    """Somebody else has folded these events meanwhile."""


def _is_the_disk(error: Exception) -> bool:
    """Whether no event is at fault: the database, or memory, has no room, is busy or broken."""
    return isinstance(error, MemoryError) or not is_about_data(error)
