"""Messages on their way: one row a message and destination, claimed by conditional UPDATE, so that none goes twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ripeline.store.database import Connection

#: Longer than the longest wait between two tries (`outbox.schedule`).
_LATEST_MS: Final = 30 * 3_600_000

State = Literal["waiting", "sending", "sent", "dead"]

#: A message of the outbox that nobody has looked at: id, topic, lead id, payload as JSON.
Message = tuple[str, str, int, str]

_UNSORTED = """-- unsorted_messages
SELECT id, topic, lead_id, payload FROM outbox WHERE done_at IS NULL AND due_at <= ? ORDER BY rowid LIMIT ?"""
_ADDRESS = """-- add_delivery
INSERT OR IGNORE INTO deliveries (message_id, destination_id, lead_id, topic, created_at, due_at)
SELECT id, ?, lead_id, topic, ?, ? FROM outbox WHERE id = ?"""
_SORTED = "-- message_sorted\nUPDATE outbox SET done_at = ? WHERE id = ?"

# A later one waits for an earlier one of the same lead that is being tried, so that "cooled" never overtakes "ready".
# One that is due later than any try ever is was put off by a clock that ran ahead.
_DUE = """-- due_deliveries
SELECT d.id, d.message_id, d.destination_id, d.lead_id, d.topic, d.attempts, o.created_at, o.payload
FROM deliveries AS d CROSS JOIN outbox AS o ON o.id = d.message_id
CROSS JOIN destinations AS t ON t.id = d.destination_id
WHERE d.done_at IS NULL AND (d.due_at <= :now OR d.due_at > :never) AND d.state = 'waiting' AND t.disabled_at IS NULL
AND d.destination_id NOT IN (SELECT value FROM json_each(:busy))
AND NOT EXISTS (SELECT 1 FROM deliveries AS e WHERE e.done_at IS NULL
  AND e.destination_id = d.destination_id AND e.lead_id = d.lead_id AND e.id < d.id)
ORDER BY d.due_at, d.id LIMIT :limit"""
_CLAIM = """-- claim_delivery
UPDATE deliveries SET state = 'sending', attempts = attempts + 1, tried_at = :now
WHERE id = :id AND state = 'waiting' AND done_at IS NULL"""
_RELEASE = "-- release_deliveries\nUPDATE deliveries SET state = 'waiting' WHERE done_at IS NULL AND state = 'sending'"
_END = """-- end_delivery
UPDATE deliveries SET state = :state, status = :status, answer = :answer, done_at = :now
WHERE id = :id AND state = 'sending'"""
_AGAIN = """-- delay_delivery
UPDATE deliveries SET state = 'waiting', status = :status, answer = :answer, due_at = :due
WHERE id = :id AND state = 'sending'"""
_REPLAY = """-- replay_deliveries
UPDATE deliveries SET state = 'waiting', attempts = 0, due_at = :now, done_at = NULL
WHERE done_at IS NOT NULL AND {which} AND EXISTS (SELECT 1 FROM outbox WHERE id = message_id)"""
_REPLAY_ONE = _REPLAY.format(which="id = :id")
_REPLAY_DEAD = _REPLAY.format(which="state = 'dead' AND (:destination IS NULL OR destination_id = :destination)")
_GIVE_UP = """-- give_up_deliveries
UPDATE deliveries SET state = 'dead', done_at = :now, answer = :why
WHERE destination_id = :destination AND done_at IS NULL AND state = 'waiting'"""
_REMOVE = "-- remove_deliveries\nDELETE FROM deliveries WHERE destination_id = ?"
# What nobody wanted goes soon, what was sent after its log has been of use.
_PRUNE_DELIVERIES = """-- prune_deliveries
DELETE FROM deliveries WHERE done_at IS NOT NULL AND message_id IN (
  SELECT id FROM outbox WHERE done_at < ? ORDER BY done_at LIMIT 500) AND done_at < ?"""
_PRUNE = """-- prune_outbox
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox AS o WHERE done_at < ?
  AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message_id = o.id) ORDER BY done_at LIMIT 500)"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one destination, on its `attempts`-th way (1: the first); `at` is when it came to be (ms).

    `message` is the same over all tries: whoever gets it twice can tell. `payload` is what was so then, as JSON.
    """

    id: int
    message: str
    destination: int
    lead: int
    topic: str
    attempts: int
    at: int
    payload: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What came back: HTTP's status (None: nothing, or no HTTP), and the beginning of the answer or what went wrong."""

    status: int | None
    answer: str


