"""One's own account: name, language, password, and where one is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.delays import begin_try, forgive, keys_of
from ripeline.auth.devices import device_of
from ripeline.auth.forms import small_form
from ripeline.auth.guard import require
from ripeline.auth.let_in import LONGEST_NAME
from ripeline.auth.logins import login_key, now_ms, sign_in
from ripeline.auth.passwords import MAXIMUM_LENGTH, check_room, hash_password_aside, is_password_aside
from ripeline.auth.people import check_password
from ripeline.auth.secrets import hash_of
from ripeline.errors import InvalidSetting
from ripeline.pages.desk import Desk, running_of, show
from ripeline.pages.doing import back, fields_of, words
from ripeline.pages.said import Done
from ripeline.pages.settings_deeds import told
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.invitations import drop_links_of
from ripeline.store.people import User, change_password
from ripeline.store.staff import describe_user, end_logins, logins_of
from ripeline.templating.languages import LOCALES, known_locale

HERE: Final = "/account"


@dataclass(frozen=True, slots=True)
class Device:
    """A browser somebody is signed in with; `name` "" when it does not say what it is; times in ms."""

    name: str
    since: int
    seen_at: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Where this person is signed in, the languages there are (code, own name), and theirs."""

    devices: tuple[Device, ...]
    languages: tuple[tuple[str, str], ...]
    language: str


def read_account(desk: Desk, user: User, here: str) -> AccountPage:
    """`here`: the hash of this browser's login."""
    devices = tuple(
        Device(device_of(each.agent), each.created_at, each.seen_at, each.token_hash == here)
        for each in logins_of(desk.conn, user.id, now_ms())
    )
    return AccountPage(devices, tuple(LOCALES.items()), desk.locale)


@require("sales")
async def show_account(request: Request) -> Response:
    here = hash_of(login_key(request))
    return await show(request, "account.html", partial(read_account, user=request.state.user, here=here))


@require("sales")
async def change_account(request: Request) -> Response:
    """Name and language."""
    fields, user = await fields_of(request), request.state.user
    name = " ".join(fields.get("name", "").split())[:LONGEST_NAME]
    locale = known_locale(fields.get("locale")) or user.locale
    await running_of(request).write(lambda conn: describe_user(conn, user.id, name, locale))
    # The next page speaks the new language already, and so does what it says.
    request.state.user = User(user.id, user.email, name, user.role, locale, None, None)
    return back(request, {}, HERE, Done(words(request).gettext("Saved.")))


@require("sales")
async def change_own_password(request: Request) -> Response:
    """A new password for whoever knows the one of before; every other login ends."""
    # Not by `fields_of`: spaces at the ends are part of a password.
    form, user, gettext = await small_form(request), request.state.user, words(request).gettext
    new = str(form.get("password", ""))
    try:
        check_password(new)
    except InvalidSetting:
        said = gettext("This password is too short: it needs at least ten characters.")
        return back(request, {}, HERE, Done(said, is_bad=True))
    if problem := await _check_old(request, str(form.get("old", "")), user):
        return back(request, {}, HERE, Done(problem, is_bad=True))
    password_hash = await hash_password_aside(new)
    by = Said(user.email, now_ms())
    await running_of(request).write(lambda conn: _change(conn, by, user.id, password_hash))
    done = Done(gettext("Your password is changed; you are signed out on every other device."))
    answer = back(request, {}, HERE, done)
    await sign_in(request, user.id, answer)
    return answer


@require("sales")
async def sign_out_elsewhere(request: Request) -> Response:
    user, here, gettext = request.state.user, hash_of(login_key(request)), words(request).gettext

    def end(conn: Connection, by: Said) -> int:
        add_audit(conn, by, "signed_out_everywhere")
        return end_logins(conn, user.id, but=here)

    return await told(request, end, lambda _: Done(gettext("You are signed out on every other device.")), HERE)


async def _check_old(request: Request, old: str, user: User) -> str:
    """Why the password of before is not believed, "" when it is: who found an open browser guesses slowly, too."""
    running, say = running_of(request), words(request)
    # Counted by themselves: what strangers try on the sign-in page keeps nobody from a new password.
    keys = keys_of(user.email, "", f"account {user.id}")
    check_room()
    if wait := await running.write(partial(begin_try, keys=keys, now=now_ms())):
        said = say.ngettext(
            "Too many attempts. Try again in %(seconds)d second.",
            "Too many attempts. Try again in %(seconds)d seconds.",
            wait,
        )
        return said % {"seconds": wait}
    if not await is_password_aside(old[: MAXIMUM_LENGTH + 1], user.password_hash):
        return say.gettext("Nothing changed: the password of before is another one.")
    await running.write(partial(forgive, keys=keys))
    return ""


def _change(conn: Connection, by: Said, id: int, password_hash: str) -> None:
    change_password(conn, id, password_hash)
    # A link to another password must not outlive the one just chosen.
    drop_links_of(conn, by.author)
    add_audit(conn, by, "password_changed")


ROUTES: Final = [
    Route(HERE, show_account, methods=["GET"]),
    Route(HERE, change_account, methods=["POST"]),
    Route(f"{HERE}/password", change_own_password, methods=["POST"]),
    Route(f"{HERE}/elsewhere", sign_out_elsewhere, methods=["POST"]),
]
