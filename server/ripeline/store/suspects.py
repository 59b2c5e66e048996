"""What is suspect and what was dropped, counted by reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.projection import as_json


@dataclass(frozen=True, slots=True)
class Suspected:
    """Of one reason: how many events are suspect, of how many visitors, the latest (ms received, None: none).

    `cleared`: how many were, until people said that they are a person's. `agents` are of the newest ones.
    """

    reason: str
    events: int = 0
    visitors: int = 0
    last_at: int | None = None
    cleared: int = 0
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """Of one reason: how many events were not stored on purpose, and on which day (UTC) the last of them came."""

    reason: str
    events: int
    last_day: str


_SUSPECT: Final = """-- suspects_by_reason
SELECT t.text, count(*), count(DISTINCT e.visitor_id), max(e.received_at), e.suspect_id
FROM events AS e INDEXED BY events_suspect JOIN texts AS t ON t.id = e.suspect_id
WHERE e.suspect_id IS NOT NULL GROUP BY e.suspect_id"""
_CLEARED: Final = """-- cleared_by_reason
SELECT t.text, count(*) FROM marks AS m CROSS JOIN texts AS t ON t.id = m.was_id
CROSS JOIN events AS e ON e.seq = m.event_seq WHERE e.suspect_id IS NULL GROUP BY m.was_id"""
_AGENTS: Final = """-- agents_of_reason
SELECT t.text FROM (SELECT agent_id FROM events WHERE suspect_id = ? ORDER BY seq DESC LIMIT 500) AS e
JOIN texts AS t ON t.id = e.agent_id GROUP BY t.id ORDER BY count(*) DESC, t.text LIMIT 3"""
_DROPPED: Final = "-- drops_by_reason\nSELECT reason, sum(events), max(day) FROM drops GROUP BY reason ORDER BY reason"
_DROP: Final = """-- count_drops
INSERT INTO drops (day, reason, events) SELECT ?, key, value FROM json_each(?) WHERE true
ON CONFLICT (day, reason) DO UPDATE SET events = events + excluded.events"""
_NEWEST: Final = "-- newest_event\nSELECT coalesce(max(seq), 0) FROM events"


def suspects_by_reason(conn: Connection) -> tuple[Suspected, ...]:
    """Every reason there is or was, the one with most events first."""
    found = {
        reason: Suspected(reason, events, visitors, last_at, agents=_agents(conn, id))
        for reason, events, visitors, last_at, id in conn.execute(_SUSPECT).fetchall()
    }
    for reason, cleared in conn.execute(_CLEARED).fetchall():
        found[reason] = replace(found.get(reason, Suspected(reason)), cleared=cleared)
    return tuple(sorted(found.values(), key=lambda each: (-each.events, each.reason)))


def drops_by_reason(conn: Connection) -> tuple[Dropped, ...]:
    return tuple(Dropped(*row) for row in conn.execute(_DROPPED).fetchall())


def count_drops(conn: Connection, day: str, counts: Mapping[str, int]) -> None:
    """Add to how many events were dropped that day (UTC, ISO) for each reason."""
    conn.execute(_DROP, (day, as_json(dict(counts))))


def newest_seq(conn: Connection) -> int:
    """The place of the newest event, 0 while there is none."""
    (seq,) = conn.execute(_NEWEST).fetchone()
    return int(seq)


def _agents(conn: Connection, reason_id: int) -> tuple[str, ...]:
    return tuple(agent for (agent,) in conn.execute(_AGENTS, (reason_id,)).fetchall())
