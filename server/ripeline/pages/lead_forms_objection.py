"""On the Lead page: that a person objects to being scored, or objects no longer; each with a way back."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.fold.objecting import LONGEST_NOTE, note_objection
from ripeline.pages.desk import running_of
from ripeline.pages.lead_forms import form_of
from ripeline.pages.said import Done


@require("sales")
async def object_(request: Request) -> Response:
    """Who hears it on the telephone can note it at once."""
    form = await form_of(request)
    stands, note = form.fields.get("objects", "") != "no", form.fields.get("note", "")
    if len(note) > LONGEST_NOTE:
        return form.back(form.bad(form.gettext("It was not noted: 500 characters are enough.")))
    # What is not folded yet could say it already.
    await running_of(request).settled()
    text = form.gettext("Noted: nothing is scored of this person any more.")
    text = text if stands else form.gettext("Noted: all this person did counts again.")

    def done(event: str) -> Done:
        return Done(text, form.undo("/said/undo", event=event))

    deed = partial(note_objection, key=form.lead, stands=stands, note=note)
    said = await form.do(deed, done, form.gettext("It is noted already."))
    await running_of(request).settled()
    return form.back(said)


ROUTES: Final = [Route("/leads/{id:int}/objection", object_, methods=["POST"])]
