"""What is done to the rules on the pages, a step at a time: each changes the person's draft and nothing else."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.domain.points import to_thousandths
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.rule_changing import HOME, change, refused
from ripeline.pages.said import Done
from ripeline.pages.unscored import rule_about
from ripeline.rules.adding import with_rule
from ripeline.rules.edges import with_edge
from ripeline.rules.editing import with_points
from ripeline.rules.expectations import with_ends
from ripeline.rules.from_events import NewRule, free_id
from ripeline.rules.reading import read_rules
from ripeline.rules.retyping import retyped
from ripeline.scoring.scenarios import run_scenarios
from ripeline.store.rule_drafts import drop_rule_draft, undo_rule_draft
from ripeline.store.rule_versions import text_of_rules

#: A rule file is a few kilobytes; one a thousand times that is none.
LARGEST: Final = 1024 * 1024
#: What a form writes as three characters is one byte of the text.
_LARGEST_FORM: Final = 3 * LARGEST + 1024
_MOST_POINTS: Final = 100_000


@require("marketer")
async def step_points(request: Request) -> Response:
    """A − or a + beside a number: `points` is what the rule is to be worth."""
    fields = await fields_of(request)
    points = _points(fields.get("points", ""))
    if points is None:
        return _no_points(request, fields)
    edit = partial(with_points, model=fields.get("model", ""), rule=fields.get("rule", ""), points=points)
    return await change(request, fields, edit)


@require("marketer")
async def step_band(request: Request) -> Response:
    """The same beside a band: `points` is where it is to begin."""
    fields = await fields_of(request)
    enter = _points(fields.get("points", ""))
    if enter is None:
        return _no_points(request, fields)
    edit = partial(with_edge, model=fields.get("model", ""), band=fields.get("band", ""), enter=enter)
    return await change(request, fields, edit)


@require("marketer")
async def add_rule(request: Request) -> Response:
    """A rule for something that was seen and is worth nothing so far."""
    fields = await fields_of(request)
    points = _points(fields.get("points", ""))
    if not points or not fields.get("item"):
        return _no_points(request, fields)
    new = rule_about(fields.get("on", ""), fields["item"], points)
    return await change(request, fields, partial(_with_new_rule, model=fields.get("model", ""), new=new))


@require("marketer")
async def take_ends(request: Request) -> Response:
    """The scenarios expect from now on what they end with."""

    def edit(text: str) -> str:
        results = run_scenarios(read_rules(text))
        return with_ends(text, {place: result for place, result in enumerate(results) if not result.passed})

    return await change(request, await fields_of(request), edit)


@require("marketer")
async def write_text(request: Request) -> Response:
    """The whole text, as the editor has it; kept even when it has mistakes."""
    too_long = words(request).gettext("That is too long for a rule file: 1 MB at most. Nothing was changed.")
    try:
        form = await request.form(max_files=0, max_fields=5, max_part_size=_LARGEST_FORM)
    except HTTPException:
        return refused(request, {}, too_long)
    text = str(form.get("text", ""))
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        return refused(request, {}, too_long)
    return await change(request, {"back": str(form.get("back", ""))}, lambda before: retyped(before, text))


@require("marketer")
async def restore_version(request: Request) -> Response:
    """Begin from the text of an earlier version."""
    fields, _ = await fields_of(request), words(request).gettext
    with running_of(request).database.read() as conn:
        text = text_of_rules(conn, fields.get("hash", "")[:64])
    if text is None:
        return refused(request, fields, _("That version is not known any more."))
    return await change(request, fields, lambda _: text)


@require("marketer")
async def undo_step(request: Request) -> Response:
    """Take the last step back."""
    fields, user = await fields_of(request), request.state.user.id
    await running_of(request).write(lambda conn: undo_rule_draft(conn, user))
    return back(request, fields, HOME)


@require("marketer")
async def discard(request: Request) -> Response:
    """Throw the draft away."""
    fields, user = await fields_of(request), request.state.user.id
    await running_of(request).write(lambda conn: drop_rule_draft(conn, user))
    running_of(request).visiting.forget(user)
    said = words(request).gettext("Your changes were thrown away; the rules stay.")
    return back(request, fields, HOME, Done(said))


def _points(text: str) -> int | None:
    """Thousandths, None for what is no number of points."""
    try:
        points = to_thousandths(float(text.replace(",", ".").replace("\u2212", "-")))
    except (ValueError, OverflowError):
        return None
    return points if abs(points) <= _MOST_POINTS * 1000 else None


def _no_points(request: Request, fields: dict[str, str]) -> Response:
    return refused(request, fields, words(request).gettext("Points are a number, like 5 or 2.5."))


def _with_new_rule(text: str, model: str, new: NewRule) -> str:
    taken = {rule.id for each in read_rules(text).models for rule in each.rules}
    id = free_id(new.label, taken)
    return with_rule(text, model, id, new.line(id))


ROUTES: Final = [
    Route(f"{HOME}/points", step_points, methods=["POST"]),
    Route(f"{HOME}/band", step_band, methods=["POST"]),
    Route(f"{HOME}/add", add_rule, methods=["POST"]),
    Route(f"{HOME}/ends", take_ends, methods=["POST"]),
    Route(f"{HOME}/text", write_text, methods=["POST"]),
    Route(f"{HOME}/restore", restore_version, methods=["POST"]),
    Route(f"{HOME}/undo", undo_step, methods=["POST"]),
    Route(f"{HOME}/discard", discard, methods=["POST"]),
]
