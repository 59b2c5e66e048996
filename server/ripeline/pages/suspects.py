"""Suspect and dropped: what looks automatic, by its reason, and all of one reason said to be people's after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ripeline.auth.guard import require
from ripeline.domain.whole_numbers import whole_number
from ripeline.pages.desk import Desk, running_of, shown
from ripeline.store.suspects import Dropped, Suspected, drops_by_reason, suspects_by_reason


@dataclass(frozen=True, slots=True)
class SuspectsPage:
    """`changed`: how many events have just been cleared or marked, None: the page was only opened."""

    suspects: tuple[Suspected, ...]
    dropped: tuple[Dropped, ...]
    changed: int | None


def read_suspects(desk: Desk) -> SuspectsPage:
    """Each reason there is or was, with its counts."""
    return SuspectsPage(
        suspects_by_reason(desk.conn),
        drops_by_reason(desk.conn),
        whole_number(desk.query.get("changed", "")),
    )


show_suspects: Final = shown("marketer", "suspects.html", read_suspects)


@require("marketer")
async def change_suspects(request: Request) -> Response:
    """ "These are people", and back."""
    form = await request.form(max_files=0, max_fields=5, max_part_size=4_096)
    reason, suspect = str(form.get("reason", "")), form.get("people") != "yes"
    changed = await running_of(request).mark_reason(reason, suspect, request.state.user.email)
    return RedirectResponse(f"/suspects?changed={changed}", 303)
