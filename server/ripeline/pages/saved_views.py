"""Views of the list of leads under a name: kept, called otherwise, deleted, brought back; a view is an address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import Conflict, NotFound
from ripeline.fold.folder import now_ms
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.leads_asked import asked_in
from ripeline.pages.said import Done, Undo
from ripeline.store.database import Connection
from ripeline.store.saved_views import (
    SavedView,
    bring_back_view,
    drop_view,
    keep_view,
    name_view,
    view_of,
)

_LONGEST_NAME: Final = 60


@require("sales")
async def keep_it(request: Request) -> Response:
    """Fields: `name`, `query`, `shared` (anything: everybody sees it)."""
    fields, said, user = await fields_of(request), words(request), request.state.user
    asked = asked_in(fields.get("query", ""))
    name = _name(fields.get("name", ""))
    if not name:
        return back(request, {}, asked.address(), Done(said.gettext("A view needs a name."), is_bad=True))
    view = SavedView(0, name, asked.query(), bool(fields.get("shared")))
    keep = partial(keep_view, view=view, person=user.id, author=user.email, now=now_ms())
    try:
        id = await running_of(request).write(keep)
    except Conflict:
        return back(request, {}, asked.address(), _taken(request))
    done = Done(said.gettext("“%(name)s” is kept.") % {"name": name}, Undo(f"/leads/views/{id}/drop"))
    return back(request, {}, asked.address(), done)


@require("sales")
async def name_it(request: Request) -> Response:
    """Field: `name`."""
    fields, said = await fields_of(request), words(request)
    view = await _view(request)
    name = _name(fields.get("name", ""))
    if view is None or not name or name == view.name:
        return back(request, {}, "/leads" if view is None else _address(view))
    undo = Undo(f"/leads/views/{view.id}/name", {"name": view.name})
    done = Done(said.gettext("The view is called “%(name)s” now.") % {"name": name}, undo)
    return await _done(request, view, partial(name_view, id=view.id, name=name), done)


@require("sales")
async def drop_it(request: Request) -> Response:
    """No fields."""
    view = await _view(request)
    if view is None:
        return back(request, {}, "/leads")
    text = words(request).gettext("“%(name)s” is deleted.") % {"name": view.name}
    done = Done(text, Undo(f"/leads/views/{view.id}/restore"))
    return await _done(request, view, partial(drop_view, id=view.id, now=now_ms()), done)


@require("sales")
async def bring_it_back(request: Request) -> Response:
    """No fields."""
    view = await _view(request)
    if view is None:
        return back(request, {}, "/leads")
    text = words(request).gettext("“%(name)s” is there again.") % {"name": view.name}
    return await _done(request, view, partial(bring_back_view, id=view.id), Done(text))


async def _view(request: Request) -> SavedView | None:
    """The view of the path, None where this person has none."""
    id: int = request.path_params["id"]

    def read() -> SavedView:
        with running_of(request).reading() as (conn, _):
            return view_of(conn, request.state.user.id, id)

    try:
        return await run_in_threadpool(read)
    except NotFound:
        return None


async def _done(request: Request, view: SavedView, work: Callable[[Connection], None], done: Done) -> Response:
    try:
        await running_of(request).write(work)
    except Conflict:
        done = _taken(request)
    return back(request, {}, _address(view), done)


def _taken(request: Request) -> Done:
    text = words(request).gettext("There is a view of that name already, or there are very many.")
    return Done(text, is_bad=True)


def _name(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_NAME]


def _address(view: SavedView) -> str:
    return asked_in(view.query).address()


ROUTES: Final = [
    Route("/leads/views", keep_it, methods=["POST"]),
    Route("/leads/views/{id:int}/name", name_it, methods=["POST"]),
    Route("/leads/views/{id:int}/drop", drop_it, methods=["POST"]),
    Route("/leads/views/{id:int}/restore", bring_it_back, methods=["POST"]),
]
