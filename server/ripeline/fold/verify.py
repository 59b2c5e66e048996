"""Are the stored scores those that the events give? Everything folded again in memory, and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import msgspec

from ripeline.fold.batch import Folded, PoisonedBatch
from ripeline.fold.folder import CURSOR, RULES_HASH
from ripeline.fold.form import FORM, FORM_KEY, is_of_this_form
from ripeline.fold.rescore import Progress
from ripeline.fold.scored import fold_again
from ripeline.identity.epochs import epochs_of
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import LeadState, decode_state
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.epochs import claims_of_visitors, epochs_of_visitors, next_visitors
from ripeline.store.leads import count_living_leads, living_leads
from ripeline.store.meta import read_meta
from ripeline.store.projection_aside import all_aside
from ripeline.store.projection_reading import Row, Stored, stored_leads, unplaced_visitors
from ripeline.store.swept import SWEPT
from ripeline.store.visitors import tied_visitors

_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """The first row of one table, of one lead or visitor, that is not what the events give; None: there is none."""

    who: str
    what: str
    stored: object
    expected: object

    def __str__(self) -> str:
        return f"{self.who}: {self.what}: stored {self.stored!r}, by the events {self.expected!r}"


def verify(conn: Connection, ruleset: Ruleset, progress: Progress | None = None) -> list[Difference]:
    """Fold all events up to the cursor again and compare; empty when all is as it must be. Changes nothing.

    `conn` must see one moment of the database throughout (`Database.read()` does): then it works beside a server.
    """
    scored_under = read_meta(conn, RULES_HASH)
    if scored_under not in (None, ruleset.hash):
        return [Difference("rules", "hash", scored_under, ruleset.hash)]
    if not is_of_this_form(conn):
        return [Difference("scores", "form", read_meta(conn, FORM_KEY), FORM)]
    verification = _Verification(conn, ruleset)
    differences = list(verification.of_identity())
    done, total = 0, count_living_leads(conn)
    last = 0
    while leads := living_leads(conn, last, _BATCH):
        differences += verification.of_leads(dict(leads))
        done, last = done + len(leads), leads[-1][0]
        if progress is not None:
            progress(done, total)
    return differences


class _Verification:
    def __init__(self, conn: Connection, ruleset: Ruleset) -> None:
        self._conn = conn
        self._models = [model.id for model in ruleset.models]
        self._scorer = Scorer(ruleset)
        self._dictionary = Dictionary()
        self._upto = int(read_meta(conn, CURSOR) or 0)
        self._aside = all_aside(conn)
        self._swept = int(read_meta(conn, SWEPT) or 0)
        self._tied = tied_visitors(conn)

    def of_identity(self) -> Iterator[Difference]:
        """Epochs that are not what the visitors claimed."""
        for visitor in unplaced_visitors(self._conn, self._upto):
            yield Difference(f"visitor {visitor}", "lead", None, "one")
        last = 0
        while visitors := next_visitors(self._conn, last, _BATCH):
            last = visitors[-1]
            claims = claims_of_visitors(self._conn, visitors, self._upto)
            for visitor, stored in epochs_of_visitors(self._conn, visitors).items():
                epochs = [tuple(epoch) for epoch in epochs_of(claims.get(visitor, ()))]
                found = [(start, email) for start, email, *_ in stored]
                if found != epochs and visitor not in self._tied:
                    yield Difference(f"visitor {visitor}", "epochs", found, epochs)

    def of_leads(self, emails: dict[int, str | None]) -> Iterator[Difference]:
        """Rows that are not what the events of their lead give."""
        stored = stored_leads(self._conn, emails, self._models)
        histories = events_of_leads(self._conn, emails, self._upto, self._aside, self._dictionary)
        for lead, events in histories.items():
            who = f"lead {lead} ({emails[lead] or 'anonymous'})"
            state, due = self._stored_state(stored, lead)
            if due is not None and due <= self._swept:
                yield Difference(who, "due", due, f"after {self._swept}")
            until = 0 if state is None else self._scorer.advanced_to(state) or 0
            try:
                folded = fold_again(self._scorer, lead, None, events, until)
            except PoisonedBatch as poisoned:
                yield Difference(who, "events", "scored", f"not possible: {poisoned.problems}")
                continue
            yield from self._compare(who, folded, stored)

    def _stored_state(self, stored: Stored, lead: int) -> tuple[LeadState | None, int | None]:
        """The state, which says up to which day time has done its work, and when it does more."""
        rows = stored["state"].get(lead, [])
        return (_decoded(rows[0][0]), rows[0][1]) if rows else (None, None)

    def _compare(self, who: str, folded: Folded, stored: Stored) -> Iterator[Difference]:
        for table, expected in _expected(folded, self._models).items():
            found = stored[table].get(folded.lead, [])
            if table == "lead":
                found = [(*row[:3], json.loads(row[3])) for row in found]
            if table == "state":
                found = [(_decoded(row[0]), row[1]) for row in found]
            for stored_row, row in zip_longest(found, expected):
                if stored_row != row:
                    yield Difference(who, table, stored_row, row)
                    break


def _expected(folded: Folded, models: list[str]) -> dict[str, list[Row]]:
    state = folded.after.state
    seen = (state.first_at, state.last_at) if state.last is not None else (None, None)
    attributes = msgspec.to_builtins(state.attributes)
    return {
        "scores": [(model, *reading.written) for model, reading in zip(models, folded.after.readings, strict=True)],
        "ledger": [
            (n, line.model, line.rule, line.seq, line.at, line.points, line.reason)
            for n, line in enumerate(line for change in folded.changes for line in change.lines)
        ],
        "crossings": [
            (n, each.model, each.band, each.entered, each.seq, each.at, each.score)
            for n, each in enumerate(each for change in folded.changes for each in change.crossings)
        ],
        "sessions": _sessions(folded),
        "lead": [(*seen, int(folded.after.reachable), attributes)],
        "state": [(state, folded.after.due)],
    }


def _decoded(state: bytes) -> LeadState | None:
    try:
        return decode_state(state)
    except msgspec.DecodeError:
        return None


def _sessions(folded: Folded) -> list[Row]:
    sessions = {
        change.session.id: (event.visitor, change.session)
        for event, change in zip(folded.events, folded.changes, strict=False)
        if change.session is not None
    }
    rows: list[tuple[Any, ...]] = [
        (each.started_at, id, visitor, each.last_at, each.events, each.entry, *msgspec.structs.astuple(each.source))
        for id, (visitor, each) in sessions.items()
    ]
    return sorted(rows, key=lambda row: (row[0], row[1]))
