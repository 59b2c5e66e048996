"""What sales says on the Lead page: a verdict and an outcome, with or without a hand-off, and taking each back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, cast, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.domain.times import end_of_day
from ripeline.errors import Conflict
from ripeline.fold import selling
from ripeline.fold.desk import Desk
from ripeline.fold.folder import now_ms
from ripeline.fold.selling import (
    Outcome,
    OutcomeWord,
    VerdictWord,
    Word,
    claim,
    end_with,
    judge_lead,
    lift,
    lift_end,
    release,
    take_back_verdict,
)
from ripeline.pages.desk import running_of
from ripeline.pages.doing import words
from ripeline.pages.lead_forms import Form, form_of
from ripeline.pages.said import Done
from ripeline.pages.worth import worth_in
from ripeline.store.handoff_deeds import handoff_by_id, last_told
from ripeline.store.reading_said import OutcomeSaid, VerdictSaid, last_outcome, last_verdict
from ripeline.templating.wording import verdict_word

LONGEST_NOTE: Final = 1_000
_WITH_SALES: Final = frozenset({"open", "claimed", "snoozed"})
_A_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Sayer:
    """Who says something (a user's id), and in which model (None: the only one)."""

    model: str | None
    person: int


@require("sales")
async def judge(request: Request) -> Response:
    """A verdict on the lead, handed over or not."""
    form = await form_of(request)
    verdict, note = form.fields.get("verdict", ""), form.fields.get("note", "")
    if verdict not in get_args(VerdictWord) or len(note) > LONGEST_NOTE:
        return form.back(form.bad(form.gettext("Say a verdict, with a note of at most 1,000 characters.")))
    word = Word(cast(VerdictWord, verdict), note)
    text = form.gettext("Your verdict is noted: %(verdict)s.") % {"verdict": verdict_word(verdict, words(request))}
    deed = partial(_judge, lead=form.lead, word=word, says=Sayer(form.model, request.state.user.id))
    refused = form.gettext("The verdict was not noted: a colleague has taken this lead.")

    def done(judged: _Judged) -> Done:
        free = "yes" if judged.was_free else ""
        return Done(text, form.undo("/verdict/undo", said=str(judged.said), free=free))

    return form.back(await form.do(deed, done, refused))


class _Judged(NamedTuple):
    """The id of what was said, and whether nobody had the hand-off until then."""

    said: int
    was_free: bool


def _judge(desk: Desk, lead: int, word: Word, says: Sayer) -> _Judged:
    """Whoever says how a call went has made it: the hand-off is theirs."""
    handoff = last_told(desk.conn, desk.lead(lead), desk.model(says.model))
    found = handoff_by_id(desk.conn, handoff) if handoff is not None else None
    is_open = found is not None and found.state in _WITH_SALES
    was_free = is_open and found is not None and found.owner_id is None
    if is_open and found is not None:
        claim(desk, found.id, says.person)
    judge_lead(desk, lead, says.model, word)
    said = last_verdict(desk.conn, desk.lead(lead), desk.model(says.model))
    return _Judged(said.id if said is not None else 0, was_free)


@require("sales")
async def take_back_the_verdict(request: Request) -> Response:
    form = await form_of(request)
    deed = partial(_take_back_word, form=form, is_to_be_free=form.fields.get("free") == "yes")
    done = Done(form.gettext("The verdict is taken back."))
    refused = form.gettext("Nothing was changed: it is taken back already, or something else was said since.")
    return form.back(await form.do(deed, lambda _: done, refused))


def _take_back_word(desk: Desk, form: Form, is_to_be_free: bool) -> None:
    """The hand-off it closed is before sales again where that can be; else the word counts no more."""
    lead, model = form.lead, form.model
    said = last_verdict(desk.conn, desk.lead(lead), desk.model(model))
    _require_last(form, said)
    if said is None or said.handoff is None or not _could(partial(take_back_verdict, desk, said.handoff)):
        lift(desk, lead, model)
    elif is_to_be_free:
        release(desk, said.handoff)


@require("sales")
async def end(request: Request) -> Response:
    """Won or lost, on a day, with what it was worth."""
    form = await form_of(request)
    outcome, worth = form.fields.get("outcome", ""), worth_in(request, form.fields)
    with running_of(request).reading() as (_, ruleset):
        at = _moment(form.fields.get("day", ""), ruleset.timezone)
    if outcome not in get_args(OutcomeWord) or at is None:
        return form.back(form.bad(form.gettext("Say won or lost, and a day that has come.")))
    if worth.wrong:
        return form.back(form.bad(worth.wrong))
    result = Outcome(cast(OutcomeWord, outcome), at, worth.value)
    deed = partial(_end, lead=form.lead, model=form.model, end=result)
    text = form.gettext("Noted as won.") if outcome == "won" else form.gettext("Noted as lost.")
    refused = form.gettext("The outcome was not noted: the lead has changed.")
    return form.back(await form.do(deed, lambda said: Done(text, form.undo("/outcome/undo", said=str(said))), refused))


def _end(desk: Desk, lead: int, model: str | None, end: Outcome) -> int:
    """The id of what was said."""
    end_with(desk, lead, model, end)
    said = last_outcome(desk.conn, desk.lead(lead), desk.model(model))
    return said.id if said is not None else 0


@require("sales")
async def take_back_end(request: Request) -> Response:
    form = await form_of(request)
    done = Done(form.gettext("The outcome is taken back."))
    refused = form.gettext("Nothing was changed: it is taken back already, or something else was said since.")
    return form.back(await form.do(partial(_take_back_end, form=form), lambda _: done, refused))


def _take_back_end(desk: Desk, form: Form) -> None:
    """The hand-off it closed is as it was before where that can be; else the outcome counts no more."""
    lead, model = form.lead, form.model
    said = last_outcome(desk.conn, desk.lead(lead), desk.model(model))
    _require_last(form, said)
    handoff = last_told(desk.conn, desk.lead(lead), desk.model(model))
    is_of_all = said is None or said.model is None
    if is_of_all or handoff is None or not _could(partial(selling.take_back_end, desk, handoff)):
        lift_end(desk, lead, said.model if said is not None else model)


def _require_last(form: Form, said: VerdictSaid | OutcomeSaid | None) -> None:
    """What the form was made for is what stands: two presses, or an old page, take no other word back."""
    if said is None or form.fields.get("said") != str(said.id):
        raise Conflict("it is not what was said last")


def _could(deed: Callable[[], None]) -> bool:
    try:
        deed()
    except Conflict:
        return False
    return True


def _moment(day: str, timezone: str) -> int | None:
    """The end of that day or now, whichever comes first; now when no day is said, None for no day or one to come."""
    now = now_ms()
    at = end_of_day(day, timezone) if day else now
    return None if at is None or not 0 < at <= now + _A_DAY_MS else min(at, now)


ROUTES: Final = [
    Route("/leads/{id:int}/verdict", judge, methods=["POST"]),
    Route("/leads/{id:int}/verdict/undo", take_back_the_verdict, methods=["POST"]),
    Route("/leads/{id:int}/outcome", end, methods=["POST"]),
    Route("/leads/{id:int}/outcome/undo", take_back_end, methods=["POST"]),
]
