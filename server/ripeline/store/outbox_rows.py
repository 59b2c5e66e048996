"""The outbox: what is to be told, written in the transaction that made it true and delivered later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from ripeline.store.database import Connection

Topic = Literal["lead.ready", "lead.cooled", "lead.band", "handoff.verdict", "lead.outcome"]

#: What can be told, in the order people are asked about it.
TOPICS: Final[tuple[Topic, ...]] = ("lead.ready", "lead.cooled", "lead.band", "handoff.verdict", "lead.outcome")

#: id, topic, lead id, payload as JSON, made at, due at (ms).
OutboxRow = tuple[str, str, int, str, int, int]

_PUT = """-- put_in_outbox
INSERT OR IGNORE INTO outbox (id, topic, lead_id, payload, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?)"""


def put_in_outbox(conn: Connection, messages: Sequence[OutboxRow]) -> None:
    """Messages to be delivered; one whose id is there already is the same message and is left alone."""
    conn.executemany(_PUT, messages)
