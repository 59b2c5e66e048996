"""Visitors as people look for them: by key within a lead, and the ones that were made for a lead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ripeline.domain.wire import EMAIL_VISITOR, LEAD_VISITOR
from ripeline.store.database import Connection
from ripeline.store.projection import as_json

_OF_LEAD: Final = """-- visitors_by_key
SELECT DISTINCT v.id, v.key FROM epochs AS e JOIN visitors AS v ON v.id = e.visitor_id
WHERE e.lead_id IN (SELECT :lead UNION ALL SELECT id FROM leads WHERE merged_into = :lead)"""
_ALIAS: Final = "-- visitor_by_alias\nSELECT coalesce(alias_of, id) FROM visitors WHERE key = ?"
_MAKE: Final = "-- make_visitor\nINSERT INTO visitors (key) VALUES (?) ON CONFLICT DO NOTHING RETURNING id"
_TIE: Final = """-- tie_visitor
INSERT INTO epochs (visitor_id, from_at, from_rank, from_id, lead_id) VALUES (?, ?, ?, ?, ?)"""
_GIVEN: Final = f"""-- given_visitors
SELECT id FROM visitors WHERE id IN (SELECT value FROM json_each(?))
AND (key GLOB '{LEAD_VISITOR}*' OR key GLOB '{EMAIL_VISITOR}*')"""
_TIED: Final = "-- tied_visitors\nSELECT id FROM visitors WHERE key >= :begin AND key < :end"
_OF_EVENTS: Final = """-- visitors_of_events
SELECT DISTINCT visitor_id FROM events WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY visitor_id"""


class FoundVisitor(NamedTuple):
    """`is_given`: not a browser, but made for what programs and people say; `is_alone`: the lead has no other."""

    id: int
    is_given: bool
    is_alone: bool


def visitor_of_lead(conn: Connection, lead: int, key: str) -> FoundVisitor | None:
    """The lead's visitor of that key (or alias), None when it has none such."""
    alias = conn.execute(_ALIAS, (key,)).fetchone()
    of_lead: dict[int, str] = dict(conn.execute(_OF_LEAD, {"lead": lead}).fetchall())
    if alias is None or alias[0] not in of_lead:
        return None
    given = {id for id, each in of_lead.items() if each.startswith((EMAIL_VISITOR, LEAD_VISITOR))}
    return FoundVisitor(alias[0], alias[0] in given, len(of_lead) - len(given - {alias[0]}) == 1)


def tie_visitor(conn: Connection, lead: int, start: tuple[int, int, str]) -> str:
    """The key of the visitor by which people give an anonymous lead something; made and tied to it when new."""
    key = f"{LEAD_VISITOR}{lead}"
    made = conn.execute(_MAKE, (key,)).fetchone()
    if made is not None:
        conn.execute(_TIE, (made[0], *start, lead))
    return key


def tied_visitors(conn: Connection) -> frozenset[int]:
    """Every visitor that was tied to a lead: its events are the lead's, though it says no name."""
    bounds = {"begin": LEAD_VISITOR, "end": LEAD_VISITOR[:-1] + chr(ord(LEAD_VISITOR[-1]) + 1)}
    return frozenset(id for (id,) in conn.execute(_TIED, bounds).fetchall())


def given_visitors(conn: Connection, visitors: Iterable[int]) -> frozenset[int]:
    """Those of the visitors that are no browsers, but were made for what programs and people say."""
    return frozenset(id for (id,) in conn.execute(_GIVEN, (as_json(list(visitors)),)).fetchall())


def visitor_named(conn: Connection, key: str) -> int | None:
    """The visitor of that key or alias, None: there is none."""
    found = conn.execute(_ALIAS, (key,)).fetchone()
    return None if found is None else int(found[0])


def visitors_of_events(conn: Connection, seqs: Iterable[int]) -> list[int]:
    """Whose events these are, by row id."""
    return [id for (id,) in conn.execute(_OF_EVENTS, (as_json(list(seqs)),)).fetchall()]
