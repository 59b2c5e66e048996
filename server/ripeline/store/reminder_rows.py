"""Hand-offs that were told by e-mail and that nobody has taken: reminded of once, and of none that is old news."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ripeline.store.database import Connection

# `made_at` too, since the id of an erased hand-off may be given again.
_DUE = """-- due_reminders
SELECT o.id, o.lead_id, o.payload, json_group_array(d.destination_id)
FROM handoffs AS h CROSS JOIN outbox AS o ON o.lead_id = h.lead_id AND o.created_at = h.made_at
CROSS JOIN deliveries AS d ON d.message_id = o.id CROSS JOIN destinations AS t ON t.id = d.destination_id
WHERE h.state = 'open' AND h.made_at BETWEEN :after AND :before
AND o.topic = 'lead.ready' AND o.payload ->> '$.handoff' = h.id AND o.payload ->> '$.reminds' IS NULL
AND d.state = 'sent' AND t.kind = 'email' AND t.disabled_at IS NULL
AND NOT EXISTS (SELECT 1 FROM outbox AS r WHERE r.id = o.id || '.again')
GROUP BY o.id ORDER BY o.created_at LIMIT :limit"""
# Sorted already: it goes to those who were told, and to nobody else.
_PUT = """-- put_reminder
INSERT INTO outbox (id, topic, lead_id, payload, created_at, due_at, done_at)
VALUES (:id, 'lead.ready', :lead, :payload, :now, :now, :now)"""
_ADDRESS = """-- address_reminder
INSERT INTO deliveries (message_id, destination_id, lead_id, topic, created_at, due_at)
SELECT :id, value, :lead, 'lead.ready', :now, :now FROM json_each(:destinations)"""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A message that was sent by e-mail to `destinations` (ids), whose hand-off is as it was then."""

    message: str
    lead: int
    payload: str
    destinations: tuple[int, ...]


def due_reminders(conn: Connection, after: int, before: int, limit: int) -> list[Unanswered]:
    """Of hand-offs made between those moments (ms), the oldest first; not those that were reminded of."""
    found = conn.execute(_DUE, {"after": after, "before": before, "limit": limit}).fetchall()
    return [Unanswered(id, lead, payload, tuple(json.loads(ids))) for id, lead, payload, ids in found]


def put_reminder(conn: Connection, of: Unanswered, now: int) -> None:
    """The same message again, on its way to the same people; it says what it reminds of."""
    payload = json.dumps({**json.loads(of.payload), "reminds": of.message})
    values = {"id": f"{of.message}.again", "lead": of.lead, "payload": payload, "now": now}
    conn.execute(_PUT, values)
    conn.execute(_ADDRESS, {**values, "destinations": json.dumps(of.destinations)})
