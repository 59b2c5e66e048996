"""The ranked list of leads in one model: as fast at a million leads as at ten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from ripeline.rules.model import Model, Ruleset
from ripeline.store.database import Connection
from ripeline.store.reading import (
    Row,
    checked_limit,
    cursor_after,
    id_list,
    model_asked,
    place_of,
    rows,
    text_id,
)
from ripeline.store.reading_attributes import values_of
from ripeline.store.reading_bands import scores_of_band, standing_of
from ripeline.store.search_sql import matching
from ripeline.store.views import LeadList, LeadSummary

#: Above this many nobody counts.
COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """Which leads, seen by which model, and from where on.

    `identified` True: with an e-mail, False: without, None: both. `q` is part of an e-mail or of an attribute.
    `out_of_target` adds the leads whose fit is too low, after all others. `cursor` is the `next` of the page before.
    """

    model: str
    band: str | None = None
    identified: bool | None = None
    q: str = ""
    out_of_target: bool = False
    limit: int = 50
    cursor: str | None = None


# The order of the joins is ours (CROSS JOIN): ranked leads are walked in the order of the index, found ones looked up.
_RANKED = "scores AS s CROSS JOIN leads AS l ON l.id = s.lead_id"
_FOUND = """(SELECT rowid AS id FROM leads_search WHERE leads_search MATCH :q) AS found
CROSS JOIN scores AS s ON s.lead_id = found.id CROSS JOIN leads AS l ON l.id = s.lead_id"""
_STARTING = """(SELECT id FROM leads WHERE email >= :q AND email < :q || char(1114111)) AS found
CROSS JOIN scores AS s ON s.lead_id = found.id CROSS JOIN leads AS l ON l.id = s.lead_id"""
_KNOWN = "(SELECT id, email FROM leads WHERE email >= '') AS l CROSS JOIN scores AS s ON s.lead_id = l.id"

_PAGE = """-- leads_ranked
SELECT s.lead_id, s.score, s.engagement, s.fit, s.band, s.out_of_target,
       l.email, l.attributes, l.first_seen, l.last_seen, l.reachable
FROM {tables}
WHERE s.model_id = :model AND s.out_of_target = :out {conditions}
ORDER BY s.score DESC, s.lead_id DESC LIMIT :limit"""

_COUNT = """-- leads_counted
SELECT count(*) FROM (
  SELECT 1 FROM {tables} WHERE s.model_id = :model AND s.out_of_target <= :out {conditions} LIMIT :limit
)"""

_COMPANIONS = """-- leads_companions
SELECT j.value AS id,
  (SELECT o.channel FROM sessions AS s JOIN sources AS o ON o.id = s.source_id
   WHERE s.lead_id = j.value ORDER BY s.started_at, s.id LIMIT 1) AS channel,
  (SELECT v.key FROM epochs AS e JOIN visitors AS v ON v.id = e.visitor_id
   WHERE e.lead_id = j.value ORDER BY e.visitor_id LIMIT 1) AS visitor
