"""Leads built from all their events under a rule file, here or in another process: it reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from ripeline.fold.batch import PoisonedBatch
from ripeline.fold.folder import CURSOR
from ripeline.fold.proposing import proposals_of
from ripeline.fold.rows import Names, TouchedSession, described_rows, lead_rows, touched_sessions
from ripeline.fold.scored import fold_again
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.leads import DescribedRow
from ripeline.store.meta import read_meta
from ripeline.store.projection import ProjectionRows
from ripeline.store.projection_aside import all_passed_over
from ripeline.store.proposals import ProposalRow
from ripeline.store.swept import SWEPT


@dataclass(slots=True)
class Order:
    """Leads to be built, the events not to be scored, and the clock (ms)."""

    leads: list[int]
    aside: frozenset[int]
    now: int


@dataclass(slots=True)
class Built:
    """All rows of those leads, but that sessions still need the ids of their texts."""

    leads: list[int]
    rows: ProjectionRows
    sessions: list[TouchedSession]
    described: list[DescribedRow]
    proposals: list[ProposalRow]

    def without(self, gone: Container[int]) -> Built:
        """The same but for some leads."""
        rows = self.rows
        return Built(
            [lead for lead in self.leads if lead not in gone],
            ProjectionRows(
                states=[row for row in rows.states if row[0] not in gone],
                ledger=[row for row in rows.ledger if row[0] not in gone],
                crossings=[row for row in rows.crossings if row[0] not in gone],
                scores=[row for row in rows.scores if row[1] not in gone],
            ),
            [each for each in self.sessions if each[0] not in gone],
            [row for row in self.described if row[0] not in gone],
            [row for row in self.proposals if row[1] not in gone],
        )


#: The rows of an order, or the events (by place in the log) that cannot be scored and why.
Answer = Built | dict[int, str]


class Builder:
    """Builds leads under one rule file."""

    def __init__(self, ruleset: Ruleset, names: Names) -> None:
        self._ruleset = ruleset
        self._names = names
        self._scorer = Scorer(ruleset)

    def build(self, conn: Connection, order: Order, dictionary: Dictionary) -> Built:
        """All that was folded of those leads by the moment `conn` sees. Raises `PoisonedBatch`."""
        upto = int(read_meta(conn, CURSOR) or 0)
        until = max(order.now, int(read_meta(conn, SWEPT) or 0))
        aside = order.aside | all_passed_over(conn)
        histories = events_of_leads(conn, order.leads, upto, aside, dictionary)
        folded = [fold_again(self._scorer, lead, None, events, until) for lead, events in histories.items()]
        return Built(
            order.leads,
            lead_rows(self._names, folded),
            touched_sessions(folded),
            described_rows(folded),
            proposals_of(conn, self._ruleset, folded, order.now),
        )

    def answer(self, conn: Connection, order: Order, dictionary: Dictionary) -> Answer:
        """The same, with what is wrong as an answer."""
        try:
            return self.build(conn, order, dictionary)
        except PoisonedBatch as poisoned:
            return poisoned.problems
