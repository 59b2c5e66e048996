"""Events that are in the log and have no score yet."""

from __future__ import annotations

from ripeline.store.database import Connection

_WAITING = """-- waiting_events
SELECT count(*), coalesce(min(received_at), 0) FROM events WHERE seq > ?"""


def waiting_events(conn: Connection, cursor: int) -> tuple[int, int]:
    """How many events lie behind that place in the log, and when the oldest of them came in (ms, 0: there is none)."""
    count, oldest = conn.execute(_WAITING, (cursor,)).fetchone()
    return int(count), int(oldest)
