"""What sales does on Ready: one door for each hand-off, the button pressed says what; and each takes another back."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import NullTranslations
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, do, fields_of, words
from ripeline.pages.handoff_acts import ACTS, WITH_SALES, Ask
from ripeline.pages.said import Done, Undo
from ripeline.pages.who import who_is
from ripeline.pages.worth import worth_in
from ripeline.store.reading_handoffs import one_handoff
from ripeline.store.views import HandoffView
from ripeline.templating.languages import locale_of
from ripeline.templating.numbers import write_amount
from ripeline.templating.wording import verdict_word


@require("sales")
async def change(request: Request) -> Response:
    """Do what the button says, and say what was done, with the button that takes it back."""
    fields, texts = await fields_of(request), words(request)
    id, what = int(request.path_params["id"]), fields.get("do", "")
    if what not in ACTS:
        return back(request, fields, "/ready")
    worth = worth_in(request, fields)
    if worth.wrong:
        return back(request, fields, "/ready", Done(worth.wrong, is_bad=True))
    ask = Ask(id, request.state.user.id, what, worth.value)
    try:
        undo = await do(request, lambda desk: ACTS[what](desk, ask))
    except (Conflict, NotFound, InvalidRequest):
        return back(request, fields, "/ready", Done(await run_in_threadpool(_why_not, request, ask), is_bad=True))
    again = Undo(f"/ready/{id}", {"do": undo, "back": fields.get("back", "")}) if undo else None
    who = await run_in_threadpool(_name, request, id)
    amount = "" if ask.value is None else write_amount(ask.value, locale_of(request))
    return back(request, fields, "/ready", Done(_said(what, {"who": who, "amount": amount}, texts), again))


def _why_not(request: Request, ask: Ask) -> str:
    """Why nothing was done, as it stands now."""
    texts = words(request)
    try:
        found = _as_it_is(request, ask.handoff)
    except NotFound:
        return texts.gettext("Nothing was changed: this person is not on the list any more.")
    if found.state in WITH_SALES and found.owner_id not in (None, ask.person):
        return texts.gettext("%(owner)s has taken %(who)s already.") % {
            "owner": found.owner,
            "who": _name(request, ask.handoff),
        }
    return texts.gettext("Nothing was changed: %(who)s has moved on meanwhile.") % {"who": _name(request, ask.handoff)}


def _name(request: Request, id: int) -> str:
    handoff = _as_it_is(request, id)
    who = who_is(handoff.lead_id, handoff.email, handoff.attributes)
    return who.name or who.email or who.phone


def _as_it_is(request: Request, id: int) -> HandoffView:
    with running_of(request).reading() as (conn, ruleset):
        return one_handoff(conn, ruleset, id)


def _said(what: str, about: Mapping[str, str], texts: NullTranslations) -> str:
    """What was done, with the amount as it was read."""
    _ = texts.gettext
    sentences = {
        "claim": _("%(who)s is yours."),
        "release": _("%(who)s is free for everybody."),
        "snooze": _("%(who)s is here again tomorrow."),
        "wake": _("%(who)s is back on the list."),
        "reopen": _("The verdict on %(who)s is taken back."),
        "free": _("The verdict on %(who)s is taken back."),
        "won": _("%(who)s: won, %(amount)s.") if about["amount"] else _("%(who)s: won."),
        "lost": _("%(who)s: lost, %(amount)s.") if about["amount"] else _("%(who)s: lost."),
        "unend": _("The outcome of %(who)s is taken back."),
    }
    verdict = _("%(who)s: %(verdict)s.")
    return sentences.get(what, verdict) % {**about, "verdict": verdict_word(what, texts)}


ROUTES: Final = [Route("/ready/{id:int}", change, methods=["POST"])]
