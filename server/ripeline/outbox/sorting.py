"""Sorting the post: each new message to the destinations that want it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ripeline.store.database import Connection
from ripeline.store.deliveries import address_message, unsorted_messages
from ripeline.store.destinations import all_destinations

#: Messages sorted in one transaction, so that events need not wait.
A_LOT: Final = 200


def sort_messages(conn: Connection, now: int, limit: int = A_LOT) -> int:
    """Put the next due messages on their ways, inside the caller's transaction; how many there were."""
    messages = unsorted_messages(conn, now, limit)
    destinations = all_destinations(conn) if messages else ()
    for id, topic, _, payload in messages:
        model = _model_of(payload)
        address_message(conn, id, [each.id for each in destinations if each.wants(topic, model)], now)
    return len(messages)


def _model_of(payload: str) -> str | None:
    """The id of the model it is about, None: of all."""
    told: dict[str, Any] = msgspec.json.decode(payload, type=dict)
    return str(told["model"]["id"]) if told.get("model") else None