FROM json_each(:ids) AS j"""

_BEST_RULES = """-- leads_best_rules
SELECT g.lead_id, t.text AS rule, sum(g.points) AS points
FROM json_each(:ids) AS j CROSS JOIN ledger AS g ON g.lead_id = j.value CROSS JOIN texts AS t ON t.id = g.rule_id
WHERE g.model_id = :model GROUP BY g.lead_id, g.rule_id HAVING sum(g.points) > 0
ORDER BY points, rule DESC"""


def list_leads(conn: Connection, ruleset: Ruleset, query: LeadQuery) -> LeadList:
    """One page of leads, best score first; raises `InvalidRequest` for an unknown model, a bad limit or cursor."""
    model = model_asked(ruleset, query.model)
    limit = checked_limit(query.limit)
    values = _values(conn, model, query)
    found = _page(conn, query, values, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return LeadList(
        leads=_summaries(conn, model, values["model"], found[:limit]),
        next=cursor_after(last["out_of_target"], last["score"], last["lead_id"]) if last else None,
        total=_total(conn, query, values),
    )


def _values(conn: Connection, model: Model, query: LeadQuery) -> dict[str, Any]:
    lowest, too_high = scores_of_band(model, query.band) if query.band else (None, None)
    return {
        "model": text_id(conn, model.id),
        "band": query.band,
        "lowest": lowest,
        "too_high": too_high,
        "q": matching(query.q) if _is_long(query.q) else query.q.strip().lower(),
    }


def _page(conn: Connection, query: LeadQuery, values: dict[str, Any], wanted: int) -> list[Row]:
    """In target first; the rest follows only when asked for. Each part is one walk along the index."""
    part, score, lead = place_of(query.cursor, 3) if query.cursor else (0, None, None)
    found: list[Row] = []
    for out in range(part, 2 if query.out_of_target else 1):
        conditions = _conditions(query, values)
        place = {"score": score, "lead": lead} if out == part and score is not None else {}
        if place:
            conditions += " AND (s.score, s.lead_id) < (:score, :lead)"
        sql = _PAGE.format(tables=_tables(query), conditions=conditions)
        found += rows(conn, sql, values | place | {"out": out, "limit": wanted - len(found)})
        if len(found) == wanted:
            break
    return found


def _tables(query: LeadQuery) -> str:
    if not query.q.strip():
        return _RANKED
    return _FOUND if _is_long(query.q) else _STARTING


def _is_long(q: str) -> bool:
    """The search index holds runs of three characters; anything shorter is taken as the start of an e-mail."""
    return len(q.strip()) >= 3


def _conditions(query: LeadQuery, values: dict[str, Any]) -> str:
    asked = {
        "AND s.band = :band": query.band is not None,
        "AND s.score >= :lowest": values["lowest"] is not None,
        "AND s.score < :too_high": values["too_high"] is not None,
        "AND l.email IS NOT NULL": query.identified is True,
        "AND l.email IS NULL": query.identified is False,
    }
    return " ".join(condition for condition, is_asked in asked.items() if is_asked)


def _total(conn: Connection, query: LeadQuery, values: dict[str, Any]) -> int | None:
    tables = _tables(query)
    if tables is _RANKED and query.identified is not False:
        # Few leads of a large site are known: those are counted from the side of their e-mails.
        tables = _KNOWN if query.identified else "scores AS s"
    sql = _COUNT.format(tables=tables, conditions=_conditions(query, values))
    counted = conn.execute(sql, values | {"out": int(query.out_of_target), "limit": COUNTED + 1}).fetchall()[0][0]
    return counted if counted <= COUNTED else None


def _summaries(conn: Connection, model: Model, model_id: int, found: list[Row]) -> tuple[LeadSummary, ...]:
    ids = {"ids": id_list(row["lead_id"] for row in found), "model": model_id}
    companions = {row["id"]: row for row in rows(conn, _COMPANIONS, ids)}
    best = {row["lead_id"]: row["rule"] for row in rows(conn, _BEST_RULES, ids)}
    return tuple(_summary(model, row, companions[row["lead_id"]], best.get(row["lead_id"])) for row in found)


def _summary(model: Model, row: Row, companion: Row, top_rule: str | None) -> LeadSummary:
    standing = standing_of(model, row["score"], row["band"])
    return LeadSummary(
        id=row["lead_id"],
        email=row["email"],
        visitor=companion["visitor"] or "",
        attributes=values_of(json.loads(row["attributes"])),
        model=model.id,
        score=row["score"],
        engagement=row["engagement"],
        fit=row["fit"],
        band=row["band"],
        out_of_target=bool(row["out_of_target"]),
        next_band=standing.next_band,
        missing=standing.missing,
        ripeness=standing.ripeness,
        notch=standing.notch,
        top_rule=top_rule,
        channel=companion["channel"] or "direct",
        first_seen=row["first_seen"] or 0,
        last_seen=row["last_seen"] or 0,
        reachable=bool(row["reachable"]),
    )
