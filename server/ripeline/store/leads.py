"""The leads themselves: who they are, and what the fold last knew about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from ripeline.store.database import Connection
from ripeline.store.projection import as_json, columns

#: Lead id, first and last seen (ms; None before any event).
SeenRow = tuple[int, int | None, int | None]

#: The same, whether reachable (0 or 1), and attributes as JSON {name: [value, verified, at]}.
DescribedRow = tuple[int, int | None, int | None, int, str]

_NEXT_ID = "-- next_lead_id\nSELECT coalesce(max(id), 0) + 1 FROM leads"
_BY_EMAIL = "-- leads_by_email\nSELECT email, id FROM leads WHERE email IN (SELECT value FROM json_each(?))"
_MAKE = f"-- make_leads\nINSERT INTO leads (id, email, created_at) SELECT {columns(3)} FROM json_each(?)"
_NAME = "-- name_leads\nUPDATE leads SET email = value ->> 1 FROM json_each(?) WHERE leads.id = value ->> 0"
_MERGE = """-- merge_leads
UPDATE leads SET merged_into = value ->> 1, first_seen = NULL, last_seen = NULL, reachable = 0, attributes = '{}'
FROM json_each(?) WHERE leads.id = value ->> 0"""
_SEEN = """-- saw_leads
UPDATE leads SET first_seen = value ->> 1, last_seen = value ->> 2 FROM json_each(?) WHERE leads.id = value ->> 0"""
_DESCRIBE = """-- describe_leads
UPDATE leads SET first_seen = value ->> 1, last_seen = value ->> 2, reachable = value ->> 3, attributes = value ->> 4
FROM json_each(?) WHERE leads.id = value ->> 0"""
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
    conn.execute(_MAKE, (as_json(made),))


def name_leads(conn: Connection, named: Sequence[tuple[int, str]]) -> None:
    """Anonymous leads that turned out to be somebody, as (id, email)."""
    conn.execute(_NAME, (as_json(named),))


def merge_leads(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """Leads as (id, lead it went into): the row stays, so that its id still leads there."""
    conn.execute(_MERGE, (as_json(merged),))


def saw_leads(conn: Connection, seen: Sequence[SeenRow]) -> None:
    """Leads of which nothing more was learnt than that they were here."""
    conn.execute(_SEEN, (as_json(seen),))


def describe_leads(conn: Connection, known: Sequence[DescribedRow]) -> None:
    """Leads with all the fold knows about them."""
    conn.execute(_DESCRIBE, (as_json(known),))


def living_leads(conn: Connection, after: int, limit: int) -> list[tuple[int, str | None]]:
    """The next leads that were not merged into another, as (id, email), by id."""
    return list(conn.execute(_LIVING, (after, limit)).fetchall())


def count_living_leads(conn: Connection) -> int:
    """How many leads were not merged into another."""
    return int(conn.execute(_COUNT).fetchone()[0])
