"""Points by hand, what is known of a lead, and a browser that is somebody else's; each with a way back."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import NotFound
from ripeline.fold.merging import detach, take_back_detach
from ripeline.fold.saying import Points, give_points, take_back, tell_attributes
from ripeline.pages.desk import running_of
from ripeline.pages.lead_do import FIELDS, fields_of
from ripeline.pages.lead_forms import Form, form_of, number_of
from ripeline.pages.said import Done
from ripeline.store.reading_lead import lead_detail

_MOST_POINTS: Final = 1_000
_LONGEST: Final = 200


@require("sales")
async def give(request: Request) -> Response:
    """Points by hand with their reason: a line of the ledger."""
    form = await form_of(request)
    points, reason = number_of(form.fields.get("points", "")), form.fields.get("reason", "")
    wrong = form.gettext("Give between −1,000 and 1,000 points, not 0, and say why.")
    if points is None or not 0 < abs(points) <= _MOST_POINTS:
        return form.back(form.bad(wrong))
    deed = partial(give_points, key=form.lead, given=Points(points, reason, form.model))

    def done(event: str) -> Done:
        return Done(form.gettext("The points are given."), form.undo("/said/undo", event=event))

    return await _said(form, await form.do(deed, done, wrong))


@require("sales")
async def correct(request: Request) -> Response:
    """What is so from now on; only what was changed is said, and nothing but these fields can be."""
    form = await form_of(request)
    told = _changed(form)
    if not told:
        return form.back(form.bad(form.gettext("Nothing was changed: a field left empty stays as it is.")))
    too_long = form.gettext("Nothing was changed: 200 characters are enough for each field.")
    if any(len(value) > _LONGEST for value in told.values()):
        return form.back(form.bad(too_long))

    def done(event: str) -> Done:
        return Done(form.gettext("What is known is corrected."), form.undo("/said/undo", event=event))

    deed = partial(tell_attributes, key=form.lead, attributes=dict(told))
    return await _said(form, await form.do(deed, done, form.gettext("Nothing was changed: the lead is gone.")))


def _changed(form: Form) -> dict[str, str]:
    with running_of(form.request).reading() as (conn, ruleset):
        try:
            now = {field.name: field.value for field in fields_of(lead_detail(conn, ruleset, form.lead))}
        except NotFound:
            now = {}
    asked = {name: form.fields.get(name, "") for name in FIELDS}
    return {name: value for name, value in asked.items() if value and value != now.get(name)}


@require("sales")
async def take_back_said(request: Request) -> Response:
    """Points or a correction were a slip."""
    form = await form_of(request)
    deed = partial(take_back, key=form.lead, id=form.fields.get("event", ""))
    done = Done(form.gettext("It is as if it had never been said."))
    return await _said(form, await form.do(deed, lambda _: done, form.gettext("There is nothing to take back.")))


async def _said(form: Form, done: Done) -> Response:
    """The page shows the score with it."""
    await running_of(form.request).settled()
    return form.back(done)


@require("sales")
async def take_out(request: Request) -> Response:
    """A browser is not this person's."""
    form = await form_of(request)
    visitor = form.fields.get("visitor", "")
    await running_of(request).settled()
    done = Done(
        form.gettext("That browser is a lead of its own now; this one reads as if it had never been here."),
        form.undo("/attach", visitor=visitor),
    )
    refused = form.gettext("That browser cannot be taken out: it is not this lead’s, or all there is of it.")
    return form.back(await form.do(partial(detach, key=form.lead, visitor=visitor), lambda _: done, refused))


@require("sales")
async def take_in(request: Request) -> Response:
    """A browser is this person's after all."""
    form = await form_of(request)
    await running_of(request).settled()
    done = Done(form.gettext("That browser is this lead’s again."))
    deed = partial(take_back_detach, key=form.lead, visitor=form.fields.get("visitor", ""))
    return form.back(await form.do(deed, lambda _: done, form.gettext("That browser is somebody else’s by now.")))


ROUTES: Final = [
    Route("/leads/{id:int}/points", give, methods=["POST"]),
    Route("/leads/{id:int}/known", correct, methods=["POST"]),
    Route("/leads/{id:int}/said/undo", take_back_said, methods=["POST"]),
    Route("/leads/{id:int}/detach", take_out, methods=["POST"]),
    Route("/leads/{id:int}/attach", take_in, methods=["POST"]),
]
