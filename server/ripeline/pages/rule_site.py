"""A first rule file from our own site: the forms that have it read, and what is done with the draft."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.rule_changing import HOME, draft_kept, put, refused
from ripeline.running import Running
from ripeline.store.database import Connection
from ripeline.store.sites import own_origins
from ripeline.templating import locale_of
from ripeline.visiting import Wish

_MOST_SITES: Final = 20


def own_sites(running: Running, conn: Connection) -> tuple[str, ...]:
    """The sites that are ours, and may be read: those of the settings, those marked so, and the demo's shop."""
    mine = [*running.settings.origins, *sorted(own_origins(conn))]
    return tuple(dict.fromkeys(each for each in (running.shop, *mine) if each.startswith("http")))[:_MOST_SITES]


@require("marketer")
async def read_own_site(request: Request) -> Response:
    """Have a site of ours read; its draft takes the place of a draft only where that was agreed to (`instead`)."""
    fields, running, _ = await fields_of(request), running_of(request), words(request).gettext
    user, origin = request.state.user.id, fields.get("site", "")
    with running.database.read() as conn:
        known = own_sites(running, conn)
    if origin not in known:
        return refused(request, fields, _("That is no site of yours: say so on the Install page first."))
    agreed = draft_kept(running, user) if fields.get("instead") else None
    wish = Wish(
        origin,
        running.rules.latest.timezone,
        locale_of(request),
        private=running.settings.private_hooks or origin == running.shop,
    )
    # A draft that was begun, or gone on with, meanwhile stays: then the person is asked.
    if not running.visiting.begin(user, wish, partial(put, running, user, agreed)):
        return refused(request, fields, _("A site is being read for you already."))
    return back(request, fields, HOME)


@require("marketer")
async def take_site_draft(request: Request) -> Response:
    """The draft of the site that waits, in the place of the person's own; one step back brings that again."""
    fields, running, user = await fields_of(request), running_of(request), request.state.user.id
    visit = running.visiting.of(user)
    if visit is None or not visit.text:
        return refused(request, fields, words(request).gettext("That draft is not there any more: have it made again."))
    if await put(running, user, draft_kept(running, user), visit.text):
        running.visiting.forget(user)
    return back(request, fields, HOME)


@require("marketer")
async def leave_site_draft(request: Request) -> Response:
    """It was seen, or is not wanted."""
    running_of(request).visiting.forget(request.state.user.id)
    return back(request, await fields_of(request), HOME)


ROUTES: Final = [
    Route(f"{HOME}/site", read_own_site, methods=["POST"]),
    Route(f"{HOME}/site/take", take_site_draft, methods=["POST"]),
    Route(f"{HOME}/site/leave", leave_site_draft, methods=["POST"]),
]
