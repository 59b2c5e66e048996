"""What is done to the rules on the pages: each step changes a person's draft, saving puts it in force."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.domain.points import to_thousandths
from ripeline.errors import InvalidRules, NotFound, RipelineError
from ripeline.fold.rule_file import read_checked
from ripeline.fold.selling import accept
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, do, fields_of, words
from ripeline.pages.said import Done, Undo
from ripeline.pages.unscored import rule_about
from ripeline.rules.adding import with_rule
from ripeline.rules.edges import with_edge
from ripeline.rules.editing import with_points
from ripeline.rules.expectations import with_ends
from ripeline.rules.from_events import NewRule, free_id
from ripeline.rules.reading import read_rules
from ripeline.scoring.scenarios import run_scenarios
from ripeline.store.proposals import list_proposals
from ripeline.store.rule_drafts import drop_rule_draft, keep_rule_draft, rule_draft_of, undo_rule_draft
from ripeline.store.rule_versions import text_of_rules

HOME: Final = "/tuning/rules"
#: A rule file is a few kilobytes; one a thousand times that is none.
_LARGEST: Final = 1024 * 1024
_MOST_PROPOSALS: Final = 500
_MOST_POINTS: Final = 100_000


@require("marketer")
async def step_points(request: Request) -> Response:
    """A − or a + beside a number: `points` is what the rule is to be worth."""
    fields = await fields_of(request)
    points = _points(fields.get("points", ""))
    if points is None:
        return _refused(request, words(request).gettext("Points are a number, like 5 or 2.5."))
    edit = partial(with_points, model=fields.get("model", ""), rule=fields.get("rule", ""), points=points)
    return await _change(request, edit)


@require("marketer")
async def step_band(request: Request) -> Response:
    """The same beside a band: `points` is where it is to begin."""
    fields = await fields_of(request)
    enter = _points(fields.get("points", ""))
    if enter is None:
        return _refused(request, words(request).gettext("Points are a number, like 5 or 2.5."))
    edit = partial(with_edge, model=fields.get("model", ""), band=fields.get("band", ""), enter=enter)
    return await _change(request, edit)


@require("marketer")
async def add_rule(request: Request) -> Response:
    """A rule for something that was seen and is worth nothing so far."""
    fields = await fields_of(request)
    points = _points(fields.get("points", ""))
    if points is None or not points or not fields.get("item"):
        return _refused(request, words(request).gettext("Points are a number, like 5 or 2.5."))
    new = rule_about(fields.get("on", ""), fields["item"], points)
    return await _change(request, partial(_with_new_rule, model=fields.get("model", ""), new=new))


@require("marketer")
async def take_ends(request: Request) -> Response:
    """The scenarios expect from now on what they end with."""

    def edit(text: str) -> str:
        results = run_scenarios(read_rules(text))
        return with_ends(text, {place: result for place, result in enumerate(results) if not result.passed})

    return await _change(request, edit)


@require("marketer")
async def write_text(request: Request) -> Response:
    """The whole text, as the editor has it; kept even when it has mistakes."""
    form = await request.form(max_files=0, max_fields=5, max_part_size=_LARGEST)
    text = str(form.get("text", "")).replace("\r\n", "\n")
    return await _change(request, lambda _: text.rstrip("\n") + "\n")


@require("marketer")
async def restore_version(request: Request) -> Response:
    """Begin from the text of an earlier version."""
    hash = (await fields_of(request)).get("hash", "")[:64]
    with running_of(request).database.read() as conn:
        text = text_of_rules(conn, hash)
    if text is None:
        return _refused(request, words(request).gettext("That version is not known any more."))
    return await _change(request, lambda _: text)


@require("marketer")
async def undo_step(request: Request) -> Response:
    """Take the last step back."""
    user = request.state.user.id
    await running_of(request).write(lambda conn: undo_rule_draft(conn, user))
    return back(request, {}, HOME)


@require("marketer")
async def discard(request: Request) -> Response:
    """Throw the draft away."""
    user = request.state.user.id
    await running_of(request).write(lambda conn: drop_rule_draft(conn, user))
    return back(request, {}, HOME, Done(words(request).gettext("Your changes were thrown away; the rules stay.")))


@require("marketer")
async def save(request: Request) -> Response:
    """Put the draft in force, if it is right."""
    running, user = running_of(request), request.state.user
    with running.database.read() as conn:
        draft = rule_draft_of(conn, user.id)
    if draft is None:
        return _refused(request, words(request).gettext("There is nothing to save."))
    try:
        ruleset = await run_in_threadpool(read_checked, draft.text, running.settings.rules_file.name)
        await running.save_rules(ruleset, user.email)
    except InvalidRules as error:
        return _refused(request, f"{words(request).gettext('This cannot be saved yet.')} {error}")
    except RipelineError as error:
        return _refused(request, str(error))
    await running.write(lambda conn: drop_rule_draft(conn, user.id))
    before = running.rules.ruleset.hash
    undo = Undo(f"{HOME}/restore", {"hash": before}) if before != ruleset.hash else None
    return back(request, {}, HOME, Done(words(request).gettext("Saved. All scores are being made anew."), undo))


def _points(text: str) -> int | None:
    """Thousandths, None for what is no number of points."""
    try:
        points = to_thousandths(float(text.replace(",", ".")))
    except (ValueError, OverflowError):
        return None
    return points if abs(points) <= _MOST_POINTS * 1000 else None


def _with_new_rule(text: str, model: str, new: NewRule) -> str:
    taken = {rule.id for each in read_rules(text).models for rule in each.rules}
    id = free_id(new.label, taken)
    return with_rule(text, model, id, new.line(id))


@require("marketer")
async def accept_proposals(request: Request) -> Response:
    """Hand over after all: one proposal, or all there are."""
    fields, running = await fields_of(request), running_of(request)
    with running.reading() as (conn, ruleset):
        open_ones = [each.id for each in list_proposals(conn, ruleset.hash, 0, _MOST_PROPOSALS)]
    asked = fields.get("proposal", "")
    chosen = open_ones if asked == "all" else [each for each in open_ones if str(each) == asked]
    told = 0
    for proposal in chosen:
        with suppress(RipelineError):
            await do(request, partial(accept, proposal=proposal))
            told += 1
    many = words(request).ngettext
    said = many("%(n)s lead is on the sales list now.", "%(n)s leads are on the sales list now.", told) % {"n": told}
    return back(request, fields, HOME, Done(said, is_bad=not told))


async def _change(request: Request, edit: Callable[[str], str]) -> Response:
    """Change the draft, begun from the rules in force when there is none."""
    running, user = running_of(request), request.state.user.id
    with running.reading() as (conn, ruleset):
        draft = rule_draft_of(conn, user)
    try:
        text = await run_in_threadpool(edit, draft.text if draft else ruleset.text)
    except (InvalidRules, NotFound) as error:
        return _refused(request, str(error))
    now = int(time.time() * 1000)
    base = draft.base_hash if draft else ruleset.hash
    await running.write(lambda conn: keep_rule_draft(conn, user, base, text, now))
    return back(request, {"back": str((await request.form()).get("back", ""))}, HOME)


def _refused(request: Request, text: str) -> Response:
    return back(request, {}, HOME, Done(text, is_bad=True))


ROUTES: Final = [
    Route(f"{HOME}/points", step_points, methods=["POST"]),
    Route(f"{HOME}/band", step_band, methods=["POST"]),
    Route(f"{HOME}/add", add_rule, methods=["POST"]),
    Route(f"{HOME}/ends", take_ends, methods=["POST"]),
    Route(f"{HOME}/proposals", accept_proposals, methods=["POST"]),
    Route(f"{HOME}/text", write_text, methods=["POST"]),
    Route(f"{HOME}/restore", restore_version, methods=["POST"]),
    Route(f"{HOME}/undo", undo_step, methods=["POST"]),
    Route(f"{HOME}/discard", discard, methods=["POST"]),
    Route(f"{HOME}/save", save, methods=["POST"]),
]
