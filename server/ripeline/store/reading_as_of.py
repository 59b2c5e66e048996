"""Which leads there were at a moment that is over, for a list of how they ranked then."""

from __future__ import annotations

from typing import Final

from ripeline.store.database import Connection
from ripeline.store.reading import id_list, rows
from ripeline.store.reading_leads import LeadQuery
from ripeline.store.search_sql import matching

_SEARCHED: Final = 3

_SEEN = """-- leads_seen_by
SELECT l.id, l.email FROM leads AS l
WHERE l.merged_into IS NULL AND l.first_seen <= :at {conditions} LIMIT :most"""

_VISITORS = """-- first_visitors
SELECT j.value AS id,
  (SELECT v.key FROM epochs AS e JOIN visitors AS v ON v.id = e.visitor_id
   WHERE e.lead_id = j.value ORDER BY e.visitor_id LIMIT 1) AS visitor
FROM json_each(:ids) AS j"""


def leads_seen_by(conn: Connection, query: LeadQuery, at: int, most: int) -> dict[int, str | None]:
    """Leads first seen at `at` (ms) or before, by id with their e-mail of now; what they are searched by is of now too.

    At most so many.
    """
    q = query.q.strip()
    asked = {
        "AND l.email IS NOT NULL": query.identified is True,
        "AND l.email IS NULL": query.identified is False,
        "AND l.id IN (SELECT rowid FROM leads_search WHERE leads_search MATCH :q)": len(q) >= _SEARCHED,
        "AND l.email >= :q AND l.email < :q || char(1114111)": 0 < len(q) < _SEARCHED,
    }
    sql = _SEEN.format(conditions=" ".join(condition for condition, is_asked in asked.items() if is_asked))
    values = {"at": at, "most": most, "q": matching(q) if len(q) >= _SEARCHED else q.lower()}
    return {row["id"]: row["email"] for row in rows(conn, sql, values)}


def first_visitors(conn: Connection, leads: list[int]) -> dict[int, str]:
    """One browser of each of those leads, "" where there is none."""
    return {row["id"]: row["visitor"] or "" for row in rows(conn, _VISITORS, {"ids": id_list(leads)})}
