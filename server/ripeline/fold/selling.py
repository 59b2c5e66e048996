"""What sales does with a hand-off and says of a lead: claim, put off, verdict, outcome; and taking each back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from ripeline.domain.points import as_number
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.announcing import News, announce
from ripeline.fold.desk import Desk, LeadKey
from ripeline.store.handoff_deeds import (
    OneHandoff,
    claim_handoff,
    close_handoff,
    handoff_by_id,
    last_told,
    lift_outcomes_of_handoffs,
    lift_refusals,
    models_told,
    release_handoff,
    reopen_ended,
    reopen_handoff,
    snooze_handoff,
)
from ripeline.store.outbox_rows import Topic
from ripeline.store.proposals import accept_proposal, proposal_by_id
from ripeline.store.verdict_rows import (
    Frozen,
    add_outcome,
    add_verdict,
    is_said_of_lead,
    is_verdict_said,
    lift_outcomes,
    lift_verdict,
    lift_verdict_of,
    standing_now,
)

VerdictWord = Literal["too_early", "right_time", "too_late", "off_target"]
OutcomeWord = Literal["won", "lost"]

_WITH_SALES: Final = frozenset({"open", "claimed", "snoozed"})
_NOTHING_NEW: Final = {"verdict": None, "note": None, "score": None, "outcome": None, "outcome_at": None}


@dataclass(frozen=True, slots=True)
class Word:
    """Sales' word on a lead, and what they add."""

    verdict: VerdictWord
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended with a lead: when (ms), and what it was worth in thousandths (None: not said)."""

    outcome: OutcomeWord
    at: int
    value: int | None = None


def claim(desk: Desk, handoff: int, owner: int) -> None:
    """Make it that person's (a user's id); the first wins. Raises `NotFound`, and `Conflict` that says whose it is."""
    _found(desk, handoff)
    if not claim_handoff(desk.conn, handoff, owner):
        now = _found(desk, handoff)
        raise Conflict(f"{now.owner} has it" if now.state in _WITH_SALES else f"it is {now.state}")


def release(desk: Desk, handoff: int) -> None:
    """Nobody has it any more. Raises `NotFound`, and `Conflict` when nobody had."""
    if not release_handoff(desk.conn, _found(desk, handoff).id):
        raise Conflict(f"it is {_found(desk, handoff).state}")


def snooze(desk: Desk, handoff: int, until: int) -> None:
    """Put it off until then (ms). Raises `NotFound`, `InvalidRequest` for the past, `Conflict` when it is closed."""
    if until <= desk.by.at:
        raise InvalidRequest("until", "is not in the future")
    if not snooze_handoff(desk.conn, _found(desk, handoff).id, until):
        raise Conflict(f"it is {_found(desk, handoff).state}")


def judge_handoff(desk: Desk, handoff: int, word: Word) -> None:
    """Sales' word on a hand-off closes it; another replaces it, the same again does nothing. Raises `NotFound`."""
    found = _found(desk, handoff)
    if is_verdict_said(desk.conn, found, word.verdict, word.note):
        return
    lift_verdict_of(desk.conn, handoff, desk.by.at)
    # Of a crossing that came too late nobody was told, and nobody is now: the word is on the lead.
    _judge(desk, found.lead, found.model, None if found.state == "late" else found.id, word)


def judge_lead(desk: Desk, key: LeadKey, model: str | None, word: Word) -> None:
    """Sales' word on any lead in any model; if a hand-off is open there, on that. Raises `NotFound`.

    The same again does nothing while the lead stands as it did; once it has moved, it is a word on how it stands now.
    """
    lead, model = desk.lead(key), desk.model(model)
    last = last_told(desk.conn, lead, model)
    is_open = last is not None and _found(desk, last).state in _WITH_SALES
    row = {"lead": lead, "model": model, "verdict": word.verdict, "note": word.note}
    if not is_open and is_said_of_lead(desk.conn, row, _standing(desk, lead, model)):
        return
    _judge(desk, lead, model, last if is_open else None, word)


def take_back_verdict(desk: Desk, handoff: int) -> None:
    """The verdict on a hand-off was a slip: it is before sales again. Raises `NotFound`, `Conflict` if it cannot be."""
    found = _found(desk, handoff)
    if found.verdict is None or not reopen_handoff(desk.conn, handoff):
        raise Conflict("it has no verdict that could be taken back")
    lift_verdict_of(desk.conn, handoff, desk.by.at)
    desk.folder.shelve_again(found.lead)


def lift(desk: Desk, key: LeadKey, model: str | None) -> None:
    """The last verdict on a lead counts no more: one found off target may be handed over again. Raises `NotFound`."""
    lead, model = desk.lead(key), desk.model(model)
    if lift_verdict(desk.conn, lead, model, desk.by.at) is None:
        raise NotFound("verdict on this lead in model", model)
    lift_refusals(desk.conn, lead, model, desk.by.at)
    desk.folder.decide_again(lead, even_new=True)


