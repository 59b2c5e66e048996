"""The fold: events of the log, a batch a transaction, into visitors, leads, scores, hand-offs, and its own cursor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from ripeline.changes import Changes
from ripeline.domain.event import Event, OrderKey
from ripeline.errors import DataProblem
from ripeline.fold.announcing import announce_bands
from ripeline.fold.batch import Batch, Known, PoisonedBatch
from ripeline.fold.rows import Names, described_rows, projection_rows, seen_rows
from ripeline.fold.scored import comes_after, fold_again, fold_forward, known_from, problem_of, reach_back
from ripeline.fold.shelving import shelve
from ripeline.fold.telling import tell_sales
from ripeline.fold.uncollected import uncollected
from ripeline.identity.history import events_of_leads
from ripeline.identity.recent import Recent
from ripeline.identity.visitors import Visitors
from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import decode_state
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.failures import is_about_data
from ripeline.store.handoff_rows import move_handoffs
from ripeline.store.leads import describe_leads, saw_leads
from ripeline.store.log_reading import events_after
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.projection import Projection
from ripeline.store.projection_aside import all_aside, pass_over, set_aside
from ripeline.store.rescore import take_again
from ripeline.store.swept import SWEPT

#: The name in `meta` of the place in the log up to which everything is folded.
CURSOR: Final = "cursor"

#: The name in `meta` of the rule file all scores were made under.
RULES_HASH: Final = "rules_hash"

#: The name in `meta` of the last lead a rescore that goes on has had; absent while there is none.
REBUILT: Final = "rescore_upto"

#: Leads remembered between two batches: some 15 MB at most.
_REMEMBERED: Final = 4_000


def now_ms() -> int:
    """The clock, in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


class Folder:
    """Folds the log of one database under one rule file, and tells `changes`; belongs to the connection that writes."""

    def __init__(self, conn: Connection, ruleset: Ruleset, now: Callable[[], int] = now_ms) -> None:
        """`now` gives ms. Raises `DataProblem` when the scores so far were made under another rule file."""
        if read_meta(conn, RULES_HASH) not in (None, ruleset.hash):
            raise DataProblem("the stored scores were made under another rule file; `ripeline rescore` makes them anew")
        self._conn = conn
        self._ruleset = ruleset
        self._now = now
        self._scorer = Scorer(ruleset)
        self._projection = Projection(conn)
        self._visitors = Visitors(conn)
        self._dictionary = Dictionary()
        self._leads: Recent[int, Known] = Recent(_REMEMBERED)
        self._names: Names | None = None
        self._aside = all_aside(conn)
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
            except Exception as error:
                if _is_the_disk(error):
                    raise
                return self._skip(error) if limit == 1 else self._one_by_one(limit)

    def _step(self, limit: int) -> int:
        try:
            with uncollected(), transaction(self._conn):
                batch = self._fold(limit)
        except BaseException:
            # What is remembered was changed on the way to a transaction that did not happen.
            self._drop_memory()
            raise
        if self.changes.is_heard:
            batch.tell(self.changes)
        return len(batch.events)

    def forget(self) -> None:
        """Drop all that is remembered of the database: somebody else wrote to leads, epochs or states."""
        self._drop_memory()
        self._aside = all_aside(self._conn)

    def _drop_memory(self) -> None:
        self._visitors.forget()
        self._dictionary.clear()
        self._leads.clear()
        self._names = None

    def _fold(self, limit: int) -> Batch:
        events = events_after(self._conn, self._cursor(), limit, self._dictionary)
        batch = Batch(events, events[-1].seq if events else 0, self._moment())
        if events:
            for do in STEPS:
                do(self, batch)
        return batch

    def _cursor(self) -> int:
        return int(read_meta(self._conn, CURSOR) or 0)

    def _moment(self) -> int:
        """The clock (ms), never before what time has done already: a clock put back undoes nothing."""
        return max(self._now(), self._swept)

    def place_events(self, batch: Batch) -> None:
        """Whose each event is; leads are made, named and merged."""
        batch.placement = self._visitors.place(batch.events, batch.now)
        batch.by_lead = {lead: [] for lead in batch.placement.made}
        for lead, event in zip(batch.placement.leads, batch.events, strict=True):
            if event.seq not in self._aside:
                batch.by_lead.setdefault(lead, []).append(event)

    def drop_merged_leads(self, batch: Batch) -> None:
        """What an anonymous lead was is the other lead's from now on; its hand-offs go along."""
        merged = batch.placement.merged
        if merged:
            self._projection.forget(list(merged), self._known_names().models)
            self._leads.drop(merged)
            for gone, into in merged.items():
                move_handoffs(self._conn, gone, into, batch.now)

    def load_states(self, batch: Batch) -> None:
        """What is known of the leads this batch is about."""
        self._leads.trim()
        placement = batch.placement
        missing = self._leads.missing((batch.by_lead.keys() | placement.moved) - placement.made.keys())
        if missing:
            for lead, state, due in self._projection.states(missing):
                self._leads[lead] = known_from(self._scorer, decode_state(state), due)

    def score(self, batch: Batch) -> None:
        """Fold leads forward whose events are the newest, and the others again from all their events."""
        again = set(batch.placement.moved)
        for lead, events in batch.by_lead.items():
            known = self._leads.get(lead)
            events.sort(key=_order)
            if lead in again or not self._goes_forward(batch, lead, known, events):
                again.add(lead)
            else:
                batch.folded.append(fold_forward(self._scorer, lead, known, events, batch.now))
        if again:
            histories = events_of_leads(self._conn, again, batch.upto, self._aside, self._dictionary)
            for lead, history in histories.items():
                batch.folded.append(fold_again(self._scorer, lead, self._leads.get(lead), history, batch.now))

    def _goes_forward(self, batch: Batch, lead: int, known: Known | None, events: list[Event]) -> bool:
        if known is None:
            return lead in batch.placement.made and not reach_back(events)
        return comes_after(self._scorer, known.state, events)

    def write_projection(self, batch: Batch) -> None:
        """States, sessions, ledger, crossings and scores; of a lead that was folded again the old ones go first."""
        rebuilt = [each.lead for each in batch.folded if each.is_rebuilt]
        if rebuilt:
            self._projection.clear(rebuilt)
        self._projection.save(projection_rows(self._conn, self._known_names(), self._dictionary, batch.folded))

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

    def _known_names(self) -> Names:
        if self._names is None:
            self._names = Names(self._conn, self._ruleset, self._dictionary)
        return self._names

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


#: What one step does, in this order, in one transaction.
STEPS: Final[tuple[Callable[[Folder, Batch], None], ...]] = (
    Folder.place_events,
    Folder.drop_merged_leads,
    Folder.load_states,
    Folder.score,
    Folder.write_projection,
    Folder.write_leads,
    Folder.hand_over,
    Folder.move_cursor,
)


def _order(event: Event) -> OrderKey:
    return event.order


def _is_the_disk(error: Exception) -> bool:
    """Whether no event is at fault: the database, or memory, has no room, is busy or broken."""
    return isinstance(error, MemoryError) or not is_about_data(error)
