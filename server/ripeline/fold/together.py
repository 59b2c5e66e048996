"""What two leads would read if they were one: their events put together and folded, never their scores added."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from ripeline.fold.folder import CURSOR
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Ruleset
from ripeline.scoring.change import Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.receipt import Receipt, receipt_of
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.meta import read_meta
from ripeline.store.projection_aside import all_aside


def receipts_together(conn: Connection, ruleset: Ruleset, leads: Collection[int], at: int) -> tuple[Receipt, ...]:
    """The receipt of all those leads as one, as of `at` (ms); one a model, in the order of the rules."""
    upto = int(read_meta(conn, CURSOR) or 0)
    found = events_of_leads(conn, leads, upto, all_aside(conn), Dictionary())
    scorer = Scorer(ruleset)
    state, changes = scorer.refold(event for event in chain.from_iterable(found.values()) if event.at <= at)
    changes.append(scorer.advance(state, at))
    lines: list[Line] = [line for change in changes for line in change.lines]
    return tuple(receipt_of(scorer, state, place, lines) for place in range(len(ruleset.models)))
