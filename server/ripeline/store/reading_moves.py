"""What stands beside a page of leads besides its own model: how scores moved lately, and where each lead is ripest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ripeline.rules.model import Model, Ruleset
from ripeline.store.database import Connection
from ripeline.store.projection import as_json
from ripeline.store.reading import id_list, rows, text_id


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger line worth something: of which lead, by which rule, when (ms), thousandths."""

    lead: int
    rule: str
    at: int
    points: int


_LINES: Final = """-- lines_of_leads
SELECT g.lead_id, t.text AS rule, g.at, g.points
FROM json_each(:ids) AS j CROSS JOIN ledger AS g ON g.lead_id = j.value CROSS JOIN texts AS t ON t.id = g.rule_id
WHERE g.model_id = :model AND g.points <> 0 AND g.at <= :until"""
_SUMS: Final = """-- sums_of_leads
SELECT g.lead_id, sum(g.points) AS points FROM json_each(:ids) AS j CROSS JOIN ledger AS g ON g.lead_id = j.value
WHERE g.model_id = :model AND g.at <= :until GROUP BY g.lead_id"""
_SCORES: Final = """-- scores_of_leads
SELECT s.lead_id, m.value ->> 0 AS model, s.score, m.value ->> 2 AS enter
FROM json_each(:models) AS m CROSS JOIN json_each(:ids) AS j
CROSS JOIN scores AS s ON s.model_id = m.value ->> 1 AND s.lead_id = j.value"""


def lines_until(conn: Connection, model: str, leads: Collection[int], until: int) -> list[Line]:
    """The lines of those leads in that model up to then (ms)."""
    values = {"ids": id_list(leads), "model": text_id(conn, model), "until": until}
    return [Line(row["lead_id"], row["rule"], row["at"], row["points"]) for row in rows(conn, _LINES, values)]


def sums_until(conn: Connection, model: str, leads: Collection[int], until: int) -> dict[int, int]:
    """What the lines of each of those leads came to by then (ms), in thousandths; none: nothing."""
    values = {"ids": id_list(leads), "model": text_id(conn, model), "until": until}
    return {row["lead_id"]: row["points"] for row in rows(conn, _SUMS, values)}


def ripest(conn: Connection, ruleset: Ruleset, leads: Collection[int]) -> dict[int, str]:
    """The interest of those leads: the model (its id) where score for hand-off threshold is highest, of equals the
    first; none for a lead that has no points in any."""
    goals = [(model.id, text_id(conn, model.id), _goal(model)) for model in ruleset.models if _goal(model) > 0]
    found = rows(conn, _SCORES, {"models": as_json(goals), "ids": id_list(leads)})
    best: dict[int, tuple[float, str]] = {}
    for row in found:
        ripeness = row["score"] / row["enter"]
        if ripeness > best.get(row["lead_id"], (0.0, ""))[0]:
            best[row["lead_id"]] = (ripeness, row["model"])
    return {lead: model for lead, (_, model) in best.items()}


def _goal(model: Model) -> int:
    return model.handoff_band.enter if model.handoff_band else 0
