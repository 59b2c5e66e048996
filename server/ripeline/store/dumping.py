"""What was written down about one lead, table by table, for who asks what is known of them."""

from __future__ import annotations

from typing import Final

from ripeline.domain.event import Event
from ripeline.store.audit import COMMAND_LINE
from ripeline.store.database import Connection
from ripeline.store.erasing import all_ids_of, said_elsewhere
from ripeline.store.log_reading import events_by_seq, events_of_lead
from ripeline.store.projection import as_json
from ripeline.store.reading import Row, rows
from ripeline.store.reading_events import visitor_keys

_OF_LEADS: Final = "IN (SELECT value FROM json_each(:leads))"

#: Events that a person may see beside what they did: those of the lead's browsers, whoever was at them.
_VISITORS: Final = f"(SELECT visitor_id FROM epochs WHERE lead_id {_OF_LEADS})"

#: What people and the server said of a lead, by what it is called. Columns that end in `_at`, and `at`, are ms; `score`
#: and `value` are thousandths.
_SAID: Final = {
    "names": f"""SELECT email, created_at AS known_at FROM leads
        WHERE id {_OF_LEADS} AND email IS NOT NULL ORDER BY id""",
    "sessions": f"""SELECT v.key AS visitor, s.started_at, s.ended_at, s.events, t.text AS entry, o.channel, o.source,
        o.medium, o.campaign, o.term FROM sessions AS s JOIN visitors AS v ON v.id = s.visitor_id
        LEFT JOIN texts AS t ON t.id = s.entry_id LEFT JOIN sources AS o ON o.id = s.source_id
        WHERE s.lead_id {_OF_LEADS} ORDER BY s.started_at, s.id""",
    "handoffs": f"""SELECT h.id, h.model, h.band, h.score, h.crossed_at, h.made_at, h.state, u.email AS owner,
        h.snoozed_until AS snoozed_until_at, h.closed_at, h.verdict, h.note, h.outcome, h.outcome_at, h.lifted_at,
        h.cools_at, h.reasons FROM handoffs AS h LEFT JOIN users AS u ON u.id = h.owner_id
        WHERE h.lead_id {_OF_LEADS} ORDER BY h.id""",
    "verdicts": f"""SELECT model, verdict, note, author, at, score, band, lifted_at FROM verdicts
        WHERE lead_id {_OF_LEADS} ORDER BY id""",
    "outcomes": f"""SELECT model, outcome, at, value, author, made_at, lifted_at FROM outcomes
        WHERE lead_id {_OF_LEADS} ORDER BY id""",
    "reviewed": f"""SELECT r.model, r.at, r.author, c.part, c.verdict FROM review_cards AS c
        JOIN reviews AS r ON r.id = c.review_id WHERE c.lead_id {_OF_LEADS} ORDER BY r.at""",
    "proposed": f"""SELECT model, band, score, crossed_at, made_at, accepted_at FROM proposals
        WHERE lead_id {_OF_LEADS} ORDER BY id""",
    "notes": f"""SELECT kind, text, before, author, at, changed_at, removed_at FROM notes
        WHERE lead_id {_OF_LEADS} ORDER BY id""",
    "merges": f"""SELECT gone_id AS lead, into_id AS "into", author, at, undone_at FROM merges
        WHERE gone_id {_OF_LEADS} OR into_id {_OF_LEADS} ORDER BY id""",
    "taken_out": f"""SELECT v.key AS visitor, d.author, d.at FROM detachments AS d
        JOIN visitors AS v ON v.id = d.visitor_id
        WHERE d.email IN (SELECT email FROM leads WHERE id {_OF_LEADS}) ORDER BY d.at""",
    "alerts": f"""SELECT d.topic, t.kind, t.name, d.state, d.created_at, d.done_at, d.answer FROM deliveries AS d
        LEFT JOIN destinations AS t ON t.id = d.destination_id WHERE d.lead_id {_OF_LEADS} ORDER BY d.id""",
    "messages": f"""SELECT topic, payload, created_at, done_at, failure FROM outbox
        WHERE lead_id {_OF_LEADS} ORDER BY rowid""",
    "marked": f"""SELECT e.event_id AS event, m.author, m.at FROM marks AS m JOIN events AS e ON e.seq = m.event_seq
        WHERE e.visitor_id IN {_VISITORS} ORDER BY m.at""",
    "set_aside": f"""SELECT e.event_id AS event, q.problem, q.at FROM quarantine AS q JOIN events AS e ON e.seq = q.seq
        WHERE e.visitor_id IN {_VISITORS} ORDER BY q.seq""",
    "own_people": f"""SELECT v.key AS visitor, o.domain FROM own_visitors AS o JOIN visitors AS v ON v.id = o.visitor_id
        WHERE o.visitor_id IN {_VISITORS}""",
    "last_action": f"SELECT at FROM last_actions WHERE lead_id {_OF_LEADS} ORDER BY at",
    "audit": f"""SELECT at, what, about, CASE author WHEN '{COMMAND_LINE}' THEN 'command line' ELSE author END AS author
        FROM audit WHERE lead_id {_OF_LEADS} ORDER BY id""",
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
    return _with_visitors(conn, events_of_lead(conn, lead))


def events_elsewhere(conn: Connection, lead: int) -> list[tuple[Event, str]]:
    """Events that name the lead and are not among its own: machines said so, or a browser that was taken out."""
    found = said_elsewhere(conn, all_ids_of(conn, lead))
    own = {event.seq for event in events_of_lead(conn, lead)}
    return _with_visitors(conn, events_by_seq(conn, sorted({seq for seq, _ in found} - own)))


def _with_visitors(conn: Connection, events: list[Event]) -> list[tuple[Event, str]]:
    keys = visitor_keys(conn, {int(event.visitor) for event in events})
    return [(event, keys[int(event.visitor)]) for event in events]
