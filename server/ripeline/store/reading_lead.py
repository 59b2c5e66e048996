"""One lead, whole: what is known, every model's score with its receipt, the hand-offs."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, Final

from ripeline.domain.event import POINTS
from ripeline.domain.points import to_thousandths
from ripeline.domain.source import Source
from ripeline.errors import NotFound
from ripeline.rules.model import Model, Ruleset
from ripeline.store.database import Connection
from ripeline.store.reading import Row, rows, source_name
from ripeline.store.reading_attributes import attribute_views
from ripeline.store.reading_bands import standing_of
from ripeline.store.reading_handoffs import handoffs_of
from ripeline.store.views import GivenView, LeadDetail, ModelReading, ReceiptLine

_BY_ID = "-- lead_by_id\nSELECT * FROM leads WHERE id = :key"
_BY_EMAIL = "-- lead_by_email\nSELECT * FROM leads WHERE email = :key"
_LONGEST_CHAIN: Final = 100

# Without those made for what people say of an anonymous lead.
_VISITORS = """-- visitors_of_lead
SELECT DISTINCT e.visitor_id, v.key FROM epochs AS e JOIN visitors AS v ON v.id = e.visitor_id
WHERE e.lead_id IN (SELECT :lead UNION ALL SELECT id FROM leads WHERE merged_into = :lead)
AND v.key NOT GLOB 'lead:*' ORDER BY e.visitor_id"""

_SOURCE = """-- source_of_lead
SELECT o.channel, o.source, o.medium, o.campaign, o.term
FROM sessions AS s JOIN sources AS o ON o.id = s.source_id
WHERE s.lead_id = :lead ORDER BY s.started_at {direction}, s.id {direction} LIMIT 1"""

# By the visitors people's words have, so that the log is not searched.
_GIVEN = """-- points_given
SELECT e.event_id, e.at, e.extra -> '$.p' AS props FROM epochs AS p JOIN visitors AS v ON v.id = p.visitor_id
CROSS JOIN events AS e ON e.visitor_id = v.id
WHERE p.lead_id IN (SELECT :lead UNION ALL SELECT id FROM leads WHERE merged_into = :lead)
AND (v.key GLOB 'lead:*' OR v.key GLOB 'email:*') AND e.kind_id = (SELECT id FROM texts WHERE text = :kind)
AND e.suspect_id IS NULL AND e.extra -> '$.p' IS NOT NULL ORDER BY e.at DESC, e.seq DESC LIMIT 100"""

_SCORES = """-- scores_of_lead
SELECT t.text AS model, s.score, s.engagement, s.fit, s.band, s.out_of_target
FROM json_each(:models) AS j CROSS JOIN texts AS t ON t.text = j.value
CROSS JOIN scores AS s ON s.model_id = t.id AND s.lead_id = :lead"""

_TALLIES = """-- receipt_of_lead
SELECT m.text AS model, r.text AS rule, g.reason, count(*) AS times, sum(g.points) AS points
FROM ledger AS g JOIN texts AS m ON m.id = g.model_id JOIN texts AS r ON r.id = g.rule_id
WHERE g.lead_id = :lead GROUP BY g.model_id, g.rule_id, g.reason"""


def lead_detail(conn: Connection, ruleset: Ruleset, key: int | str) -> LeadDetail:
    """The lead of that id, or of that e-mail; a merged one answers as the lead it went into. Raises `NotFound`."""
    lead = _found(conn, key)
    id = lead["id"]
    return LeadDetail(
        id=id,
        email=lead["email"],
        attributes=attribute_views(json.loads(lead["attributes"])),
        visitors=tuple(row["key"] for row in rows(conn, _VISITORS, {"lead": id})),
        first_seen=lead["first_seen"] or 0,
        last_seen=lead["last_seen"] or 0,
        reachable=bool(lead["reachable"]),
        first_source=_source(conn, id, "ASC"),
        last_source=_source(conn, id, "DESC"),
        models=_readings(conn, ruleset, id),
        handoffs=handoffs_of(conn, ruleset, id),
        given=_given(conn, id),
    )


def lead_id_of(conn: Connection, key: int | str) -> int:
    """The id under which that lead is to be read, as `lead_detail` finds it. Raises `NotFound`."""
    return int(_found(conn, key)["id"])


def own_id_of(conn: Connection, key: int | str) -> int:
    """The id of the very lead named so, whatever it was merged into. Raises `NotFound`."""
    return int(_named(conn, key)["id"])


def _found(conn: Connection, key: int | str) -> Row:
    found = _named(conn, key)
    for _ in range(_LONGEST_CHAIN):
        if found["merged_into"] is None:
            return found
        found = _named(conn, int(found["merged_into"]))
    raise NotFound("lead", key)


def _named(conn: Connection, key: int | str) -> Row:
    by_id = isinstance(key, int)
    found = rows(conn, _BY_ID if by_id else _BY_EMAIL, {"key": key if by_id else str(key).strip().lower()})
    if not found:
        raise NotFound("lead", key)
    return found[0]


def _given(conn: Connection, lead_id: int) -> tuple[GivenView, ...]:
    found = rows(conn, _GIVEN, {"lead": lead_id, "kind": POINTS})
    return tuple(_given_view(row, json.loads(row["props"])) for row in found)


def _given_view(row: Row, said: dict[str, Any]) -> GivenView:
    points = said.get("points")
    number = points if isinstance(points, int | float) and math.isfinite(points) else 0
    texts = (str(said.get(key, "")) for key in ("model", "reason", "by"))
    return GivenView(row["event_id"], row["at"], to_thousandths(number), *texts)


def _source(conn: Connection, lead_id: int, direction: str) -> str:
    """The name of the first (ASC) or last (DESC) session's source, "" before any session."""
    found = rows(conn, _SOURCE.format(direction=direction), {"lead": lead_id})
    return source_name(Source(**found[0])) if found else ""