def accept(desk: Desk, proposal: int) -> None:
    """Send a lead to sales that only new rules made ripe. Raises `NotFound`, `Conflict` when it is ripe no more."""
    found = proposal_by_id(desk.conn, desk.ruleset.hash, proposal)
    if found is None:
        raise NotFound("proposal", proposal)
    if not desk.folder.accept(found.lead_id, found.model):
        raise Conflict("the lead is not to be handed over any more")
    accept_proposal(desk.conn, proposal, desk.by.at)


def end_with(desk: Desk, key: LeadKey, model: str | None, end: Outcome) -> bool:
    """Won or lost, in one model (None: in all where it was handed over, else in every one): whether that was new.

    Raises `NotFound`.
    """
    lead = desk.lead(key)
    named = desk.model(model) if model is not None else None
    row = {"lead": lead, "model": named, "outcome": end.outcome, "at": end.at, "value": end.value}
    outcome = add_outcome(desk.conn, {**row, "author": desk.by.author, "made_at": desk.by.at})
    if outcome is None:
        return False
    value = None if end.value is None else as_number(end.value)
    _announce(desk, "lead.outcome", lead, named, {"id": outcome, "outcome": end.outcome, "value": value})
    for each in [named] if named is not None else models_told(desk.conn, lead):
        handoff = last_told(desk.conn, lead, each)
        if handoff is not None:
            score = _standing(desk, lead, each).score
            said = {"at": desk.by.at, "score": score, "outcome": end.outcome, "outcome_at": end.at}
            close_handoff(desk.conn, handoff, _NOTHING_NEW | said)
    desk.folder.decide_again(lead)
    return True


def lift_end(desk: Desk, key: LeadKey, model: str | None) -> None:
    """The outcome of a lead counts no more, in one model or (None) in all. Raises `NotFound`."""
    lead = desk.lead(key)
    named = desk.model(model) if model is not None else None
    if not lift_outcomes(desk.conn, lead, named, desk.by.at):
        raise NotFound("outcome of lead", key)
    lift_outcomes_of_handoffs(desk.conn, lead, named, desk.by.at)
    desk.folder.decide_again(lead, even_new=True)


def take_back_end(desk: Desk, handoff: int) -> None:
    """That a hand-off was won or lost was a slip: it is as it was before. Raises `NotFound`, `Conflict`.

    What was said of the lead before this hand-off was closed was no slip.
    """
    found = _found(desk, handoff)
    if not reopen_ended(desk.conn, handoff):
        raise Conflict("it has no outcome that could be taken back")
    lift_outcomes(desk.conn, found.lead, found.model, desk.by.at, found.closed_at or 0)
    desk.folder.shelve_again(found.lead)


def _judge(desk: Desk, lead: int, model: str, handoff: int | None, word: Word) -> None:
    stood = _standing(desk, lead, model)
    row = {"lead": lead, "model": model, "handoff": handoff, "verdict": word.verdict, "note": word.note}
    said_id = add_verdict(desk.conn, row | {"rules_hash": desk.ruleset.hash}, stood, desk.by)
    said_now = {"id": said_id, "handoff": handoff, "verdict": word.verdict, "note": word.note}
    _announce(desk, "handoff.verdict", lead, model, said_now)
    if handoff is not None:
        said = {"at": desk.by.at, "verdict": word.verdict, "note": word.note, "score": stood.score}
        close_handoff(desk.conn, handoff, _NOTHING_NEW | said)
    desk.folder.decide_again(lead)


def _announce(desk: Desk, topic: Topic, lead: int, model: str | None, said: dict[str, Any]) -> None:
    """Whoever wants to hear of it does; about several models (None) at once there is no one score."""
    if desk.is_quiet:
        return
    models = desk.ruleset.models
    known = next((each for each in models if each.id == model or (model is None and len(models) == 1)), None)
    stood = _standing(desk, lead, known.id) if known else None
    facts = {"band": stood.band, "score": as_number(stood.score)} if stood else {}
    mark = f"{said.pop('id')} {desk.by.at}"
    announce(desk.conn, News(topic, lead, known, desk.by.at, mark, {**said, **facts, "by": desk.by.author}), desk.by.at)


def _standing(desk: Desk, lead: int, model: str) -> Frozen:
    """How the lead stands now; in a model that is no more in force it stands nowhere."""
    return standing_now(desk.conn, lead, model) or Frozen(0, "cold", {})


def _found(desk: Desk, handoff: int) -> OneHandoff:
    found = handoff_by_id(desk.conn, handoff)
    if found is None:
        raise NotFound("hand-off", handoff)
    desk.leads.add(found.lead)
    return found
