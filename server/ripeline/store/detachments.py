"""Visitors that a person took out of a lead: what they say about being that person does not count."""

from __future__ import annotations

from collections.abc import Iterable

from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.projection import as_json

_ALL = "-- all_detachments\nSELECT visitor_id, email FROM detachments"
_DROP = """-- drop_detachments
DELETE FROM detachments WHERE visitor_id = ? AND email IN (SELECT value FROM json_each(?))"""
_ADD = "-- detach\nINSERT OR IGNORE INTO detachments (visitor_id, email, at, author) VALUES (?, ?, ?, ?)"


def all_detachments(conn: Connection) -> dict[int, frozenset[str]]:
    """For each visitor that was taken out of a lead the e-mails it may not go by."""
    found: dict[int, frozenset[str]] = {}
    for visitor, email in conn.execute(_ALL).fetchall():
        found[visitor] = found.get(visitor, frozenset()) | {email}
    return found


def detach(conn: Connection, visitor: int, emails: Iterable[str], by: Said) -> None:
    """Remember it, and who said so."""
    conn.executemany(_ADD, [(visitor, email, by.at, by.author) for email in emails])


def drop_detachments(conn: Connection, visitor: int, emails: Iterable[str]) -> bool:
    """Whether the visitor had been taken out of any of these, and may go by it again."""
    return bool(conn.execute(_DROP, (visitor, as_json(list(emails)))).rowcount)
