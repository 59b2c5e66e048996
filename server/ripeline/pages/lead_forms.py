"""What the forms of the Lead page share: whom they are about, what they do, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.desk import Desk
from ripeline.pages.doing import back, do, fields_of, words
from ripeline.pages.said import Done, Undo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Form:
    """What a form of a lead's page sent; `path` is the lead's address, `gettext` says things in the reader's words."""

    request: Request
    lead: int
    path: str
    fields: dict[str, str]
    gettext: Callable[[str], str]

    @property
    def model(self) -> str | None:
        return self.fields.get("model") or None

    def undo(self, path: str, **fields: str) -> Undo:
        """Take it back, and return to the same page."""
        kept = {name: self.fields[name] for name in ("back", "model") if self.fields.get(name)}
        return Undo(self.path + path, kept | fields)

    async def do(self, deed: Callable[[Desk], T], done: Callable[[T], Done], refused: str) -> Done:
        """Do it, and say so; what does not fit what is so by now is refused in that sentence."""
        try:
            return done(await do(self.request, deed))
        except NotFound as error:
            gone = self.gettext("Nothing was changed: the lead is gone.")
            return self.bad(gone if (error.what, error.key) == ("lead", self.lead) else refused)
        except (Conflict, InvalidRequest):
            return self.bad(refused)

    def bad(self, text: str) -> Done:
        return Done(text, is_bad=True)

    def back(self, done: Done) -> Response:
        return back(self.request, self.fields, self.path, done)


async def form_of(request: Request) -> Form:
    """Read what was sent about the lead of the address."""
    lead = row_id(request, "id")
    return Form(request, lead, f"/leads/{lead}", await fields_of(request), words(request).gettext)


def row_id(request: Request, name: str) -> int:
    """A number in the address."""
    return int(request.path_params[name])


def number_of(text: str) -> float | None:
    """A number as people write it: "2.5", "2,5", "12 000", "−3"; None for anything else."""
    plain = "".join(text.split()).replace(",", ".").replace("\u2212", "-")
    digits = plain.removeprefix("-").removeprefix("+")
    return float(plain) if digits.replace(".", "", 1).isdecimal() and digits.isascii() else None
