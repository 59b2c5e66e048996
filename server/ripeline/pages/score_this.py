"""*Score this*: a rule made from one line of a lead, tried on the whole history, and put in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import Conflict, InvalidRules, NotFound
from ripeline.fold.explaining import explain_lead
from ripeline.fold.rule_file import read_checked
from ripeline.pages.desk import Desk, running_of, show
from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.said import Done, Undo
from ripeline.pages.score_drafts import Draft, Scored, draft_of, scored
from ripeline.pages.what_if import WhatIfView, what_if
from ripeline.rules.from_events import ONCE
from ripeline.rules.match import once_parts
from ripeline.rules.model import Rule
from ripeline.rules.plain import labels_of, once_in_words
from ripeline.rules.reading import load_rules, read_rules
from ripeline.sentences import N_


@dataclass(frozen=True, slots=True)
class ScorePage:
    """The form as it was filled in (`one`), the rule it makes (None: its points are no number), and, where asked for,
    what that would change. `once`: what it may be paid once per, in words; `already`: rules of the model that paid for
    the event (label, thousandths). `query`: the same again as an address."""

    one: Scored
    draft: Draft | None
    whatif: WhatIfView | None
    once: tuple[tuple[str, str], ...]
    query: str
    already: tuple[tuple[str, int], ...]


@require("marketer")
async def show_score(request: Request) -> Response:
    """`GET /leads/{id}/score/{event}`: the form, and with `try` what the rule would change."""
    return await show(request, "score_this.html", partial(read_score, fields=dict(request.query_params)))


def read_score(desk: Desk, fields: Mapping[str, str]) -> ScorePage:
    """The page of those fields. Raises `NotFound`."""
    one = scored(desk, fields)
    draft = draft_of(desk, one)
    whatif = what_if(desk, read_rules(draft.text)) if draft and not draft.mistakes and fields.get("try") else None
    plain = Rule(id="", label="", points=0, on=frozenset({one.event.on}))
    usual = " ".join(once_parts(plain, one.event.on))
    once = tuple((each, once_in_words(each or usual, one.event.on, desk.locale)) for each in ONCE if each != usual)
    return ScorePage(one, draft, whatif, once, urlencode(fields), tuple(_already(desk, one)))


@require("marketer")
async def show_score_what_if(request: Request) -> Response:
    """The part of that page that is asked again while it is being counted."""

    def read(desk: Desk) -> WhatIfView | None:
        return read_score(desk, dict(request.query_params) | {"try": "1"}).whatif

    return await show(request, "whatif.html", read)


def _already(desk: Desk, one: Scored) -> Iterator[tuple[str, int]]:
    labels = labels_of(one.model)
    explained = explain_lead(desk.conn, desk.ruleset, one.lead, one.event.at)
    for line in (line for change in explained.changes for line in change.lines):
        if (line.seq, line.model) == (one.event.seq, one.model.id) and line.points and line.at == one.event.at:
            yield labels.get(line.rule, line.rule), line.points


@require("marketer")
async def save_score(request: Request) -> Response:
    """`POST` of the same: the rule is written into the file, and everything is scored again."""
    fields = await fields_of(request)
    running, params = running_of(request), request.path_params

    def read() -> ScorePage:
        with running.reading() as (conn, ruleset):
            desk = Desk(conn, ruleset, {}, params, running)
            return read_score(desk, {name: value for name, value in fields.items() if name != "try"})

    try:
        page = await run_in_threadpool(read)
    except NotFound:
        return await show(request, "score_this.html", partial(read_score, fields=fields))
    if page.draft is None or page.draft.mistakes:
        return await show(request, "score_this.html", partial(read_score, fields=fields | {"try": ""}))
    here = f"/leads/{page.one.lead}?model={page.one.asked.model}"
    label, _ = page.one.asked.label, words(request).gettext
    try:
        await running.save_rules(
            await run_in_threadpool(read_checked, page.draft.text, running.settings.rules_file.name),
            request.state.user.email,
        )
    except Conflict as error:
        return back(request, {}, here, Done(error.said(_), is_bad=True))
    undo = Undo(f"/leads/{page.one.lead}/unscore", {"line": page.draft.line, "back": here})
    text = _("“%(label)s” counts from now on, and for all that has happened: scores are being made anew.")
    return back(request, {}, here, Done(text % {"label": label}, undo))


@require("marketer")
async def take_back(request: Request) -> Response:
    """`POST /leads/{id}/unscore`: the line that was added goes out of the file, if it still stands there as it was."""
    fields, running, _ = await fields_of(request), running_of(request), words(request).gettext
    here = f"/leads/{request.path_params['id']}"
    try:
        file = await run_in_threadpool(load_rules, running.settings.rules_file)
        shorter = without_line(file.text, fields.get("line", ""))
        checked = await run_in_threadpool(read_checked, shorter, running.settings.rules_file.name)
        await running.save_rules(checked, request.state.user.email)
    except (Conflict, InvalidRules) as error:
        return back(request, fields, here, Done(error.said(_), is_bad=True))
    return back(request, fields, here, Done(_("The rule is gone again; scores are being made anew.")))


def without_line(text: str, line: str) -> str:
    """The text without that line; raises `Conflict` where it does not stand there just once."""
    lines = text.splitlines(keepends=True)
    places = [place for place, each in enumerate(lines) if line and each.strip() == line]
    if len(places) != 1:
        raise Conflict(N_("the rule has been changed since; change the rule file"))
    return "".join(each for place, each in enumerate(lines) if place != places[0])


ROUTES: Final = [
    Route("/leads/{id:int}/score/{event:int}", show_score, methods=["GET"]),
    Route("/leads/{id:int}/score/{event:int}/whatif", show_score_what_if, methods=["GET"]),
    Route("/leads/{id:int}/score/{event:int}", save_score, methods=["POST"]),
    Route("/leads/{id:int}/unscore", take_back, methods=["POST"]),
]
