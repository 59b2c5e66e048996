"""People: who may sign in and as what, and the links that let somebody in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth import staff
from ripeline.auth.guard import ROLES, require
from ripeline.auth.invitations import address_of, invite, offer_reset, withdraw
from ripeline.auth.logins import now_ms
from ripeline.pages.desk import Desk, shown
from ripeline.pages.doing import fields_of, words
from ripeline.pages.said import Done, Undo
from ripeline.pages.settings_deeds import told
from ripeline.store.invitations import Invitation, open_invitations
from ripeline.store.people import User
from ripeline.store.staff import Person, all_people

HERE: Final = "/settings/people"


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that lets somebody in, and its address."""

    link: Invitation
    address: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Everybody, the links that are open, the roles there are (each may do what those before it may)."""

    people: tuple[Person, ...]
    links: tuple[OpenLink, ...]
    roles: tuple[str, ...]


def read_people(desk: Desk) -> PeoplePage:
    """Who there is, and who is awaited."""
    links = open_invitations(desk.conn, now_ms())
    return PeoplePage(
        all_people(desk.conn), tuple(OpenLink(link, address_of(desk.running, link)) for link in links), ROLES
    )


show_people: Final = shown("owner", "people.html", read_people)


@require("owner")
async def invite_person(request: Request) -> Response:
    """A link for one person and one role; the page shows it."""
    fields = await fields_of(request)
    work = partial(invite, email=fields.get("email", ""), role=fields.get("role", ""))

    def done(link: Invitation) -> Done:
        said = words(request).gettext("The link for %(email)s is below: send it to them.") % {"email": link.email}
        return Done(said, Undo(f"{HERE}/links/{link.id}/withdraw"))

    return await told(request, work, done, HERE)


@require("owner")
async def withdraw_link(request: Request) -> Response:
    gettext = words(request).gettext
    return await told(
        request,
        partial(withdraw, id=request.path_params["id"]),
        lambda link: Done(gettext("The link for %(email)s opens nothing any more.") % {"email": link.email}),
        HERE,
    )


@require("owner")
async def change_role(request: Request) -> Response:
    fields = await fields_of(request)
    id, role = request.path_params["id"], fields.get("role", "")
    gettext = words(request).gettext

    def done(before: User) -> Done:
        said = gettext("The role of %(who)s is changed.") % {"who": _called(before)}
        return Done(said, Undo(f"{HERE}/{id}/role", {"role": before.role}))

    return await told(request, partial(staff.change_role, id=id, role=role), done, HERE)


@require("owner")
async def disable_person(request: Request) -> Response:
    id, gettext = request.path_params["id"], words(request).gettext

    def done(user: User) -> Done:
        said = gettext("%(who)s is signed out everywhere and cannot sign in any more.") % {"who": _called(user)}
        return Done(said, Undo(f"{HERE}/{id}/enable"))

    return await told(request, partial(staff.disable, id=id), done, HERE)


@require("owner")
async def enable_person(request: Request) -> Response:
    id, gettext = request.path_params["id"], words(request).gettext

    def done(user: User) -> Done:
        return Done(gettext("%(who)s may sign in again.") % {"who": _called(user)}, Undo(f"{HERE}/{id}/disable"))

    return await told(request, partial(staff.enable, id=id), done, HERE)


@require("owner")
async def remove_person(request: Request) -> Response:
    gettext = words(request).gettext
    return await told(
        request,
        partial(staff.remove, id=request.path_params["id"]),
        lambda user: Done(gettext("%(who)s is removed; what they did stays written down.") % {"who": _called(user)}),
        HERE,
    )


@require("owner")
async def offer_password(request: Request) -> Response:
    """A link by which somebody chooses a new password."""
    gettext = words(request).gettext

    def done(link: Invitation) -> Done:
        said = gettext("The link for %(email)s is below: send it to them.") % {"email": link.email}
        return Done(said, Undo(f"{HERE}/links/{link.id}/withdraw"))

    return await told(request, partial(offer_reset, id=request.path_params["id"]), done, HERE)


def _called(user: User) -> str:
    return user.name or user.email


ROUTES: Final = [
    Route(HERE, show_people, methods=["GET"]),
    Route(f"{HERE}/invite", invite_person, methods=["POST"]),
    Route(f"{HERE}/links/{{id:int}}/withdraw", withdraw_link, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/role", change_role, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/disable", disable_person, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/enable", enable_person, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/remove", remove_person, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/password", offer_password, methods=["POST"]),
]
