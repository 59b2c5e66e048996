"""What people wrote down about a lead: calls, e-mails, meetings, notes; read with all that was merged into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.store.authors import Said
from ripeline.store.database import Connection

#: AUTOINCREMENT: an old "undo" never finds another note under its number.
#: before: the text before it was changed last; both that and a removed note are kept a day, to be taken back.
NOTES: Final = """
CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, lead_id INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('call', 'email', 'meeting', 'note')),
  text TEXT NOT NULL, author TEXT NOT NULL, at INTEGER NOT NULL, changed_at INTEGER, before TEXT, removed_at INTEGER
) STRICT;
CREATE INDEX notes_by_lead ON notes (lead_id, at);
"""

_ADD = "-- add_note\nINSERT INTO notes (lead_id, kind, text, author, at) VALUES (?, ?, ?, ?, ?) RETURNING id"
_COLUMNS = "id, lead_id, kind, text, author, at, changed_at"
# A merged lead keeps its notes: undone, they are its own again.
_OF_LEAD = f"""-- notes_of_lead
WITH RECURSIVE own (id) AS (SELECT ? UNION SELECT leads.id FROM leads JOIN own ON leads.merged_into = own.id)
SELECT {_COLUMNS} FROM notes WHERE lead_id IN own AND removed_at IS NULL ORDER BY at DESC, id DESC"""
_ONE = f"-- note_by_id\nSELECT {_COLUMNS} FROM notes WHERE id = ?"
_CHANGE = "-- change_note\nUPDATE notes SET before = text, text = ?, changed_at = ? WHERE id = ? AND removed_at IS NULL"
_UNCHANGE = """-- unchange_note
UPDATE notes SET text = before, before = NULL, changed_at = NULL WHERE id = ? AND before IS NOT NULL"""
_REMOVE = "-- remove_note\nUPDATE notes SET removed_at = ? WHERE id = ? AND removed_at IS NULL"
_RESTORE = "-- restore_note\nUPDATE notes SET removed_at = NULL WHERE id = ? AND removed_at IS NOT NULL"
_FORGET_REMOVED = "-- forget_removed_notes\nDELETE FROM notes WHERE removed_at < ?"
_FORGET_BEFORE = "-- forget_texts_before\nUPDATE notes SET before = NULL WHERE before IS NOT NULL AND changed_at < ?"


@dataclass(frozen=True, slots=True)
class Note:
    """One note: `kind` call, email, meeting or note; who wrote it when (ms), and changed it when (None: never)."""

    id: int
    lead: int
    kind: str
    text: str
    author: str
    at: int
    changed_at: int | None


def notes_of(conn: Connection, lead: int) -> tuple[Note, ...]:
    """The notes on a lead and on those merged into it, the newest first."""
    return tuple(Note(*row) for row in conn.execute(_OF_LEAD, (lead,)).fetchall())


def note_by_id(conn: Connection, id: int) -> Note | None:
    """That note, also while it is removed and can be restored; None: there is none."""
    found = conn.execute(_ONE, (id,)).fetchone()
    return Note(*found) if found else None


def add_note(conn: Connection, lead: int, kind: str, text: str, by: Said) -> int:
    """Write one down: its id."""
    return int(conn.execute(_ADD, (lead, kind, text, by.author, by.at)).fetchone()[0])


def change_note(conn: Connection, id: int, text: str, now: int) -> bool:
    """Whether it says that now; the text of before is kept for a while."""
    return bool(conn.execute(_CHANGE, (text, now, id)).rowcount)


def unchange_note(conn: Connection, id: int) -> bool:
    """Whether it says again what it said before it was changed."""
    return bool(conn.execute(_UNCHANGE, (id,)).rowcount)


def remove_note(conn: Connection, id: int, now: int) -> bool:
    """Whether it is shown no more; it can be restored for a while."""
    return bool(conn.execute(_REMOVE, (now, id)).rowcount)


def restore_note(conn: Connection, id: int) -> bool:
    """Whether it was removed and is there again."""
    return bool(conn.execute(_RESTORE, (id,)).rowcount)


def forget_notes(conn: Connection, moment: int) -> int:
    """Notes removed before that, and texts changed before that, are gone for good; how many."""
    removed = conn.execute(_FORGET_REMOVED, (moment,)).rowcount
    return int(removed + conn.execute(_FORGET_BEFORE, (moment,)).rowcount)
