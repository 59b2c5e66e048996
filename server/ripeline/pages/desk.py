"""What a page is read from, and how it is shown: one read-only connection, one template, in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ripeline.auth.guard import Endpoint, require
from ripeline.errors import InvalidRequest, NotFound
from ripeline.pages.said import forget, last_done
from ripeline.rules.model import Ruleset
from ripeline.running import Running
from ripeline.store.database import Connection
from ripeline.store.people import remember_locale
from ripeline.templating import Locale, asked_locale, locale_of, remember_wish, render


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a page may read: the store, the rules in force, the query and path it was asked with, and by whom."""

    conn: Connection
    ruleset: Ruleset
    query: Mapping[str, str]
    params: Mapping[str, Any]
    running: Running
    role: str = ""
    locale: Locale = "en"
    user: int = 0


def running_of(request: Request) -> Running:
    """The server this request came to."""
    return cast(Running, request.app.state.running)


async def show(request: Request, template: str, read: Callable[[Desk], object]) -> Response:
    """Read a page's facts and draw them as `page`; 404 when they are about nobody, 204 when there are none (None)."""
    answer = await run_in_threadpool(_draw, request, template, read)
    remember_wish(request, answer.set_cookie)
    if wish := asked_locale(request):
        await _remember(request, wish)
    return answer


def shown(role: str, template: str, read: Callable[[Desk], object]) -> Endpoint:
    """The endpoint of a page that only shows: `show`, for people of that role."""

    @require(role)
    async def endpoint(request: Request) -> Response:
        return await show(request, template, read)

    return endpoint


def _draw(request: Request, template: str, read: Callable[[Desk], object]) -> Response:
    running = running_of(request)
    common: dict[str, object] = {"now": int(time.time() * 1000), "said": last_done(request), "held": running.held()}
    try:
        with running.reading() as (conn, ruleset):
            common["zone"] = ruleset.timezone
            user, locale = request.state.user, locale_of(request)
            asked = request.query_params, request.path_params
            page = read(Desk(conn, ruleset, *asked, running, user.role, locale, user.id))
    except NotFound:
        return _draw_nothing(request, common)
    except InvalidRequest:
        # An address with an old model, band or cursor in it: begin the list again.
        return RedirectResponse(request.url.path, 303)
    if page is None:
        return Response(status_code=204)
    answer = HTMLResponse(render(request, template, page=page, **common))
    forget(request, answer)
    return answer


def _draw_nothing(request: Request, common: dict[str, object]) -> Response:
    template = "nobody.html" if request.url.path.startswith("/leads/") else "nowhere.html"
    answer = HTMLResponse(render(request, template, why="", **common), 404)
    forget(request, answer)
    return answer


async def _remember(request: Request, wish: Locale) -> None:
    """The language switch holds wherever this person signs in."""
    user = request.state.user
    if user.locale != wish:
        await running_of(request).write(lambda conn: remember_locale(conn, user.id, wish))
