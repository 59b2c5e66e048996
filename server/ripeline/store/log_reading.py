"""Reading the log back: stored events as `Event`s, in the order of the log or in the total order."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import Struct

from ripeline.domain.event import Event, OrderKey
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import BY_ITS_ID

# One text for all rows, decoded in C: 500 events in one hand-over of the interpreter lock instead of 500.
_SELECT: Final = """-- events_{name}
SELECT '[' || group_concat(one, ',') || ']' FROM (
  SELECT json_array(seq, event_id, visitor_id, kind_id, at, received_at, site_id, url_id, title_id, referrer_id,
    agent_id, item_id, source_id, verified, suspect_id, json(extra)) AS one
  FROM events {where}
)
"""
_AFTER: Final = _SELECT.format(name="after", where="WHERE seq > ? ORDER BY seq LIMIT ?")
_BY_SEQ: Final = _SELECT.format(name="by_seq", where="WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq")
# By an index on visitor and time: to sort all of them would take longer than to read them.
_BY_VISITOR: Final = _SELECT.format(name="of_visitors", where="WHERE visitor_id IN (SELECT value FROM json_each(?))")

# An epoch ends where the visitor's next one begins, whosever that is.
_SPANS: Final = """-- spans_of_lead
WITH own AS (SELECT :lead AS id UNION ALL SELECT id FROM leads WHERE merged_into = :lead)
SELECT visitor_id, from_at, from_rank, from_id, to_at, to_rank, to_id FROM (
  SELECT *, lead(from_at) OVER later AS to_at, lead(from_rank) OVER later AS to_rank, lead(from_id) OVER later AS to_id
  FROM epochs WHERE visitor_id IN (SELECT visitor_id FROM epochs WHERE lead_id IN own)
  WINDOW later AS (PARTITION BY visitor_id ORDER BY from_at, from_rank, from_id)
) WHERE lead_id IN own
"""


class _Extra(Struct, gc=False):
    e: str | None = None
    p: dict[str, Any] | None = None
    t: dict[str, Any] | None = None


#: `[ms, scroll]`: how long a page was read, see `log_rows`.
_HowLong = tuple[int, int]


class _Row(Struct, array_like=True, gc=False):
    seq: int
    id: str
    visitor: int
    kind: int
    at: int
    received_at: int
    site: int
    url: int | None
    title: int | None
    referrer: int | None
    agent: int | None
    item: int | None
    source: int | None
    verified: int
    suspect: int | None
    extra: _Extra | _HowLong | None


_DECODER: Final = msgspec.json.Decoder(list[_Row])
_NOTHING: Final = _Extra()
_in_order: Final = attrgetter("order")


def events_after(conn: Connection, cursor: int, limit: int, dictionary: Dictionary | None = None) -> list[Event]:
    """At most `limit` events with `seq` above the cursor, in the order of the log.

    A dictionary kept between calls saves looking the texts up again.
    """
    return _events(conn, _AFTER, (cursor, limit), dictionary)


def events_by_seq(conn: Connection, seqs: Iterable[int], dictionary: Dictionary | None = None) -> list[Event]:
    """The events at these places of the log, in its order; places without one are left out."""
    return _events(conn, _BY_SEQ, (_json(list(seqs)),), dictionary)


def events_of_visitors(
    conn: Connection, visitors: Iterable[int], dictionary: Dictionary | None = None, *, in_order: bool = True
) -> list[Event]:
    """All events of these visitors (row ids), in the total order or (not `in_order`) in any."""
    found = _events(conn, _BY_VISITOR, (_json(list(visitors)),), dictionary)
    return sorted(found, key=_in_order) if in_order else found


def events_of_lead(conn: Connection, lead_id: int, dictionary: Dictionary | None = None) -> list[Event]:
    """All events of a lead, and of those merged into it, in the total order: of each visitor those in its epochs."""
    spans = _spans(conn, lead_id)
    found = events_of_visitors(conn, spans, dictionary)
    if all(end is None and begin[2] == "" for parts in spans.values() for begin, end in parts):
        return found
    return [event for event in found if _within(spans[event.visitor], event.order)]  # type: ignore[index]


def _spans(conn: Connection, lead_id: int) -> dict[int, list[tuple[OrderKey, OrderKey | None]]]:
    spans: dict[int, list[tuple[OrderKey, OrderKey | None]]] = {}
    for visitor, at, rank, id, to_at, to_rank, to_id in conn.execute(_SPANS, {"lead": lead_id}).fetchall():
        end = None if to_at is None else (to_at, to_rank, to_id)
        spans.setdefault(visitor, []).append(((at, rank, id), end))
    return spans


def _within(spans: list[tuple[OrderKey, OrderKey | None]], order: OrderKey) -> bool:
    return any(begin <= order and (end is None or order < end) for begin, end in spans)


def _events(conn: Connection, sql: str, bound: tuple[object, ...], dictionary: Dictionary | None) -> list[Event]:
    (found,) = conn.execute(sql, bound).fetchone()
    if found is None:
        return []
    rows = _DECODER.decode(found)
    names = dictionary or Dictionary()
    try:
        return [_event(row, names) for row in rows]
    except KeyError:
        ids = (id for r in rows for id in (r.kind, r.url, r.title, r.referrer, r.agent, r.item or None, r.suspect))
        names.texts.learn(conn, ids)
        names.sources.learn(conn, (row.source for row in rows))
        return [_event(row, names) for row in rows]


def _event(row: _Row, names: Dictionary) -> Event:
    texts = names.texts.known
    extra = row.extra or _NOTHING
    if not isinstance(extra, _Extra):
        extra = _Extra(p={"ms": extra[0], "scroll": extra[1]})
    return Event(
        id=row.id,
        visitor=row.visitor,
        on=texts[row.kind],
        at=row.at,
        received_at=row.received_at,
        site=row.site,
        seq=row.seq,
        url=texts[row.url],
        title=texts[row.title],
        referrer=texts[row.referrer],
        agent=texts[row.agent],
        item=row.id[:-1] if row.item == BY_ITS_ID else texts[row.item],
        email=extra.e,
        verified=row.verified == 1,
        suspect=texts[row.suspect],
        props=extra.p,
        traits=extra.t,
        source=names.sources.known[row.source],
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
