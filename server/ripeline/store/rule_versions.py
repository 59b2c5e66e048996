"""Every rule file that was in force: its text by its hash, and since when, by whom."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.store.authors import Said
from ripeline.store.database import Connection

_KEEP = "-- keep_rule_version\nINSERT OR IGNORE INTO rule_versions (hash, text, at, author) VALUES (?, ?, ?, ?)"
_CHANGE = "-- rules_changed\nINSERT INTO rule_changes (hash, at, author) VALUES (?, ?, ?)"
_DROP_UNUSED = """-- drop_unused_rules
DELETE FROM rule_changes WHERE author = '' AND NOT EXISTS (SELECT 1 FROM events)"""
_TEXT = "-- text_of_rules\nSELECT text FROM rule_versions WHERE hash = ?"
_CHANGES = """-- changes_of_rules
SELECT c.id, c.hash, c.at, c.author, v.text FROM rule_changes AS c JOIN rule_versions AS v ON v.hash = c.hash
ORDER BY c.id DESC LIMIT ?"""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule file came into force: when (ms), by whom ("": the file was there at the start)."""

    id: int
    hash: str
    at: int
    author: str
    text: str


def keep_rule_version(conn: Connection, hash: str, text: str, by: Said) -> None:
    """Remember the text of a rule file; one that is known stays as it was."""
    conn.execute(_KEEP, (hash, text, by.at, by.author))


def rules_changed(conn: Connection, hash: str, by: Said) -> None:
    """The rule file of that hash is in force from now on.

    One that was there at the start and by which nothing was ever scored is no version to go back to: set-up puts a file
    in its language and timezone in the place of the shipped one.
    """
    if not by.author:
        conn.execute(_DROP_UNUSED)
    conn.execute(_CHANGE, (hash, by.at, by.author))


def text_of_rules(conn: Connection, hash: str) -> str | None:
    """The text of a rule file that is known, None of any other."""
    found = conn.execute(_TEXT, (hash,)).fetchone()
    return None if found is None else str(found[0])


def changes_of_rules(conn: Connection, limit: int) -> list[RuleChange]:
    """The last changes, the newest first."""
    return [RuleChange(*row) for row in conn.execute(_CHANGES, (limit,)).fetchall()]
