"""What a step of the fold works out before it writes: nothing of it needs the database, so others may write meanwhile.

It takes most of the time of a step, and is done in pieces: `pause` is called between two of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ripeline.domain.event import Event, OrderKey
from ripeline.fold.batch import Batch, Known
from ripeline.fold.rows import Names, lead_rows
from ripeline.fold.scored import comes_after, fold_again, fold_forward, known_from
from ripeline.identity.history import events_of_leads
from ripeline.identity.recent import Recent, Weighed
from ripeline.identity.visitors import Visitors
from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import decode_state
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.handoff_rows import move_handoffs
from ripeline.store.projection import Projection
from ripeline.store.projection_aside import all_aside

Pause = Callable[[], None]

#: Items and leads remembered between two batches, some 16 MB at most: of leads that did what is usual, 2 500.
_REMEMBERED: Final = 50_000
#: What a lead weighs beside the items it remembers.
_LEAD: Final = 12

#: Leads between two pauses: some milliseconds.
_PIECE: Final = 64


def go_on() -> None:
    """Nobody writes in the midst of a transaction."""


class Thinking:
    """What is remembered of one database between two batches, and what is worked out of it."""

    def __init__(self, conn: Connection, ruleset: Ruleset) -> None:
        self._conn = conn
        self._ruleset = ruleset
        self._scorer = Scorer(ruleset)
        self._projection = Projection(conn)
        self._visitors = Visitors(conn)
        self._dictionary = Dictionary()
        self._leads: Recent[int, Known] = Weighed(_REMEMBERED, weight_of)
        self._names: Names | None = None
        self._aside = all_aside(conn)
        #: Called between two pieces of a step, when others may write to the log; it must not raise.
        self.pause: Pause = go_on

    def forget(self) -> None:
        """Drop all that is remembered of the database: somebody else wrote to leads, epochs or states."""
        self._drop_memory()
        self._aside = all_aside(self._conn)

    def _drop_memory(self) -> None:
        self._visitors.forget()
        self._dictionary.clear()
        self._leads.clear()
        self._names = None

    def settle_visitors(self, batch: Batch) -> None:
        """What the events say of whose they are."""
        batch.placement = self._visitors.settle(batch.events)

    def place_events(self, batch: Batch) -> None:
        """Whose each event is."""
        self._visitors.find_leads(batch.events, batch.placement)
        by_lead: dict[int, list[Event]] = {lead: [] for lead in batch.placement.made}
        for lead, event in zip(batch.placement.leads, batch.events, strict=True):
            if event.seq not in self._aside:
                own = by_lead.get(lead)
                if own is None:
                    by_lead[lead] = [event]
                else:
                    own.append(event)
        batch.by_lead = by_lead

    def think(self, batch: Batch) -> None:
        """All that can be said before anything is written; where leads are merged, that is nothing."""
        if not batch.placement.merged:
            self.place_events(batch)
            self.load_states(batch)
            score_newest(self._scorer, self._leads, batch, self.pause)
            if self._names is not None:
                describe(self._names, batch, self.pause)

    def think_again(self, batch: Batch) -> None:
        """What could not be said before."""
        if batch.placement.merged:
            self.place_events(batch)
            self.drop_merged_leads(batch)
            self.load_states(batch)
            score_newest(self._scorer, self._leads, batch, go_on)
        self.score_again(batch)

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
        score_newest(self._scorer, self._leads, batch, go_on)
        self.score_again(batch)

    def score_again(self, batch: Batch) -> None:
        """The leads that are to be folded from all their events."""
        if batch.again:
            histories = events_of_leads(self._conn, batch.again, batch.upto, self._aside, self._dictionary)
            for lead, history in histories.items():
                batch.folded.append(fold_again(self._scorer, lead, self._leads.get(lead), history, batch.now))

    def _known_names(self) -> Names:
        if self._names is None:
            self._names = Names(self._conn, self._ruleset, self._dictionary)
        return self._names


def score_newest(scorer: Scorer, leads: Recent[int, Known], batch: Batch, pause: Pause) -> None:
    """Fold leads forward whose events are the newest; the others are to be folded again from all their events."""
    batch.again |= batch.placement.moved
    for number, (lead, events) in enumerate(batch.by_lead.items(), 1):
        known = leads.get(lead)
        if len(events) > 1:
            events.sort(key=_order)
        if lead in batch.again or not _goes_forward(scorer, batch, lead, known):
            batch.again.add(lead)
        else:
            batch.folded.append(fold_forward(scorer, lead, known, events, batch.now))
        if not number % _PIECE:
            pause()


def describe(names: Names, batch: Batch, pause: Pause) -> None:
    """The rows of what was folded since the last call."""
    while batch.described < len(batch.folded):
        piece = batch.folded[batch.described : batch.described + 2 * _PIECE]
        lead_rows(names, piece, batch.rows)
        batch.described += len(piece)
        pause()


def _goes_forward(scorer: Scorer, batch: Batch, lead: int, known: Known | None) -> bool:
    return (known is not None or lead in batch.placement.made) and comes_after(scorer, known, batch.by_lead[lead])


def weight_of(known: Known) -> int:
    """How much memory it takes, in what an item takes: some 250 bytes."""
    return _LEAD + known.state.size


def _order(event: Event) -> OrderKey:
    return event.order
