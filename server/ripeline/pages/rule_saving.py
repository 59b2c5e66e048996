"""A draft put in force, and what comes of it: the leads that only the new rules made ripe, to be handed over or not."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import InvalidRules, RipelineError
from ripeline.fold.rule_file import read_checked
from ripeline.fold.selling import accept
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, do, fields_of, words
from ripeline.pages.rule_changing import HOME, draft_kept, refused
from ripeline.pages.rules_tab import PROPOSALS
from ripeline.pages.said import Done, Undo
from ripeline.store.proposals import list_proposals
from ripeline.store.rule_drafts import change_rule_draft


@require("marketer")
async def save(request: Request) -> Response:
    """Put the draft in force, if it is right and the rules are still those the page showed (`seen`)."""
    fields, running, _ = await fields_of(request), running_of(request), words(request).gettext
    user, before = request.state.user, running.rules.latest
    draft = draft_kept(running, user.id)
    if draft is None:
        return refused(request, fields, _("There is nothing to save."))
    if fields.get("seen") and fields["seen"] != before.hash:
        return refused(request, fields, _("Other rules came into force meanwhile. Look at them before you save yours."))
    try:
        ruleset = await run_in_threadpool(read_checked, draft.text, running.settings.rules_file.name)
        await running.save_rules(ruleset, user.email)
    except InvalidRules as error:
        return refused(request, fields, f"{_('This cannot be saved yet.')} {error.said(_)}")
    except RipelineError as error:
        return refused(request, fields, error.said(_))
    await running.write(partial(change_rule_draft, user=user.id, read=draft, new=None))
    running.visiting.forget(user.id)
    undo = Undo(f"{HOME}/restore", {"hash": before.hash})
    return back(request, fields, HOME, Done(_("Saved. All scores are being made anew."), undo))


@require("marketer")
async def accept_proposals(request: Request) -> Response:
    """Hand over after all: one proposal, or all that are shown."""
    fields, running = await fields_of(request), running_of(request)
    with running.reading() as (conn, ruleset):
        open_ones = [each.id for each in list_proposals(conn, ruleset.hash, 0, PROPOSALS)]
    asked = fields.get("proposal", "")
    chosen = open_ones if asked == "all" else [each for each in open_ones if str(each) == asked]
    told = 0
    for proposal in chosen:
        with suppress(RipelineError):
            await do(request, partial(accept, proposal=proposal))
            told += 1
    said = words(request).ngettext(
        "%(n)s lead is on the sales list now.", "%(n)s leads are on the sales list now.", told
    )
    return back(request, fields, HOME, Done(said % {"n": told}, is_bad=not told))


ROUTES: Final = [
    Route(f"{HOME}/proposals", accept_proposals, methods=["POST"]),
    Route(f"{HOME}/save", save, methods=["POST"]),
]
