"""What a form of the settings does: in one transaction with its line of the audit log, told on the next page."""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from ripeline.auth.invitations import THERE_ALREADY
from ripeline.auth.logins import now_ms
from ripeline.auth.staff import LAST_OWNER
from ripeline.errors import Conflict, InvalidRequest, InvalidSetting, NotFound
from ripeline.pages.desk import running_of
from ripeline.pages.doing import back, words
from ripeline.pages.said import Done
from ripeline.store.authors import Said
from ripeline.store.database import Connection

T = TypeVar("T")

#: What our own errors are to whoever filled in a form.
MISTAKES: Final = (Conflict, InvalidRequest, InvalidSetting, NotFound)


async def told(
    request: Request, work: Callable[[Connection, Said], T], done: Callable[[T], Done], here: str
) -> Response:
    """Do it as the person signed in, and back to the page `here`, which says what `done` makes of the result."""
    by = Said(request.state.user.email, now_ms())
    try:
        result = await running_of(request).write(lambda conn: work(conn, by))
    except MISTAKES as error:
        return back(request, {}, here, Done(problem(error, words(request)), is_bad=True))
    return back(request, {}, here, done(result))


def problem(error: Exception, catalog: NullTranslations) -> str:
    """Why nothing was changed, in the reader's words."""
    gettext = catalog.gettext
    known = {
        LAST_OWNER: gettext("Nothing changed: this is the last owner. Make somebody else an owner first."),
        THERE_ALREADY: gettext("Nothing changed: this person is there already."),
    }
    if isinstance(error, InvalidSetting) and error.name == "EMAIL":
        return gettext("This is not an e-mail address; it should look like ada@example.com.")
    if isinstance(error, InvalidSetting) and error.name == "NAME":
        return gettext("Nothing changed: there is a token of that name already.")
    if isinstance(error, InvalidRequest) and error.field == "scope":
        return gettext("Tick what it may do.")
    if isinstance(error, InvalidRequest) and error.field == "name":
        return gettext("Nothing changed: it needs a name.")
    return known.get(str(error), gettext("Nothing changed: by now things are different here."))
