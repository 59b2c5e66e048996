"""The projection read back whole, in words instead of row ids: what a verification compares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ripeline.store.database import Connection
from ripeline.store.projection import as_json

Row = tuple[Any, ...]

# By lead and model, in the order of the primary key: by lead alone it would read the table from end to end.
_READ: Final = {
    "scores": """-- stored_scores
SELECT s.lead_id, m.text, s.score, s.engagement, s.fit, s.band, s.out_of_target
FROM json_each(:models) AS j CROSS JOIN texts AS m ON m.text = j.value
CROSS JOIN json_each(:leads) AS l CROSS JOIN scores AS s ON s.model_id = m.id AND s.lead_id = l.value
ORDER BY j.id""",
    "ledger": """-- stored_ledger
SELECT g.lead_id, g.n, m.text, r.text, g.event_seq, g.at, g.points, g.reason FROM ledger AS g
CROSS JOIN texts AS m ON m.id = g.model_id CROSS JOIN texts AS r ON r.id = g.rule_id
WHERE g.lead_id IN (SELECT value FROM json_each(:leads)) ORDER BY g.n""",
    "crossings": """-- stored_crossings
SELECT c.lead_id, c.n, m.text, c.band, c.entered, c.event_seq, c.at, c.score FROM crossings AS c
CROSS JOIN texts AS m ON m.id = c.model_id
WHERE c.lead_id IN (SELECT value FROM json_each(:leads)) ORDER BY c.n""",
    "sessions": """-- stored_sessions
SELECT s.lead_id, s.started_at, s.id, s.visitor_id, s.ended_at, s.events, coalesce(p.text, ''),
  o.channel, o.source, o.medium, o.campaign, o.term FROM sessions AS s
LEFT JOIN texts AS p ON p.id = s.entry_id LEFT JOIN sources AS o ON o.id = s.source_id
WHERE s.lead_id IN (SELECT value FROM json_each(:leads)) ORDER BY s.started_at, s.id""",
    "lead": """-- stored_leads
SELECT id, first_seen, last_seen, reachable, attributes FROM leads
WHERE id IN (SELECT value FROM json_each(:leads))""",
    "state": """-- stored_states
SELECT lead_id, state, due_at FROM lead_states WHERE lead_id IN (SELECT value FROM json_each(:leads))""",
}

_UNPLACED = """-- unplaced_visitors
SELECT DISTINCT visitor_id FROM events AS e WHERE seq <= ? AND NOT EXISTS (
  SELECT 1 FROM epochs WHERE epochs.visitor_id = e.visitor_id)
AND seq NOT IN (SELECT seq FROM quarantine WHERE unplaced)"""


#: Rows by table and lead; without the lead's id, in a fixed order.
Stored = dict[str, dict[int, list[Row]]]


def stored_leads(conn: Connection, leads: Iterable[int], models: Iterable[str]) -> Stored:
    """All that is stored of those leads: scores, ledger, crossings, sessions, lead, state."""
    bound = {"leads": as_json(list(leads)), "models": as_json(list(models))}
    stored: Stored = {}
    for table, sql in _READ.items():
        of_table = stored[table] = {}
        for lead, *row in conn.execute(sql, bound).fetchall():
            of_table.setdefault(lead, []).append(tuple(row))
    return stored


def unplaced_visitors(conn: Connection, upto: int) -> list[int]:
    """Visitors with events up to that place of the log who belong to no lead."""
    return [visitor for (visitor,) in conn.execute(_UNPLACED, (upto,)).fetchall()]
