"""Outcomes brought as a table: first looked at, then taken, and taken back when it was a slip."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import InvalidRequest
from ripeline.fold.desk import Desk
from ripeline.fold.outcome_table import Ended, Reading, Written, take_back_import, write_outcomes
from ripeline.pages.desk import running_of, show, shown
from ripeline.pages.doing import back, do, fields_of, words
from ripeline.pages.outcomes_page import MEANINGS, Asked, read_outcomes_page, reading_of
from ripeline.pages.said import Done, Undo
from ripeline.rules.model import Ruleset
from ripeline.store.authors import Said
from ripeline.store.reading import model_asked
from ripeline.tables.csv_table import BadTable, Mistakes

HOME: Final = "/tuning/outcomes"
#: A table of a hundred thousand outcomes is smaller.
LARGEST: Final = 5 * 1024 * 1024

_MOST_FIELDS: Final = 60
_BATCH: Final = 100
_NAMED: Final = 5


show_outcomes: Final = shown("marketer", "outcomes.html", read_outcomes_page)


@require("marketer")
async def bring(request: Request) -> Response:
    """Look at a table; take it when that was asked and nothing in it is wrong."""
    asked, do_take = await _asked(request)
    if asked is None:
        return await show(request, "outcomes.html", partial(read_outcomes_page, is_too_large=True))
    if not asked.data:
        nothing = words(request).gettext("Choose a file, or paste a table.")
        return back(request, {}, HOME, Done(nothing, is_bad=True))
    reading = await run_in_threadpool(_right, request, asked) if do_take else None
    if reading is None:
        return await show(request, "outcomes.html", partial(read_outcomes_page, asked=asked))
    try:
        written = await _take(request, reading, asked.model or None)
    except InvalidRequest as error:
        return back(request, {}, HOME, Done(error.said(words(request).gettext), is_bad=True))
    undo = Undo(f"{HOME}/back", {"at": str(reading.now)}) if written.new else None
    return back(request, {}, HOME, Done(_told(request, written), undo))


@require("marketer")
async def take_back(request: Request) -> Response:
    """What came at once, at that moment and by that name, counts no more."""
    fields = await fields_of(request)
    author, at = fields.get("author") or request.state.user.email, fields.get("at", "")
    which = Said(author[:320], int(at) if at.isascii() and at.isdigit() and len(at) < 16 else 0)
    count = await do(request, partial(take_back_import, which=which))
    said = words(request).ngettext("%(n)s outcome was taken back.", "%(n)s outcomes were taken back.", count)
    return back(request, fields, HOME, Done(said % {"n": count}, is_bad=not count))


async def _asked(request: Request) -> tuple[Asked | None, bool]:
    """What the form holds, None when it is too large; and whether it is to be taken."""
    try:
        async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=LARGEST) as form:
            name, data = await _brought(form)
            return (_read(form, name, data) if len(data) <= LARGEST else None), form.get("do") == "take"
    except HTTPException:
        return None, False


async def _brought(form: FormData) -> tuple[str, bytes]:
    """The file, else what was pasted; of what is too large a byte too much."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return file.filename[:200], await file.read(LARGEST + 1)
    return str(form.get("name", ""))[:200], str(form.get("text", "")).encode()


def _read(form: FormData, name: str, data: bytes) -> Asked:
    return Asked(
        name=name,
        data=data if data.strip() else b"",
        columns=_columns(form),
        still_open=frozenset(str(word) for word in form.getlist("open")),
        month_first=form.get("month_first") == "yes",
        model=str(form.get("model", "")),
    )


def _columns(form: FormData) -> dict[str, str]:
    said = {name: str(form.get(f"column-{name}", "")) for name in MEANINGS}
    return {name: heading for name, heading in said.items() if heading}


def _right(request: Request, asked: Asked) -> Reading | None:
    """How the table is read, None when anything in it is wrong: then nothing is taken."""
    with running_of(request).reading() as (_, ruleset):
        try:
            reading = _named(asked, ruleset)
            mistakes = Mistakes(asked.name)
            count = sum(1 for _ in reading.ended(mistakes))
        except (BadTable, KeyError, UnicodeError):
            return None
    return reading if count and not mistakes.count else None


def _named(asked: Asked, ruleset: Ruleset) -> Reading:
    return reading_of(asked, ruleset, int(time.time() * 1000))


async def _take(request: Request, reading: Reading, model: str | None) -> Written:
    """Write them down some at a time, so that the server goes on meanwhile. Raises `InvalidRequest`."""
    if model is not None:
        with running_of(request).reading() as (_, ruleset):
            model_asked(ruleset, model)
    written, ended = Written(), reading.ended(Mistakes(reading.table.name))
    while batch := await run_in_threadpool(lambda: list(islice(ended, _BATCH))):
        await do(request, partial(_write, batch=batch, model=model, now=reading.now, written=written))
    return written


def _write(desk: Desk, batch: list[Ended], model: str | None, now: int, written: Written) -> None:
    """One import is of one moment, however long it takes; nobody is alerted of what ended long ago."""
    quiet = replace(desk, by=Said(desk.by.author, now), is_quiet=True)
    write_outcomes(quiet, batch, model, written)


def _told(request: Request, written: Written) -> str:
    say = words(request)
    told = say.ngettext("%(n)s outcome recorded.", "%(n)s outcomes recorded.", written.new) % {"n": written.new}
    if written.known:
        told += " " + say.gettext("%(n)s had been recorded before.") % {"n": written.known}
    if written.nobody:
        named = ", ".join(written.nobody[:_NAMED]) + (" …" if len(written.nobody) > _NAMED else "")
        some = say.ngettext(
            "%(n)s e-mail no lead has: %(emails)s", "%(n)s e-mails no lead has: %(emails)s", len(written.nobody)
        )
        told += " " + some % {"n": len(written.nobody), "emails": named}
    return told


ROUTES: Final = [
    Route(HOME, show_outcomes, methods=["GET"]),
    Route(HOME, bring, methods=["POST"]),
    Route(f"{HOME}/back", take_back, methods=["POST"]),
]
