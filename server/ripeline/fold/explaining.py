"""Why a lead reads as it does, now or as of any moment: its events folded again, in memory, up to then."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.fold.folder import CURSOR
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Ruleset
from ripeline.scoring.change import Change, Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.receipt import Receipt, receipt_of
from ripeline.scoring.state import LeadState
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.meta import read_meta
from ripeline.store.projection_aside import all_aside


@dataclass(frozen=True, slots=True)
class Explained:
    """A lead as of some moment: its state, and what every event (and midnight) up to then did; a receipt a model.

    `scores`: what each model read (thousandths) just after an event, by the event's `seq`.
    """

    state: LeadState
    changes: tuple[Change, ...]
    receipts: tuple[Receipt, ...]
    scores: dict[int, tuple[int, ...]]


def explain_lead(conn: Connection, ruleset: Ruleset, lead: int, at: int) -> Explained:
    """The lead of that id as of `at` (ms): what occurred by then, with all that is known now of who did it."""
    upto = int(read_meta(conn, CURSOR) or 0)
    events = events_of_leads(conn, [lead], upto, all_aside(conn), Dictionary())[lead]
    scorer = Scorer(ruleset)
    state = scorer.fresh()
    changes: list[Change] = []
    scores: dict[int, tuple[int, ...]] = {}
    for event, state, change in scorer.replay(event for event in events if event.at <= at):
        changes.append(change)
        scores[event.seq] = tuple(model.engagement + model.fit for model in state.models)
    changes.append(scorer.advance(state, at))
    lines: list[Line] = [line for change in changes for line in change.lines]
    receipts = tuple(receipt_of(scorer, state, place, lines) for place in range(len(ruleset.models)))
    return Explained(state, tuple(changes), receipts, scores)
