"""Who a lead is: put together with another and taken apart again, or erased for good."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.domain.whole_numbers import whole_number
from ripeline.errors import NotFound
from ripeline.fold.erasing import erase_lead
from ripeline.fold.merging import merge, undo_merge
from ripeline.pages.desk import running_of, shown
from ripeline.pages.lead_do import name_typed
from ripeline.pages.lead_forms import Form, form_of
from ripeline.pages.lead_merge import read_merge
from ripeline.pages.said import Done
from ripeline.store.reading_lead import lead_detail
from ripeline.templating.languages import locale_of
from ripeline.templating.numbers import write_count

show_merge: Final = shown("sales", "lead_merge.html", read_merge)


@require("sales")
async def put_together(request: Request) -> Response:
    """The other lead is this person too."""
    form = await form_of(request)
    other = _other(form)
    await running_of(request).settled()
    done = Done(form.gettext("The two are one lead now."), form.undo("/part", other=str(other)))
    refused = form.gettext("The two could not be put together: they are one already, or one is gone.")
    return form.back(await form.do(partial(merge, key=form.lead, other=other), lambda _: done, refused))


@require("sales")
async def take_apart(request: Request) -> Response:
    """The other lead is somebody else after all."""
    form = await form_of(request)
    other = _other(form)
    await running_of(request).settled()
    done = Done(form.gettext("They are two leads again."), form.undo("/merge", other=str(other)))
    refused = form.gettext("They cannot be taken apart: nothing is left of one of the two, or it was done already.")
    return form.back(await form.do(partial(undo_merge, key=form.lead, other=other), lambda _: done, refused))


def _other(form: Form) -> int:
    return whole_number(form.fields.get("other", "")) or 0


@require("owner")
async def erase(request: Request) -> Response:
    """For good: asked for by typing whom, since nothing brings it back."""
    form = await form_of(request)
    # What is folded already is whose it says; what is not could belong to somebody else.
    await running_of(request).settled()
    name = _name(form)
    if name is None:
        return form.back(form.bad(form.gettext("There is nobody to erase: somebody was quicker.")))
    if form.fields.get("name", "").casefold() != name.casefold():
        return form.back(form.bad(form.gettext("Nobody was erased: type “%(name)s” to be sure.") % {"name": name}))
    locale = locale_of(request)

    def done(events: int) -> Done:
        text = form.gettext("Erased for good: %(name)s, with everything that was known (events: %(count)s).")
        return Done(text % {"name": name, "count": write_count(events, locale)})

    said = await form.do(partial(erase_lead, key=form.lead), done, form.gettext("There is nobody to erase."))
    await running_of(request).erase_unused()
    form.fields["back"] = "/leads"
    return form.back(said)


def _name(form: Form) -> str | None:
    """What is to be typed; None: there is nobody."""
    with running_of(form.request).reading() as (conn, ruleset):
        try:
            return name_typed(lead_detail(conn, ruleset, form.lead))
        except NotFound:
            return None


ROUTES: Final = [
    Route("/leads/{id:int}/merge", show_merge, methods=["GET"]),
    Route("/leads/{id:int}/merge", put_together, methods=["POST"]),
    Route("/leads/{id:int}/part", take_apart, methods=["POST"]),
    Route("/leads/{id:int}/erase", erase, methods=["POST"]),
]
