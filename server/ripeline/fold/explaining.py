"""Why a lead reads as it does, now or as of any moment: its events folded again, in memory, up to then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from ripeline.domain.event import Event
from ripeline.fold.folder import CURSOR
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Ruleset
from ripeline.scoring.change import Change, Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.plan import rule_numbers
from ripeline.scoring.receipt import Receipt, receipt_of
from ripeline.scoring.state import LeadState
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.meta import read_meta
from ripeline.store.projection_aside import all_aside

#: Nights looked at one by one; a longer history is looked at in steps of several.
_MOST_NIGHTS: Final = 180
_DAY_MS: Final = 86_400_000

#: A moment (ms), and what each model reads then (thousandths).
Course = tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A lead as of some moment: its state, and what every event (and midnight) up to then did; a receipt a model.

    `scores`: what each model read (thousandths) just after an event, by the event's `seq`; `events` are those up to
    then. `course`: how the scores went, also between the events, where that was asked for. `counting`: how many matches
    a rule that pays only at the n-th has so far, by the ids of model and rule.
    """

    state: LeadState
    changes: tuple[Change, ...]
    receipts: tuple[Receipt, ...]
    scores: dict[int, tuple[int, ...]]
    events: tuple[Event, ...] = ()
    course: Course = ()
    counting: dict[tuple[str, str], int] = field(default_factory=dict)


def explain_lead(conn: Connection, ruleset: Ruleset, lead: int, at: int, *, nightly: bool = False) -> Explained:
    """The lead of that id as of `at` (ms): what occurred by then, with all that is known now of who did it.

    `nightly`: also how its scores went between the events.
    """
    upto = int(read_meta(conn, CURSOR) or 0)
    events = events_of_leads(conn, [lead], upto, all_aside(conn), Dictionary())[lead]
    happened = tuple(event for event in events if event.at <= at)
    scorer = Scorer(ruleset)
    state = scorer.fresh()
    changes: list[Change] = []
    scores: dict[int, tuple[int, ...]] = {}
    course: list[tuple[int, tuple[int, ...]]] = []
    stride = _stride(happened, at)
    following = [*(event.at for event in happened[1:]), at]
    for (event, state, change), until in zip(scorer.replay(happened), following, strict=False):
        changes.append(change)
        scores[event.seq] = _read(state)
        course.append((event.at, scores[event.seq]))
        if nightly:
            for night, passed in _nights(scorer, state, until, stride):
                changes.append(passed)
                course.append((night, _read(state)))
    changes.append(scorer.advance(state, at))
    lines: list[Line] = [line for change in changes for line in change.lines]
    receipts = tuple(receipt_of(scorer, state, place, lines) for place in range(len(ruleset.models)))
    return Explained(state, tuple(changes), receipts, scores, happened, tuple(course), _counting(ruleset, state, at))


def _read(state: LeadState) -> tuple[int, ...]:
    return tuple(model.score for model in state.models)


def _stride(events: tuple[Event, ...], at: int) -> int:
    """So many ms between two nights looked at."""
    span = at - events[0].at if events else 0
    return ceil(span / _DAY_MS / _MOST_NIGHTS) * _DAY_MS


def _nights(scorer: Scorer, state: LeadState, until: int, stride: int) -> Iterator[tuple[int, Change]]:
    """The midnights up to `until` (ms) at which time alone changes something, and what it does."""
    since = 0
    while (due := scorer.due(state)) is not None and (night := max(due, since + stride)) <= until:
        since = night
        yield night, scorer.advance(state, night)


def _counting(ruleset: Ruleset, state: LeadState, at: int) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for model, numbers in zip(ruleset.models, rule_numbers(ruleset), strict=True):
        for number, rule in zip(numbers, model.rules, strict=True):
            if rule.count is not None:
                begin = at - rule.count.within
                found[model.id, rule.id] = sum(when > begin for when, _ in state.counted.get(number, ()))
    return found
