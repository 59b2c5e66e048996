"""The leads themselves: who they are, and what the fold last knew about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from ripeline.store.database import Connection
from ripeline.store.projection_writing import Statement

#: Lead id, first and last seen (ms; None before any event).
SeenRow = tuple[int, int | None, int | None]

#: The same, whether reachable (0 or 1), and attributes as JSON {name: [value, verified, at]}.
DescribedRow = tuple[int, int | None, int | None, int, str]

_NEXT_ID = "-- next_lead_id\nSELECT coalesce(max(id), 0) + 1 FROM leads"
_BY_EMAIL = "-- leads_by_email\nSELECT email, id FROM leads WHERE email IN (SELECT value FROM json_each(?))"
_MAKE = Statement("make_leads", "INSERT INTO leads (id, email, created_at)", 3)
_NAME = Statement("name_leads", "UPDATE leads SET email = v.column2 FROM (", 2, ") AS v WHERE leads.id = v.column1")
_MERGE = Statement(
    "merge_leads",
    """UPDATE leads SET merged_into = v.column2, first_seen = NULL, last_seen = NULL, reachable = 0, attributes = '{}'
    FROM (""",
    2,
    ") AS v WHERE leads.id = v.column1",
)
_SEEN = Statement(
    "saw_leads",
    "UPDATE leads SET first_seen = v.column2, last_seen = v.column3 FROM (",
    3,
    ") AS v WHERE leads.id = v.column1",
)
_DESCRIBE = Statement(
    "describe_leads",
    """UPDATE leads SET first_seen = v.column2, last_seen = v.column3, reachable = v.column4, attributes = v.column5
    FROM (""",
    5,
    ") AS v WHERE leads.id = v.column1",
)
_LIVING = """-- living_leads
SELECT id, email FROM leads WHERE merged_into IS NULL AND id > ? ORDER BY id LIMIT ?"""
_COUNT = "-- count_living_leads\nSELECT count(*) FROM leads WHERE merged_into IS NULL"


def next_lead_id(conn: Connection) -> int:
    """The id the next lead gets; ids are never given twice while merged leads keep their row."""
    return int(conn.execute(_NEXT_ID).fetchone()[0])


def leads_by_email(conn: Connection, emails: Iterable[str]) -> dict[str, int]:
    """Ids of the leads with those (normal) e-mails."""
    return dict(conn.execute(_BY_EMAIL, (json.dumps(list(emails)),)).fetchall())


def make_leads(conn: Connection, made: Sequence[tuple[int, str | None, int]]) -> None:
    """New leads as (id, email or None, made at in ms)."""
    _MAKE.run(conn, made)


def name_leads(conn: Connection, named: Sequence[tuple[int, str]]) -> None:
    """Anonymous leads that turned out to be somebody, as (id, email)."""
    _NAME.run(conn, named)


def merge_leads(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """Leads as (id, lead it went into): the row stays, so that its id still leads there."""
    _MERGE.run(conn, merged)


def saw_leads(conn: Connection, seen: Sequence[SeenRow]) -> None:
    """Leads of which nothing more was learnt than that they were here."""
    _SEEN.run(conn, seen)


def describe_leads(conn: Connection, known: Sequence[DescribedRow]) -> None:
    """Leads with all the fold knows about them."""
    _DESCRIBE.run(conn, known)


def living_leads(conn: Connection, after: int, limit: int) -> list[tuple[int, str | None]]:
    """The next leads that were not merged into another, as (id, email), by id."""
    return list(conn.execute(_LIVING, (after, limit)).fetchall())


def count_living_leads(conn: Connection) -> int:
    """How many leads were not merged into another."""
    return int(conn.execute(_COUNT).fetchone()[0])
