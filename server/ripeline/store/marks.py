"""Events that people marked as suspect, or cleared; what they were suspected of before is kept."""

from __future__ import annotations

from typing import NamedTuple

from ripeline.domain.suspicion import PERSON
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.projection import as_json

_FIND = """-- event_by_id
SELECT e.seq, e.visitor_id, e.suspect_id IS NOT NULL, e.at FROM events AS e WHERE e.event_id = ? ORDER BY e.seq"""
_KEEP = """-- keep_mark
INSERT INTO marks (event_seq, was_id, author, at) SELECT seq, suspect_id, ?, ? FROM events
WHERE seq IN (SELECT value FROM json_each(?))
ON CONFLICT (event_seq) DO UPDATE SET author = excluded.author, at = excluded.at"""
_TEXT = "-- text_of_mark\nINSERT INTO texts (text) VALUES (?) ON CONFLICT DO NOTHING"
# What it was suspected of when it came in is said again where that was something.
_MARK = """-- mark_events
UPDATE events SET suspect_id = coalesce(
  (SELECT was_id FROM marks WHERE event_seq = seq), (SELECT id FROM texts WHERE text = ?))
WHERE seq IN (SELECT value FROM json_each(?))"""
_CLEAR = "-- clear_events\nUPDATE events SET suspect_id = NULL WHERE seq IN (SELECT value FROM json_each(?))"
_SUSPECT = """-- suspect_events
UPDATE events SET suspect_id = (SELECT id FROM texts WHERE text = ?)
WHERE suspect_id IS NULL AND seq IN (SELECT value FROM json_each(?))"""
_SUSPECT_OF = """-- events_suspect_of
SELECT seq, visitor_id, 1, at FROM events
WHERE suspect_id = (SELECT id FROM texts WHERE text = ?) AND seq <= ? ORDER BY seq LIMIT ?"""
_CLEARED_OF = """-- events_cleared_of
SELECT e.seq, e.visitor_id, 0, e.at FROM marks AS m CROSS JOIN events AS e ON e.seq = m.event_seq
WHERE m.was_id = (SELECT id FROM texts WHERE text = ?) AND m.event_seq <= ? AND e.suspect_id IS NULL
ORDER BY e.seq LIMIT ?"""
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


def events_of_reason(conn: Connection, reason: str, is_suspect: bool, until: int, most: int) -> list[MarkedEvent]:
    """The first events up to that `seq` that are suspect for this reason, or were until a person cleared them."""
    found = conn.execute(_SUSPECT_OF if is_suspect else _CLEARED_OF, (reason, until, most)).fetchall()
    return [MarkedEvent(seq, visitor, bool(suspect), at) for seq, visitor, suspect, at in found]


def mark_events(conn: Connection, seqs: list[int], suspect: bool, by: Said) -> None:
    """From now on these events are suspect, or are not; what they were when they came in is kept."""
    places = as_json(seqs)
    conn.execute(_KEEP, (by.author, by.at, places))
    if suspect:
        conn.execute(_TEXT, (PERSON,))
        conn.execute(_MARK, (PERSON, places))
    else:
        conn.execute(_CLEAR, (places,))


def suspect_events(conn: Connection, seqs: list[int], reason: str) -> None:
    """Those of these events that are not suspect are, from now on, as if they had come in so."""
    conn.execute(_TEXT, (reason,))
    conn.execute(_SUSPECT, (reason, as_json(seqs)))


def leads_of_visitors_of(conn: Connection, seqs: list[int]) -> list[int]:
    """The leads that read any event of the visitors of these events."""
    return [lead for (lead,) in conn.execute(_LEADS, (as_json(seqs),)).fetchall()]
