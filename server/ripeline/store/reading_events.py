"""Events as they were stored: one row each, every text looked up."""

from __future__ import annotations

import json
from typing import Any, Final

from ripeline.domain.event import Event
from ripeline.domain.source import Source
from ripeline.store.database import Connection
from ripeline.store.reading import Row, rows

EVENT_COLUMNS: Final = """e.seq, e.event_id, e.visitor_id, e.at, e.received_at, e.site_id, e.verified, e.extra,
  kind.text AS kind, url.text AS url, title.text AS title, referrer.text AS referrer, agent.text AS agent,
  item.text AS item, suspect.text AS suspect, o.channel, o.source, o.medium, o.campaign, o.term"""

EVENT_TABLES: Final = """CROSS JOIN texts AS kind ON kind.id = e.kind_id
LEFT JOIN texts AS url ON url.id = e.url_id LEFT JOIN texts AS title ON title.id = e.title_id
LEFT JOIN texts AS referrer ON referrer.id = e.referrer_id LEFT JOIN texts AS agent ON agent.id = e.agent_id
LEFT JOIN texts AS item ON item.id = e.item_id LEFT JOIN texts AS suspect ON suspect.id = e.suspect_id
LEFT JOIN sources AS o ON o.id = e.source_id"""

_IN_ORDER = f"""-- events_in_order
SELECT {EVENT_COLUMNS}, v.key AS visitor FROM events AS e CROSS JOIN visitors AS v ON v.id = e.visitor_id
{EVENT_TABLES}
WHERE e.seq > :seq ORDER BY e.seq LIMIT :limit"""


def event_of(row: Row) -> Event:
    """One row of `EVENT_COLUMNS` as an event whose `visitor` is the visitor's row id."""
    extra: dict[str, Any] = json.loads(row["extra"]) if row["extra"] else {}
    return Event(
        id=row["event_id"],
        visitor=row["visitor_id"],
        on=row["kind"],
        at=row["at"],
        received_at=row["received_at"],
        site=row["site_id"],
        seq=row["seq"],
        url=row["url"] or "",
        title=row["title"] or "",
        referrer=row["referrer"] or "",
        agent=row["agent"] or "",
        item=row["item"] or "",
        email=extra.get("e"),
        verified=bool(row["verified"]),
        suspect=row["suspect"] or "",
        props=extra.get("p"),
        traits=extra.get("t"),
        source=_source(row),
    )


def _source(row: Row) -> Source | None:
    if row["channel"] is None:
        return None
    return Source(row["channel"], row["source"], row["medium"], row["campaign"], row["term"])


def events_after(conn: Connection, seq: int, limit: int = 1_000) -> list[tuple[str, Event]]:
    """The next stored events after that place in the log, in its order, each with its visitor's key."""
    return [(row["visitor"], event_of(row)) for row in rows(conn, _IN_ORDER, {"seq": seq, "limit": limit})]


def last_seq(conn: Connection) -> int:
    """The last place in the log, 0 while it is empty."""
    return int(conn.execute("-- last_seq\nSELECT coalesce(max(seq), 0) FROM events").fetchall()[0][0])
