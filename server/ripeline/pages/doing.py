"""What a form on a page does: read within bounds, done, and back to the page with a word and a way to undo it."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ripeline.auth.forms import safe_next
from ripeline.fold.desk import Desk
from ripeline.fold.folder import now_ms
from ripeline.pages.desk import running_of
from ripeline.pages.said import Done, keep
from ripeline.store.audit import What, add_audit
from ripeline.store.authors import Said
from ripeline.templating.languages import catalog, locale_of

T = TypeVar("T")

_MOST_FIELDS: Final = 50
_LARGEST_FIELD: Final = 20_000


async def fields_of(request: Request) -> dict[str, str]:
    """The form's fields, stripped, the last of each name; answers 400 when there are too many or one is too long."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=_LARGEST_FIELD)
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


async def do(request: Request, deed: Callable[[Desk], T]) -> T:
    """One deed of the person signed in, done when it is committed; raises what the deed raises."""
    return await running_of(request).do(deed, request.state.user.email)


async def write_down(request: Request, what: What, about: str = "", lead: int | None = None) -> None:
    """A line of the audit log for what is only read, like a file of leads; asking for its head is no reading."""
    if request.method != "HEAD":
        by = Said(request.state.user.email, now_ms())
        await running_of(request).write(lambda conn: add_audit(conn, by, what, about, lead))


def back(request: Request, fields: Mapping[str, str], otherwise: str, done: Done | None = None) -> Response:
    """Go to the page the form was on (its field `back`, a path of ours), which then says `done`."""
    answer = RedirectResponse(safe_next(fields["back"]) if fields.get("back") else otherwise, 303)
    if done is not None:
        keep(request, answer, done)
    return answer


def words(request: Request) -> gettext.NullTranslations:
    """The messages of the reader's language: `words(request).gettext("…")`."""
    return catalog(locale_of(request))
