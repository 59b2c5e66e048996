"""Events that a person marked as suspect, or cleared; what they were suspected of before is kept."""

from __future__ import annotations

from typing import NamedTuple

from ripeline.domain.suspicion import PERSON
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.projection import as_json

_FIND = """-- event_by_id
SELECT e.seq, e.visitor_id, e.suspect_id IS NOT NULL, e.at FROM events AS e WHERE e.event_id = ? ORDER BY e.seq"""
_KEEP = """-- keep_mark
INSERT INTO marks (event_seq, was_id, author, at) SELECT seq, suspect_id, ?, ? FROM events WHERE seq = ?
ON CONFLICT (event_seq) DO UPDATE SET author = excluded.author, at = excluded.at"""
_TEXT = "-- text_of_mark\nINSERT INTO texts (text) VALUES (?) ON CONFLICT DO NOTHING"
# What it was suspected of when it came in is said again where that was something.
_MARK = """-- mark_event
UPDATE events SET suspect_id = coalesce(
  (SELECT was_id FROM marks WHERE event_seq = seq), (SELECT id FROM texts WHERE text = ?)) WHERE seq = ?"""
_CLEAR = "-- clear_event\nUPDATE events SET suspect_id = NULL WHERE seq = ?"
_LEADS = """-- leads_of_events
SELECT DISTINCT coalesce(l.merged_into, l.id) FROM events AS e CROSS JOIN epochs AS p
ON p.visitor_id = e.visitor_id CROSS JOIN leads AS l ON l.id = p.lead_id
WHERE e.seq IN (SELECT value FROM json_each(?))"""


class MarkedEvent(NamedTuple):
    """An event of the log: its place, its visitor's row id, whether it is suspect, when it occurred (ms)."""

    seq: int
    visitor: int
    is_suspect: bool
    at: int


def find_events(conn: Connection, id: str) -> list[MarkedEvent]:
    """The events of that id: one a site, hardly ever more than one."""
    return [MarkedEvent(seq, visitor, bool(suspect), at) for seq, visitor, suspect, at in conn.execute(_FIND, (id,))]


def mark_event(conn: Connection, seq: int, suspect: bool, by: Said) -> None:
    """From now on the event is suspect, or is not; what it was when it came in is kept."""
    conn.execute(_KEEP, (by.author, by.at, seq))
    if suspect:
        conn.execute(_TEXT, (PERSON,))
        conn.execute(_MARK, (PERSON, seq))
    else:
        conn.execute(_CLEAR, (seq,))


def leads_of_visitors_of(conn: Connection, seqs: list[int]) -> list[int]:
    """The leads that read any event of the visitors of these events."""
    return [lead for (lead,) in conn.execute(_LEADS, (as_json(seqs),)).fetchall()]
