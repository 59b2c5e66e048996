"""Notes on the Lead page: written, changed, removed, each with a way back."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.fold.noting import change_note, remove_note, restore_note, unchange_note, write_note
from ripeline.pages.lead_forms import Form, form_of, row_id
from ripeline.pages.said import Done


@require("sales")
async def write(request: Request) -> Response:
    form = await form_of(request)
    deed = partial(write_note, key=form.lead, kind=form.fields.get("kind", "note"), text=form.fields.get("text", ""))

    def done(id: int) -> Done:
        return Done(form.gettext("The note is kept."), form.undo(f"/notes/{id}/remove"))

    return form.back(await form.do(deed, done, form.gettext("Write something, in at most 5,000 characters.")))


@require("sales")
async def change(request: Request) -> Response:
    form, note = await form_of(request), row_id(request, "note")
    done = Done(form.gettext("The note is changed."), form.undo(f"/notes/{note}/unchange"))
    deed = partial(change_note, note=note, text=form.fields.get("text", ""))
    refused = form.gettext("The note was not changed: write at most 5,000 characters, and only in your own notes.")
    return form.back(await form.do(deed, lambda _: done, refused))


@require("sales")
async def unchange(request: Request) -> Response:
    form, note = await form_of(request), row_id(request, "note")
    done = Done(form.gettext("The note says again what it said before."))
    refused = form.gettext("What the note said before is no longer kept.")
    return form.back(await form.do(partial(unchange_note, note=note), lambda _: done, refused))


@require("sales")
async def remove(request: Request) -> Response:
    form, note = await form_of(request), row_id(request, "note")
    done = Done(form.gettext("The note is deleted."), form.undo(f"/notes/{note}/restore"))
    return form.back(await form.do(partial(remove_note, note=note), lambda _: done, _not_yours(form)))


@require("sales")
async def restore(request: Request) -> Response:
    form, note = await form_of(request), row_id(request, "note")
    done = Done(form.gettext("The note is back."))
    return form.back(await form.do(partial(restore_note, note=note), lambda _: done, _not_yours(form)))


def _not_yours(form: Form) -> str:
    return form.gettext("That note is gone, or somebody else’s.")


ROUTES: Final = [
    Route("/leads/{id:int}/notes", write, methods=["POST"]),
    Route("/leads/{id:int}/notes/{note:int}", change, methods=["POST"]),
    Route("/leads/{id:int}/notes/{note:int}/unchange", unchange, methods=["POST"]),
    Route("/leads/{id:int}/notes/{note:int}/remove", remove, methods=["POST"]),
    Route("/leads/{id:int}/notes/{note:int}/restore", restore, methods=["POST"]),
]
