"""Which stored events to read: those of a session, those after a place in the log, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ripeline.domain.event import Event
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_reading import events_by_seq
from ripeline.store.reading import id_list

#: Nobody reads on; a machine that goes on for ever must not fill our memory.
MOST_EVENTS_A_SESSION: Final = 2_000

_IN_SESSION = """-- seqs_in_session
SELECT seq FROM events WHERE visitor_id = ? AND at BETWEEN ? AND ? ORDER BY at LIMIT ?"""

# A visitor made for what people say of an anonymous lead means nothing elsewhere: there it is the lead's browser.
_KEYS = """-- visitor_keys
SELECT v.id, coalesce((
  SELECT other.key FROM epochs AS own JOIN epochs AS e ON e.lead_id = own.lead_id
  JOIN visitors AS other ON other.id = e.visitor_id
  WHERE own.visitor_id = v.id AND v.key GLOB 'lead:*' AND other.key NOT GLOB 'lead:*' ORDER BY other.id LIMIT 1), v.key)
FROM visitors AS v WHERE v.id IN (SELECT value FROM json_each(?))"""


def events_in_session(conn: Connection, span: tuple[int, int, int], dictionary: Dictionary) -> list[Event]:
    """The events of a visitor (row id) from one millisecond to another (both inclusive), the first 2 000, in the total
    order; a dictionary kept between calls saves looking the texts up again."""
    seqs = [seq for (seq,) in conn.execute(_IN_SESSION, (*span, MOST_EVENTS_A_SESSION)).fetchall()]
    return sorted(events_by_seq(conn, seqs, dictionary), key=lambda event: event.order)


def visitor_keys(conn: Connection, ids: Iterable[int]) -> dict[int, str]:
    """The key of each visitor by which it is known outside, by row id."""
    return dict(conn.execute(_KEYS, (id_list(ids),)).fetchall())


def last_seq(conn: Connection) -> int:
    """The last place in the log, 0 while it is empty."""
    return int(conn.execute("-- last_seq\nSELECT coalesce(max(seq), 0) FROM events").fetchall()[0][0])


def count_events(conn: Connection) -> int:
    """How many there are; it looks at each."""
    return int(conn.execute("-- count_events\nSELECT count(*) FROM events").fetchone()[0])
