"""Telling sales: the hand-offs of leads whose standing changed, and the message that goes with each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

import msgspec

from ripeline.domain.points import as_number
from ripeline.fold.batch import Batch, Folded
from ripeline.fold.reading import Reading
from ripeline.fold.rows import Names
from ripeline.rules.model import Model, Ruleset
from ripeline.scoring.handoffs import Decision, Handoff, HandoffState, Standing, decide, next_look, terms_of
from ripeline.scoring.state import Instant
from ripeline.store.database import Connection
from ripeline.store.handoff_rows import (
    HandoffRow,
    expire_all,
    expire_handoff,
    handoffs_of_leads,
    make_handoff,
    reasons_of,
    score_at,
)
from ripeline.store.looks import put_look
from ripeline.store.outbox_rows import OutboxRow, put_in_outbox

READY: Final = "lead.ready"
_MOST_REASONS: Final = 5

#: One line of the reasons of a hand-off: rule id, label, thousandths, how often it paid.
Reason = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """Must sales hear of this lead in this model, now that its standing there has changed?"""

    folded: Folded
    model: Model
    reading: Reading

    @property
    def standing(self) -> Standing:
        now = self.reading
        reachable = self.folded.after.reachable
        return Standing(now.ripe, now.ripe_until, now.asked, reachable, now.out_of_target, now.again)


def tell_sales(conn: Connection, ruleset: Ruleset, names: Names, batch: Batch) -> None:
    """Make, note as late or expire hand-offs, inside the transaction that wrote the scores.

    Who objects to being scored is with sales no more, whoever has claimed them.
    """
    objecting = [each.lead for each in batch.folded if each.is_rebuilt and each.after.state.objects]
    if objecting and expire_all(conn, objecting, batch.now):
        batch.has_handed_over = True
    moved = (each for each in batch.folded if has_moved(each))
    questions = [question for each in moved for question in questions_of(ruleset, each, batch.model)]
    if not questions:
        return
    earlier = handoffs_of_leads(conn, {question.folded.lead for question in questions})
    clerk = _Clerk(conn, ruleset, names, batch)
    for question in questions:
        clerk.answer(question, facts_in(question, earlier))


def facts_in(question: Question, earlier: Mapping[int, Sequence[HandoffRow]]) -> list[HandoffRow]:
    """What was said and done before of that lead in that model."""
    return [row for row in earlier.get(question.folded.lead, ()) if row.model in (None, question.model.id)]


def has_moved(folded: Folded) -> bool:
    """Whether sales may have to hear of it: of most leads of a batch it is known at a glance that they need not."""
    before, after = folded.before, folded.after
    if before is None or folded.is_asked:
        return True
    return before.readings is not after.readings or before.reachable != after.reachable


def questions_of(ruleset: Ruleset, folded: Folded, only: str | None = None) -> Iterator[Question]:
    """Only a changed standing asks: what was so before (under these rules) was decided before; `only` in one model."""
    before, after = None if folded.is_asked else folded.before, folded.after
    for place, (model, reading) in enumerate(zip(ruleset.models, after.readings, strict=True)):
        if model.handoff is None or (reading.ripe is None and reading.asked is None) or only not in (None, model.id):
            continue
        if before is None or before.reachable != after.reachable or before.readings[place].standing != reading.standing:
            yield Question(folded, model, reading)


class _Clerk:
    """Writes down what was decided."""

    def __init__(self, conn: Connection, ruleset: Ruleset, names: Names, batch: Batch) -> None:
        self._conn = conn
        self._ruleset = ruleset
        self._names = names
        self._batch = batch
        self._now = batch.now
        self._is_quiet = batch.is_quiet

    def answer(self, question: Question, rows: Sequence[HandoffRow]) -> None:
        earlier, terms = [fact_of(row) for row in rows], terms_of(question.model)
        decision = decide(question.standing, earlier, self._now, terms)
        if decision.act == "expire":
            expire_handoff(self._conn, question.folded.lead, question.model.id, self._now)
            self._batch.has_handed_over = True
            earlier = [fact_of(row, expired=row.state == "open") for row in rows]
            decision = decide(question.standing, earlier, self._now, terms)
        if decision.crossing is not None and not self._is_quiet:
            self._write(question, decision, decision.crossing)
        if earlier:
            look_at = None if decision.act == "make" else next_look(question.standing, earlier, terms)
            # What is past was decided just now.
            soon = look_at if look_at is not None and look_at > self._now else None
            put_look(self._conn, question.folded.lead, question.model.id, soon)

    def _write(self, question: Question, decision: Decision, crossing: Instant) -> None:
        is_late = decision.act == "late"
        reasons = self._reasons(question)
        handoff: dict[str, Any] = {
            "lead": question.folded.lead,
            "model": question.model.id,
            "band": question.model.handoff if is_late else question.reading.band,
            "score": self._score_at(question, crossing),
            "crossed_at": crossing[0],
            "crossing_event": crossing[1],
            "made_at": self._now,
            "state": "late" if is_late else "open",
            "rules_hash": self._ruleset.hash,
            "reasons": _json(reasons),
        }
        made = make_handoff(self._conn, handoff)
        self._batch.has_handed_over = True
        if made is not None and not is_late:
            put_in_outbox(self._conn, [_ready(question, made, crossing, reasons, self._now)])

    def _reasons(self, question: Question) -> list[Reason]:
        labels = {rule.id: rule.label for rule in question.model.rules}
        model_id = self._names.ids[question.model.id]
        found = reasons_of(self._conn, question.folded.lead, model_id, _MOST_REASONS)
        return [(rule, labels.get(rule, rule), points, times) for rule, points, times in found]

    def _score_at(self, question: Question, crossing: Instant) -> int:
        """The score when it entered the band, which may be long ago for who was anonymous; else the score now."""
        found = score_at(self._conn, question.folded.lead, self._names.ids[question.model.id], crossing[0])
        return question.reading.score if found is None else found


def fact_of(row: HandoffRow, expired: bool = False) -> Handoff:
    """A row as the decision reads it; `expired`: it is over as of now."""
    return Handoff(
        cast(HandoffState, "expired" if expired else row.state),
        row.crossed_at,
        row.crossing_event,
        row.made_at,
        row.closed_at,
        row.verdict,
        row.closed_score,
        cast(Literal["won", "lost"] | None, row.outcome),
        row.outcome_at,
        row.lifted_at,
    )


def _ready(question: Question, handoff: int, crossing: Instant, reasons: list[Reason], now: int) -> OutboxRow:
    """The message of one hand-off; its id follows from the hand-off, so telling again is telling the same."""
    lead, model = question.folded.lead, question.model
    attributes = question.folded.after.state.attributes
    payload = {
        "handoff": handoff,
        "lead": {"id": lead, **{name: fact.value for name, fact in attributes.items()}},
        "model": {"id": model.id, "label": model.label},
        "band": question.reading.band,
        "score": as_number(question.reading.score),
        "crossed_at": datetime.fromtimestamp(crossing[0] / 1000, UTC).isoformat(),
        "reasons": [
            {"rule": rule, "label": label, "points": as_number(points), "times": times}
            for rule, label, points, times in reasons
        ],
    }
    digest = hashlib.sha256(f"{READY}\n{lead}\n{model.id}\n{crossing[1]}".encode()).hexdigest()
    return f"msg_{digest[:24]}", READY, lead, _json(payload), now, now


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
