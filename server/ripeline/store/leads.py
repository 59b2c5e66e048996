"""The leads themselves: who they are, and what the fold last knew about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from ripeline.rules.companies import company_of
from ripeline.store.database import Connection
from ripeline.store.projection_writing import Statement

#: Lead id, first and last seen (ms; None before any event).
SeenRow = tuple[int, int | None, int | None]

#: The same, whether reachable (0 or 1), and attributes as JSON {name: [value, verified, at]}.
DescribedRow = tuple[int, int | None, int | None, int, str]

#: The name in `meta` of the highest id a lead had that was erased.
LAST_ERASED: Final = "last_erased_lead"

_NEXT_ID = f"""-- next_lead_id
SELECT max(coalesce((SELECT max(id) FROM leads), 0),
  coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = '{LAST_ERASED}'), 0)) + 1"""
_BY_EMAIL = """-- leads_by_email
SELECT email, id, coalesce(merged_into, id) FROM leads WHERE email IN (SELECT value FROM json_each(?))"""
_MAKE = Statement("make_leads", "INSERT INTO leads (id, email, company_domain, created_at)", 4)
_NAME = Statement(
    "name_leads",
    "UPDATE leads SET email = v.column2, company_domain = v.column3 FROM (",
    3,
    ") AS v WHERE leads.id = v.column1",
)
_MERGE = Statement(
    "merge_leads",
    """UPDATE leads SET merged_into = v.column2, first_seen = NULL, last_seen = NULL, reachable = 0, attributes = '{}'
    FROM (""",
    2,
    ") AS v WHERE leads.id = v.column1",
)
# Those that a person put into it, whose events are read under it; other ids only lead there, step by step.
_CARRY = Statement(
    "carry_leads",
    "UPDATE leads SET merged_into = v.column2 FROM (",
    2,
    """) AS v WHERE leads.merged_into = v.column1
    AND leads.id IN (SELECT gone_id FROM merges WHERE undone_at IS NULL)""",
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
_LIVING_OF = """-- living_of
SELECT id FROM leads WHERE merged_into IS NULL AND id IN (SELECT value FROM json_each(?)) ORDER BY id"""
_COUNT_UPTO = "-- count_leads_upto\nSELECT count(*) FROM leads WHERE merged_into IS NULL AND id <= ?"
_COUNT = "-- count_living_leads\nSELECT count(*) FROM leads WHERE merged_into IS NULL"


def next_lead_id(conn: Connection) -> int:
    """The id the next lead gets; ids are never given twice: merged leads keep their row, erased ones are counted."""
    return int(conn.execute(_NEXT_ID).fetchone()[0])


def leads_by_email(conn: Connection, emails: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Of the leads with those (normal) e-mails the id, and the id of the lead that reads them."""
    return {email: (id, root) for email, id, root in conn.execute(_BY_EMAIL, (json.dumps(list(emails)),)).fetchall()}


def make_leads(conn: Connection, made: Sequence[tuple[int, str | None, int]]) -> None:
    """New leads as (id, email or None, made at in ms)."""
    _MAKE.run(conn, [(id, email, company_of(email), at) for id, email, at in made])


def name_leads(conn: Connection, named: Sequence[tuple[int, str]]) -> None:
    """Anonymous leads that turned out to be somebody, as (id, email)."""
    _NAME.run(conn, [(id, email, company_of(email)) for id, email in named])


def merge_leads(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """Leads as (id, lead it is read under): the row stays, so that its id still leads there; what is in it too."""
    _MERGE.run(conn, merged)
    _CARRY.run(conn, merged)


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


def email_of(conn: Connection, lead: int) -> str | None:
    """The lead's own e-mail, None while it is anonymous."""
    found = conn.execute("-- email_of_lead\nSELECT email FROM leads WHERE id = ?", (lead,)).fetchone()
    return None if found is None else found[0]


def living_of(conn: Connection, leads: Iterable[int]) -> list[int]:
    """Those of the leads that are there and were not merged into another."""
    return [id for (id,) in conn.execute(_LIVING_OF, (json.dumps(list(leads)),)).fetchall()]


def count_leads_upto(conn: Connection, last: int) -> int:
    """How many leads up to that id were not merged into another."""
    return int(conn.execute(_COUNT_UPTO, (last,)).fetchone()[0])
