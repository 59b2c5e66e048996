"""Notes on a lead: written by anybody, changed and removed by who wrote them, and each of that taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ripeline.domain.wire_text import cleaned
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.desk import Desk, LeadKey
from ripeline.store import notes
from ripeline.store.database import Connection

KINDS: Final = ("call", "email", "meeting", "note")
LONGEST: Final = 5_000

#: What was changed or removed can be taken back so long.
KEPT_MS: Final = 86_400_000


def write_note(desk: Desk, key: LeadKey, kind: str, text: str) -> int:
    """Write a note on a lead: its id. Raises `NotFound`, `InvalidRequest` for another kind, no text or a long one."""
    if kind not in KINDS:
        raise InvalidRequest("kind", f"must be one of {', '.join(KINDS)}")
    notes.forget_notes(desk.conn, desk.by.at - KEPT_MS)
    return notes.add_note(desk.conn, desk.lead(key), kind, _checked(text), desk.by)


def change_note(desk: Desk, note: int, text: str) -> None:
    """It says that now. Raises `NotFound`, `InvalidRequest`, and `Conflict` for somebody else's."""
    text = _checked(text)
    _do(desk, note, lambda conn, id: notes.change_note(conn, id, text, desk.by.at))


def unchange_note(desk: Desk, note: int) -> None:
    """It says again what it said before. Raises `NotFound`, `Conflict` for somebody else's or when none is kept."""
    _do(desk, note, notes.unchange_note)


def remove_note(desk: Desk, note: int) -> None:
    """It is there no more. Raises `NotFound`, `Conflict` for somebody else's."""
    _do(desk, note, lambda conn, id: notes.remove_note(conn, id, desk.by.at))


def restore_note(desk: Desk, note: int) -> None:
    """It is there again. Raises `NotFound`, `Conflict` for somebody else's."""
    _do(desk, note, notes.restore_note)


def _do(desk: Desk, note: int, deed: Callable[[Connection, int], bool]) -> None:
    found = notes.note_by_id(desk.conn, note)
    if found is None:
        raise NotFound("note", note)
    if found.author != desk.by.author:
        raise Conflict(f"{found.author} wrote it")
    if not deed(desk.conn, note):
        raise Conflict("it is not as it was any more")
    notes.forget_notes(desk.conn, desk.by.at - KEPT_MS)


def _checked(text: str) -> str:
    text = cleaned(text)
    if not 0 < len(text) <= LONGEST:
        raise InvalidRequest("text", f"say something, in at most {LONGEST} characters")
    return text
