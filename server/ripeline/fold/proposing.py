"""Whom new rules would send to sales: told to nobody, proposed to a person."""

from __future__ import annotations

from collections.abc import Sequence

from ripeline.fold.batch import Folded
from ripeline.fold.telling import Question, fact_of, facts_in, questions_of
from ripeline.rules.model import Ruleset
from ripeline.scoring.handoffs import decide, terms_of
from ripeline.store.database import Connection
from ripeline.store.handoff_rows import HandoffRow, handoffs_of_leads
from ripeline.store.proposals import ProposalRow


def proposals_of(conn: Connection, ruleset: Ruleset, folded: Sequence[Folded], now: int) -> list[ProposalRow]:
    """The leads among these that would be handed over if the rules had always been so; `now` in ms."""
    questions = [question for each in folded for question in questions_of(ruleset, each) if _may_be(question)]
    if not questions:
        return []
    earlier = handoffs_of_leads(conn, {question.folded.lead for question in questions})
    rows = (_row(question, facts_in(question, earlier), ruleset.hash, now) for question in questions)
    return [row for row in rows if row is not None]


def _may_be(question: Question) -> bool:
    """Most leads that were ripe once are not now, or not to be reached: no need to read up on them."""
    standing = question.standing
    return standing.reachable and (standing.left_at is None or standing.asked is not None)


def _row(question: Question, earlier: Sequence[HandoffRow], hash: str, now: int) -> ProposalRow | None:
    decision = decide(question.standing, [fact_of(row) for row in earlier], now, terms_of(question.model))
    if decision.act != "make" or decision.crossing is None:
        return None
    lead, reading = question.folded.lead, question.reading
    return hash, lead, question.model.id, reading.band, reading.score, *decision.crossing, now