def _readings(conn: Connection, ruleset: Ruleset, lead_id: int) -> tuple[ModelReading, ...]:
    names = json.dumps([model.id for model in ruleset.models])
    scores = {row["model"]: row for row in rows(conn, _SCORES, {"lead": lead_id, "models": names})}
    tallies = rows(conn, _TALLIES, {"lead": lead_id})
    return tuple(
        _reading(model, scores[model.id], [row for row in tallies if row["model"] == model.id])
        for model in ruleset.models
        if model.id in scores
    )


def _reading(model: Model, row: Row, tallies: list[Row]) -> ModelReading:
    standing = standing_of(model, row["score"], row["band"])
    return ModelReading(
        model=model.id,
        label=model.label,
        score=row["score"],
        engagement=row["engagement"],
        fit=row["fit"],
        band=row["band"],
        out_of_target=bool(row["out_of_target"]),
        next_band=standing.next_band,
        missing=standing.missing,
        ripeness=standing.ripeness,
        notch=standing.notch,
        receipt=_receipt(model, tallies),
    )


def _receipt(model: Model, tallies: list[Row]) -> tuple[ReceiptLine, ...]:
    """The rules that wrote a line, and points by hand: most points first, then in the order of the rule file."""
    of_rule: dict[str, list[Row]] = {}
    for row in tallies:
        of_rule.setdefault(row["rule"], []).append(row)
    lines = [
        _line(rule.id, rule.label, rule.is_fit, of_rule.pop(rule.id)) for rule in model.rules if rule.id in of_rule
    ]
    lines += [_line(id, id, False, rows) for id, rows in of_rule.items()]
    return tuple(sorted(lines, key=lambda line: -line.points))


def _line(rule: str, label: str, is_fit: bool, tallies: list[Row]) -> ReceiptLine:
    refused: Counter[str] = Counter()
    for row in tallies:
        if row["reason"] is not None:
            refused[row["reason"]] += row["times"]
    return ReceiptLine(
        rule=rule,
        label=label,
        is_fit=is_fit,
        times=sum(row["times"] for row in tallies if row["reason"] is None),
        points=sum(row["points"] for row in tallies),
        refused=dict(refused),
    )
