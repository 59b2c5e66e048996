"""The pages behind links that let somebody in: join as who was invited, choose another password."""

from __future__ import annotations

from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.forms import page, small_form, to
from ripeline.auth.guard import public
from ripeline.auth.house import house_of
from ripeline.auth.invitations import choose_password, join, read_link
from ripeline.auth.known_browsers import know_browser
from ripeline.auth.logins import now_ms, sign_in
from ripeline.auth.passwords import hash_password_aside
from ripeline.auth.people import check_password
from ripeline.errors import Conflict, InvalidSetting
from ripeline.store.invitations import Invitation, Purpose
from ripeline.templating.languages import known_locale

LONGEST_NAME: Final = 100


@public
async def show_invitation(request: Request) -> Response:
    return await _show(request, "invite")


@public
async def accept_invitation(request: Request) -> Response:
    """Make the person, with the role the owner chose, and sign them in."""
    form = await small_form(request)
    name = " ".join(str(form.get("name", "")).split())[:LONGEST_NAME]
    locale = known_locale(str(form.get("locale", ""))) or ""
    return await _use(request, "invite", str(form.get("password", "")), (name, locale))


@public
async def show_reset(request: Request) -> Response:
    return await _show(request, "reset")


@public
async def reset_password(request: Request) -> Response:
    """The new password, on all devices; this one is signed in."""
    form = await small_form(request)
    return await _use(request, "reset", str(form.get("password", "")), ("", ""))


async def _show(request: Request, purpose: Purpose) -> Response:
    link = await run_in_threadpool(_link, request, purpose)
    if link is None:
        return page(request, "invitation.html", 404, link=None, name="", problem="")
    return page(request, "invitation.html", 200, link=link, name="", problem="")


async def _use(request: Request, purpose: Purpose, password: str, named: tuple[str, str]) -> Response:
    link = await run_in_threadpool(_link, request, purpose)
    if link is None:
        return page(request, "invitation.html", 404, link=None, name="", problem="")
    try:
        check_password(password)
    except InvalidSetting:
        return page(request, "invitation.html", 422, link=link, name=named[0], problem="password")
    password_hash = await hash_password_aside(password)
    use = partial(join, named=named) if purpose == "invite" else choose_password
    try:
        user = await house_of(request).write(
            lambda conn: use(conn, link=link, password_hash=password_hash, now=now_ms())
        )
    except (Conflict, InvalidSetting):
        # Somebody else was faster with the same link, or `user add` was.
        return page(request, "invitation.html", 404, link=None, name="", problem="")
    answer = to("/ready")
    await sign_in(request, user, answer)
    know_browser(request, link.email, answer)
    return answer


def _link(request: Request, purpose: Purpose) -> Invitation | None:
    house = house_of(request)
    with house.database.read() as conn:
        return read_link(conn, house.secret, purpose, request.path_params["token"], now_ms())


ROUTES: Final = [
    Route("/invitation/{token}", show_invitation, methods=["GET"]),
    Route("/invitation/{token}", accept_invitation, methods=["POST"]),
    Route("/reset/{token}", show_reset, methods=["GET"]),
    Route("/reset/{token}", reset_password, methods=["POST"]),
]
