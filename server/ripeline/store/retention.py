"""What has been kept long enough: visits older than so many months, leads that did nothing for so many."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Final

from ripeline.domain.event import BOUNCE, CONSENT, EMAIL_OPEN, OBJECTION, POINTS, UNSUBSCRIBE
from ripeline.store.database import Connection
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.projection import as_json

#: The names in `meta`: for how long, and the day (in the zone of the rules) it was last seen to.
SETTING: Final = "retention"
LAST_NIGHT: Final = "retention_night"

LAST_ACTIONS: Final = """
-- When a lead last did something itself (ms), where the event that says so has been forgotten since.
CREATE TABLE last_actions (lead_id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
"""

#: Visitors looked at in one reading.
SPAN: Final = 2_000
_ALL: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Retention:
    """Months that visits are kept, and leads after their own last action."""

    visits: int = 13
    leads: int = 36


# Who somebody is goes with the lead, as do points a person gave, what they agreed to, and what they do not want.
_TOLD: Final = f"""(extra ->> '$.e' IS NOT NULL OR extra ->> '$.t' IS NOT NULL OR kind_id IN (
  SELECT id FROM texts WHERE text IN ('{POINTS}', '{UNSUBSCRIBE}', '{BOUNCE}', '{OBJECTION}', '{CONSENT}')))"""
_OF_KNOWN: Final = """EXISTS (SELECT 1 FROM epochs AS p CROSS JOIN leads AS l ON l.id = p.lead_id
  LEFT JOIN leads AS root ON root.id = l.merged_into
  WHERE p.visitor_id = events.visitor_id AND coalesce(root.email, l.email) IS NOT NULL)"""
_OLD: Final = f"at < :cutoff AND NOT ({_TOLD} AND {_OF_KNOWN})"
_OLD_VISITS: Final = f"""-- old_visits
SELECT seq FROM events INDEXED BY events_by_visitor
WHERE visitor_id > :after AND visitor_id <= :upto AND {_OLD} ORDER BY visitor_id, at LIMIT :most"""
_COUNT_VISITS: Final = f"""-- count_old_visits
SELECT count(*) FROM events INDEXED BY events_by_visitor
WHERE visitor_id > :after AND visitor_id <= :upto AND {_OLD}"""
_LAST_LEAD: Final = "-- last_lead\nSELECT coalesce(max(id), 0) FROM leads"
_LAST_VISITOR: Final = "-- last_visitor\nSELECT coalesce(max(id), 0) FROM visitors"

# Of each visitor only what was done while it was this lead's; what machines did, and opens, are nobody's own action.
_OWN: Final = "SELECT l.id UNION ALL SELECT id FROM leads WHERE merged_into = l.id"
_IDLE: Final = f"""FROM leads AS l
WHERE l.merged_into IS NULL AND l.email IS NOT NULL AND l.created_at < :cutoff AND l.id > :after AND l.id <= :upto
AND NOT EXISTS (SELECT 1 FROM last_actions WHERE lead_id IN ({_OWN}) AND at >= :cutoff)
AND NOT EXISTS (
  SELECT 1 FROM epochs AS p CROSS JOIN events AS e ON e.visitor_id = p.visitor_id AND e.at >= :cutoff
  WHERE p.lead_id IN ({_OWN}) AND e.suspect_id IS NULL
  AND e.kind_id NOT IN (SELECT id FROM texts WHERE text IN ('{EMAIL_OPEN}', '{BOUNCE}', '{POINTS}'))
  AND (e.at > p.from_at OR e.at = p.from_at AND e.event_id >= p.from_id)
  AND NOT EXISTS (SELECT 1 FROM epochs AS later WHERE later.visitor_id = p.visitor_id
    AND (later.from_at, later.from_rank, later.from_id) > (p.from_at, p.from_rank, p.from_id)
    AND later.from_at <= e.at))"""
_IDLE_LEADS: Final = f"-- idle_leads\nSELECT l.id {_IDLE} ORDER BY l.id LIMIT :most"
_COUNT_IDLE: Final = f"-- count_idle_leads\nSELECT count(*) {_IDLE}"

_KEEP: Final = """-- keep_last_actions
INSERT INTO last_actions (lead_id, at) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
ON CONFLICT (lead_id) DO UPDATE SET at = max(at, excluded.at)"""
_EMPTY: Final = """-- leads_without_events
SELECT l.id FROM leads AS l WHERE l.id IN (SELECT value FROM json_each(?)) AND l.merged_into IS NULL
AND l.email IS NULL AND l.first_seen IS NULL AND NOT EXISTS (SELECT 1 FROM leads WHERE merged_into = l.id)"""


def read_retention(conn: Connection) -> Retention:
    """What is set, else thirteen months and three years."""
    written = read_meta(conn, SETTING)
    return Retention(**json.loads(written)) if written else Retention()


def write_retention(conn: Connection, retention: Retention) -> None:
    write_meta(conn, SETTING, as_json(asdict(retention)))


def last_visitor(conn: Connection) -> int:
    """The row id of the newest visitor, 0 while there is none."""
    return int(conn.execute(_LAST_VISITOR).fetchone()[0])


def last_lead(conn: Connection) -> int:
    """The row id of the newest lead, 0 while there is none."""
    return int(conn.execute(_LAST_LEAD).fetchone()[0])


def old_visits(conn: Connection, cutoff: int, after: int, most: int) -> list[int]:
    """Places in the log of visits before `cutoff` (ms), of the next `SPAN` visitors after that one."""
    bound = {"cutoff": cutoff, "after": after, "upto": after + SPAN, "most": most}
    return [seq for (seq,) in conn.execute(_OLD_VISITS, bound).fetchall()]


def count_old_visits(conn: Connection, cutoff: int, after: int = 0, upto: int = _ALL) -> int:
    """Visits before `cutoff` (ms), of visitors whose row ids are beyond `after`, up to `upto`."""
    return int(conn.execute(_COUNT_VISITS, {"cutoff": cutoff, "after": after, "upto": upto}).fetchone()[0])


def idle_leads(conn: Connection, cutoff: int, after: int, most: int) -> list[int]:
    """Known leads, by id, that came in before `cutoff` (ms) and have done nothing themselves since."""
    bound = {"cutoff": cutoff, "after": after, "upto": _ALL, "most": most}
    return [lead for (lead,) in conn.execute(_IDLE_LEADS, bound).fetchall()]


def count_idle_leads(conn: Connection, cutoff: int, after: int = 0, upto: int = _ALL) -> int:
    """Those of them with row ids beyond `after`, up to `upto`."""
    return int(conn.execute(_COUNT_IDLE, {"cutoff": cutoff, "after": after, "upto": upto}).fetchone()[0])


def keep_last_actions(conn: Connection, actions: Iterable[tuple[int, int]]) -> None:
    """That a lead (its id) did something at that moment (ms) is known though the event goes."""
    conn.execute(_KEEP, (as_json([list(each) for each in actions]),))


def leads_without_events(conn: Connection, leads: Collection[int]) -> list[int]:
    """Those of the leads that nobody knows and nothing is left of."""
    return [lead for (lead,) in conn.execute(_EMPTY, (as_json(list(leads)),)).fetchall()]
