"""Whoever is left out on purpose: own addresses, own e-mail domains, and the visitors found to be of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from ripeline.store.database import Connection
from ripeline.store.projection import as_json

#: What events of own people are suspected of.
OWN_PEOPLE: Final = "own_people"

Kind = Literal["address", "domain"]

OWN_TABLES: Final = """
-- value: an address or network (ipaddress's own form), or an e-mail domain in lower case.
CREATE TABLE left_out (
  kind TEXT NOT NULL CHECK (kind IN ('address', 'domain')), value TEXT NOT NULL, added_at INTEGER NOT NULL,
  author TEXT NOT NULL, PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
-- Visitors who said they are of such a domain: all they do is suspect.
CREATE TABLE own_visitors (
  visitor_id INTEGER NOT NULL, domain TEXT NOT NULL, PRIMARY KEY (visitor_id, domain)
) STRICT, WITHOUT ROWID;
"""

_ADD = "/* leave_out */ INSERT INTO left_out (kind, value, added_at, author) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_REMOVE = "/* take_back */ DELETE FROM left_out WHERE kind = ? AND value = ?"
_ALL = "/* all_left_out */ SELECT kind, value, added_at FROM left_out ORDER BY kind, added_at, value"
_KEYS = """-- own_visitor_keys
SELECT v.key FROM own_visitors AS o CROSS JOIN visitors AS v ON v.id = o.visitor_id
UNION SELECT v.key FROM own_visitors AS o CROSS JOIN visitors AS v ON v.alias_of = o.visitor_id"""
# The visitors of leads of that domain, and of events that would have named one.
_OF_DOMAIN = """-- visitors_of_domain
INSERT OR IGNORE INTO own_visitors (visitor_id, domain)
SELECT p.visitor_id, :domain FROM leads AS l CROSS JOIN epochs AS p ON p.lead_id = l.id
WHERE substr(l.email, instr(l.email, '@') + 1) = :domain"""
_OF_KEY = """-- visitor_of_domain
INSERT OR IGNORE INTO own_visitors (visitor_id, domain)
SELECT coalesce(alias_of, id), ? FROM visitors WHERE key = ?"""
_FORGET = "/* forget_own_visitors */ DELETE FROM own_visitors WHERE domain = ? RETURNING visitor_id"
_KNOWN = "/* own_visitors */ SELECT visitor_id FROM own_visitors WHERE domain = ?"
_STILL = "/* still_own */ SELECT visitor_id FROM own_visitors"
_TEXT = "/* text_of_own_people */ INSERT INTO texts (text) VALUES (?) ON CONFLICT DO NOTHING"
_MARK = """-- mark_own_people
UPDATE events SET suspect_id = (SELECT id FROM texts WHERE text = ?)
WHERE visitor_id IN (SELECT value FROM json_each(?)) AND suspect_id IS NULL"""
_CLEAR = """-- clear_own_people
UPDATE events SET suspect_id = NULL
WHERE visitor_id IN (SELECT value FROM json_each(?)) AND suspect_id = (SELECT id FROM texts WHERE text = ?)"""
_LEADS = """-- leads_of_visitors
SELECT DISTINCT coalesce(l.merged_into, l.id) FROM epochs AS p CROSS JOIN leads AS l ON l.id = p.lead_id
WHERE p.visitor_id IN (SELECT value FROM json_each(?))"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An address (or network) or an e-mail domain that is left out, since when (ms)."""

    kind: Kind
    value: str
    added_at: int


def left_out(conn: Connection) -> tuple[LeftOut, ...]:
    """Everything that is left out, addresses first."""
    return tuple(LeftOut(*row) for row in conn.execute(_ALL).fetchall())


def leave_out(conn: Connection, what: LeftOut, author: str) -> None:
    """From now on; one that is left out already stays as it is."""
    conn.execute(_ADD, (what.kind, what.value, what.added_at, author))


def take_back(conn: Connection, kind: Kind, value: str) -> None:
    """No longer."""
    conn.execute(_REMOVE, (kind, value))


def own_visitor_keys(conn: Connection) -> frozenset[str]:
    """Every name by which a browser may call such a visitor."""
    return frozenset(key for (key,) in conn.execute(_KEYS).fetchall())


def visitors_of_domain(conn: Connection, domain: str) -> list[int]:
    """Write down who has been of that domain so far, and give all who are known."""
    conn.execute(_OF_DOMAIN, {"domain": domain})
    return [visitor for (visitor,) in conn.execute(_KNOWN, (domain,)).fetchall()]


def visitor_of_domain(conn: Connection, key: str, domain: str) -> list[int]:
    """Write down that this visitor is of that domain; nobody where no event of theirs was stored."""
    conn.execute(_OF_KEY, (domain, key))
    return [visitor for (visitor,) in conn.execute(_KNOWN, (domain,)).fetchall()]


def forget_domain(conn: Connection, domain: str) -> list[int]:
    """Who was of that domain, and is of no other one that is left out."""
    gone = {visitor for (visitor,) in conn.execute(_FORGET, (domain,)).fetchall()}
    return sorted(gone - {visitor for (visitor,) in conn.execute(_STILL).fetchall()})


def mark_own_people(conn: Connection, visitors: Collection[int]) -> None:
    """Everything they did is suspect, besides what is so for another reason."""
    conn.execute(_TEXT, (OWN_PEOPLE,))
    conn.execute(_MARK, (OWN_PEOPLE, as_json(list(visitors))))


def clear_own_people(conn: Connection, visitors: Collection[int]) -> None:
    """What was suspect only for being theirs is so no longer."""
    conn.execute(_CLEAR, (as_json(list(visitors)), OWN_PEOPLE))


def leads_of_visitors(conn: Connection, visitors: Collection[int]) -> list[int]:
    """The leads that read any event of these visitors."""
    return [lead for (lead,) in conn.execute(_LEADS, (as_json(list(visitors)),)).fetchall()]
