"""Rule files being changed on the pages, one a person: nothing in force, nothing lost between two clicks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.store.database import Connection

# base_hash: the rules it was begun from. before: the text before the last step, for undo; NULL at first.
RULE_DRAFTS: Final = """
CREATE TABLE rule_drafts (
  user_id INTEGER PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE, base_hash TEXT NOT NULL, text TEXT NOT NULL,
  before TEXT, at INTEGER NOT NULL
) STRICT;
"""

_READ = "-- rule_draft_of\nSELECT base_hash, text, before, at FROM rule_drafts WHERE user_id = ?"
_KEEP = """-- keep_rule_draft
INSERT INTO rule_drafts (user_id, base_hash, text, before, at) VALUES (:user, :base, :text, NULL, :at)
ON CONFLICT (user_id) DO UPDATE SET text = :text, before = text, at = :at"""
_UNDO = """-- undo_rule_draft
UPDATE rule_drafts SET text = before, before = NULL WHERE user_id = ? AND before IS NOT NULL"""
_DROP = "-- drop_rule_draft\nDELETE FROM rule_drafts WHERE user_id = ?"


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """Somebody's text, the hash of the rules it was begun from, and the text of before the last step (None: none)."""

    base_hash: str
    text: str
    before: str | None
    at: int


def rule_draft_of(conn: Connection, user: int) -> RuleDraft | None:
    """What that person is changing, None for nothing."""
    found = conn.execute(_READ, (user,)).fetchone()
    return RuleDraft(*found) if found else None


def keep_rule_draft(conn: Connection, user: int, base_hash: str, text: str, now: int) -> None:
    """Keep a text; a draft that is there keeps what it was begun from."""
    conn.execute(_KEEP, {"user": user, "base": base_hash, "text": text, "at": now})


def change_rule_draft(conn: Connection, user: int, read: RuleDraft | None, new: RuleDraft | None) -> bool:
    """Put `new` (None: nothing) in the place of what was `read`; False, and nothing, where it is another by now."""
    now = rule_draft_of(conn, user)
    if (now and now.text) != (read and read.text):
        return False
    if new is None:
        drop_rule_draft(conn, user)
    else:
        keep_rule_draft(conn, user, new.base_hash, new.text, new.at)
    return True


def undo_rule_draft(conn: Connection, user: int) -> None:
    """Take the last step back, once."""
    conn.execute(_UNDO, (user,))


def drop_rule_draft(conn: Connection, user: int) -> None:
    """Throw it away, or: it has been saved."""
    conn.execute(_DROP, (user,))
