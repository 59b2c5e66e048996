"""Leads as lines of a list: who, how they stand, why, where from, whose."""

from __future__ import annotations

import json
from typing import Any, Final

from ripeline.rules.model import Model
from ripeline.store.database import Connection
from ripeline.store.reading import Row, id_list, rows, text_id
from ripeline.store.reading_attributes import values_of
from ripeline.store.reading_bands import standing_of
from ripeline.store.views import LeadSummary

_COMPANIONS: Final = """-- leads_companions
SELECT j.value AS id,
  (SELECT o.channel FROM sessions AS s JOIN sources AS o ON o.id = s.source_id
   WHERE s.lead_id = j.value ORDER BY s.started_at, s.id LIMIT 1) AS channel,
  (SELECT v.key FROM epochs AS e JOIN visitors AS v ON v.id = e.visitor_id
   WHERE e.lead_id = j.value ORDER BY e.visitor_id LIMIT 1) AS visitor,
  (SELECT coalesce(nullif(u.name, ''), u.email) FROM handoffs AS h JOIN users AS u ON u.id = h.owner_id
   WHERE h.id = (SELECT max(n.id) FROM handoffs AS n
     WHERE n.lead_id = j.value AND n.model = :name AND n.state <> 'late')) AS owner
FROM json_each(:ids) AS j"""

_BEST_RULES: Final = """-- leads_best_rules
SELECT g.lead_id, t.text AS rule, sum(g.points) AS points, count(*) FILTER (WHERE g.points > 0) AS times
FROM json_each(:ids) AS j CROSS JOIN ledger AS g ON g.lead_id = j.value CROSS JOIN texts AS t ON t.id = g.rule_id
WHERE g.model_id = :model GROUP BY g.lead_id, g.rule_id HAVING sum(g.points) > 0
ORDER BY points, rule DESC"""


def lines_of(conn: Connection, model: Model, found: list[Row]) -> tuple[LeadSummary, ...]:
    """The rows of `reading_leads_walks`, with all that stands beside them."""
    ids = {"ids": id_list(row["lead_id"] for row in found)}
    companions = {row["id"]: row for row in rows(conn, _COMPANIONS, ids | {"name": model.id})}
    ranked = rows(conn, _BEST_RULES, ids | {"model": text_id(conn, model.id)})
    best = {row["lead_id"]: row for row in ranked}
    return tuple(_line(model, row, companions[row["lead_id"]], best.get(row["lead_id"], {})) for row in found)


def _line(model: Model, row: Row, companion: Row, best: dict[str, Any]) -> LeadSummary:
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
        top_rule=best.get("rule"),
        channel=companion["channel"] or "direct",
        first_seen=row["first_seen"] or 0,
        last_seen=row["last_seen"] or 0,
        reachable=bool(row["reachable"]),
        top_times=best.get("times", 0),
        owner=companion["owner"],
    )