def unsorted_messages(conn: Connection, now: int, limit: int) -> list[Message]:
    """Due messages that were not yet given to the destinations that want them, in the order they were made."""
    return list(conn.execute(_UNSORTED, (now, limit)).fetchall())


def address_message(conn: Connection, message: str, destinations: Iterable[int], now: int) -> None:
    """From now on it is on its way to those."""
    conn.executemany(_ADDRESS, [(destination, now, now, message) for destination in destinations])
    conn.execute(_SORTED, (now, message))


def due_deliveries(conn: Connection, now: int, busy: Sequence[int], limit: int) -> list[Delivery]:
    """What can be sent now, the longest due first, to any destination that is not `busy`."""
    values = {"now": now, "never": now + _LATEST_MS, "busy": json.dumps(list(busy)), "limit": limit}
    return [
        Delivery(id, message, destination, lead, topic, attempts + 1, at, payload)
        for id, message, destination, lead, topic, attempts, at, payload in conn.execute(_DUE, values).fetchall()
    ]


def claim_delivery(conn: Connection, id: int, now: int) -> bool:
    """Whether it is ours to send; nobody else will get it."""
    return bool(conn.execute(_CLAIM, {"id": id, "now": now}).rowcount)


def release_deliveries(conn: Connection) -> None:
    """What was being sent when the server stopped is to be sent (again): nobody knows whether it arrived."""
    conn.execute(_RELEASE)


def end_delivery(conn: Connection, id: int, state: Literal["sent", "dead"], ended: Ended, now: int) -> None:
    """It arrived, or is given up."""
    values = {"id": id, "state": state, "status": ended.status, "answer": ended.answer, "now": now}
    conn.execute(_END, values)


def delay_delivery(conn: Connection, id: int, ended: Ended, due: int) -> None:
    """It did not arrive, and is tried again then (ms)."""
    conn.execute(_AGAIN, {"id": id, "status": ended.status, "answer": ended.answer, "due": due})


def replay_delivery(conn: Connection, id: int, now: int) -> bool:
    """Send one again that is done; whether that can be."""
    return bool(conn.execute(_REPLAY_ONE, {"id": id, "now": now}).rowcount)


def replay_dead(conn: Connection, destination: int | None, now: int) -> int:
    """Send all again that were given up (to that destination, None: to any); how many."""
    return int(conn.execute(_REPLAY_DEAD, {"destination": destination, "now": now}).rowcount)


def give_up_deliveries(conn: Connection, destination: int, why: str, now: int) -> None:
    """Nothing that waits for it will be sent."""
    conn.execute(_GIVE_UP, {"destination": destination, "why": why, "now": now})


def remove_deliveries(conn: Connection, destination: int) -> None:
    """Forget the log of a destination."""
    conn.execute(_REMOVE, (destination,))


#: Messages nobody wanted, and those that arrived, are kept so long (ms).
UNWANTED_MS: Final = 86_400_000
KEPT_MS: Final = 30 * 86_400_000


def prune_outbox(conn: Connection, now: int) -> None:
    """Drop what is long done, some hundred at a time."""
    conn.execute(_PRUNE_DELIVERIES, (now - KEPT_MS, now - KEPT_MS))
    conn.execute(_PRUNE, (now - UNWANTED_MS,))
