"""What was written down about one lead, table by table, for who asks what is known of them."""

from __future__ import annotations

from typing import Final

from ripeline.domain.event import Event
from ripeline.store.database import Connection
from ripeline.store.erasing import all_ids_of
from ripeline.store.log_reading import events_of_lead
from ripeline.store.projection import as_json
from ripeline.store.reading import Row, rows
from ripeline.store.reading_events import visitor_keys

_OF_LEADS: Final = "IN (SELECT value FROM json_each(:leads))"

#: What people and the server said of a lead, by what it is called. Columns that end in `_at`, and `at`, are ms; `score`
#: and `value` are thousandths.
_SAID: Final = {
    "handoffs": f"""SELECT h.id, h.model, h.band, h.score, h.crossed_at, h.made_at, h.state, u.email AS owner,
        h.snoozed_until AS snoozed_until_at, h.closed_at, h.verdict, h.note, h.outcome, h.outcome_at
        FROM handoffs AS h LEFT JOIN users AS u ON u.id = h.owner_id WHERE h.lead_id {_OF_LEADS} ORDER BY h.id""",
    "verdicts": f"""SELECT model, verdict, note, author, at, score, band, lifted_at FROM verdicts
        WHERE lead_id {_OF_LEADS} ORDER BY id""",
    "outcomes": f"""SELECT model, outcome, at, value, author, made_at, lifted_at FROM outcomes
        WHERE lead_id {_OF_LEADS} ORDER BY id""",
    "notes": f"""SELECT kind, text, author, at, changed_at, removed_at FROM notes
        WHERE lead_id {_OF_LEADS} ORDER BY id""",
    "merges": f"""SELECT gone_id AS lead, into_id AS "into", author, at, undone_at FROM merges
        WHERE gone_id {_OF_LEADS} OR into_id {_OF_LEADS} ORDER BY id""",
    "taken_out": f"""SELECT v.key AS visitor, d.author, d.at FROM detachments AS d
        JOIN visitors AS v ON v.id = d.visitor_id
        WHERE d.email IN (SELECT email FROM leads WHERE id {_OF_LEADS}) ORDER BY d.at""",
    "alerts": f"""SELECT d.topic, t.kind, t.name, d.state, d.created_at, d.done_at FROM deliveries AS d
        LEFT JOIN destinations AS t ON t.id = d.destination_id WHERE d.lead_id {_OF_LEADS} ORDER BY d.id""",
}

_LEDGER: Final = """-- dump_ledger
SELECT g.event_seq AS seq, m.text AS model, r.text AS rule, g.at, g.points, g.reason FROM ledger AS g
JOIN texts AS m ON m.id = g.model_id JOIN texts AS r ON r.id = g.rule_id WHERE g.lead_id = :lead ORDER BY g.n"""


def said_of(conn: Connection, lead: int) -> dict[str, list[Row]]:
    """Of the lead and of all that were merged into it, the oldest first; the tables without a row too."""
    bound = {"leads": as_json(all_ids_of(conn, lead))}
    return {name: rows(conn, f"-- dump_{name}\n{sql}", bound) for name, sql in _SAID.items()}


def ledger_of(conn: Connection, lead: int) -> list[Row]:
    """Every line of the lead's ledger, with the place in the log of the event it hangs on."""
    return rows(conn, _LEDGER, {"lead": lead})


def events_with_visitors(conn: Connection, lead: int) -> list[tuple[Event, str]]:
    """All the lead did, the oldest first, each with the key of its visitor."""
    events = events_of_lead(conn, lead)
    keys = visitor_keys(conn, {int(event.visitor) for event in events})
    return [(event, keys[int(event.visitor)]) for event in events]
