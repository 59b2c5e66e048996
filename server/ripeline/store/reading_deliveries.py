"""What people read of alerts on their way: the log, newest first, and how each destination fares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ripeline.store.database import Connection
from ripeline.store.reading import Row, rows
from ripeline.store.reading_attributes import values_of

#: What of the log is asked for: all of it, what is not done, what was given up.
SHOWN: Final[Mapping[str, str]] = {
    "": "1",
    "waiting": "d.done_at IS NULL",
    "dead": "d.state = 'dead'",
}

_LOG = """-- delivery_log
SELECT d.id, d.destination_id, t.name AS destination, d.topic, d.state, d.attempts, d.created_at, d.due_at, d.tried_at,
  d.done_at, d.status, d.answer, l.id AS lead_id, l.email, l.attributes
FROM deliveries AS d CROSS JOIN destinations AS t ON t.id = d.destination_id
LEFT JOIN leads AS g ON g.id = d.lead_id LEFT JOIN leads AS l ON l.id = coalesce(g.merged_into, g.id)
WHERE {shown} AND d.id < :before AND (:destination IS NULL OR d.destination_id = :destination)
ORDER BY d.id DESC LIMIT :limit"""
_COUNTS = """-- delivery_counts
SELECT (SELECT count(*) FROM deliveries WHERE done_at IS NULL),
  (SELECT count(*) FROM deliveries WHERE state = 'dead')"""
_FARES = """-- how_destinations_fare
SELECT t.id,
  (SELECT count(*) FROM deliveries WHERE state = 'dead' AND destination_id = t.id) AS dead,
  (SELECT count(*) FROM deliveries WHERE done_at IS NULL AND destination_id = t.id) AS waiting,
  (SELECT done_at FROM deliveries WHERE destination_id = t.id AND state = 'sent' ORDER BY id DESC LIMIT 1) AS sent_at
FROM destinations AS t"""
# Since the last that arrived, so that it is over when one arrives again.
_FAILING = """-- destinations_that_fail
SELECT t.name FROM destinations AS t WHERE t.disabled_at IS NULL AND EXISTS (
  SELECT 1 FROM deliveries AS d WHERE d.destination_id = t.id
  AND (d.state = 'dead' OR d.done_at IS NULL AND d.attempts >= :tries)
  AND d.id > coalesce((
    SELECT id FROM deliveries WHERE destination_id = t.id AND state = 'sent' ORDER BY id DESC LIMIT 1), 0))
ORDER BY t.id"""
#: The first tries may fail while a receiver is started anew.
_TRIES: Final = 3

#: Older than this is everything.
NEWEST: Final = 2**62


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One line of the log; times in ms. `lead` None: it was erased. `attributes` are what is known of it."""

    id: int
    destination_id: int
    destination: str
    topic: str
    state: str
    attempts: int
    created_at: int
    due_at: int
    tried_at: int | None
    done_at: int | None
    status: int | None
    answer: str
    lead: int | None
    email: str | None
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fares:
    """How a destination fares: how many were given up, how many are on their way, when (ms) one last arrived."""

    dead: int = 0
    waiting: int = 0
    sent_at: int | None = None


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines: `shown` as in `SHOWN`, to one destination (None: to all), older than the line `before`."""

    shown: str = ""
    destination: int | None = None
    before: int = NEWEST
    limit: int = 25


def delivery_log(conn: Connection, query: LogQuery) -> tuple[DeliveryView, ...]:
    """The newest first."""
    bound = {"before": query.before, "destination": query.destination, "limit": query.limit}
    return tuple(_view(row) for row in rows(conn, _LOG.format(shown=SHOWN[query.shown]), bound))


def delivery_counts(conn: Connection) -> tuple[int, int]:
    """How many are on their way, and how many were given up."""
    waiting, dead = conn.execute(_COUNTS).fetchone()
    return int(waiting), int(dead)


def how_they_fare(conn: Connection) -> dict[int, Fares]:
    """Of every destination, by its id."""
    return {id: Fares(*row) for id, *row in conn.execute(_FARES).fetchall()}


def failing_destinations(conn: Connection) -> list[str]:
    """The names of those that nothing reaches: what was given up or tried several times, and nothing arrived since."""
    return [name for (name,) in conn.execute(_FAILING, {"tries": _TRIES}).fetchall()]


def _view(row: Row) -> DeliveryView:
    lead, attributes = row.pop("lead_id"), row.pop("attributes")
    return DeliveryView(**row, lead=lead, attributes=values_of(json.loads(attributes)) if attributes else {})
