"""Appending to the log: a batch of events in as few statements as can be, and which of them were new."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final

import msgspec

from ripeline.domain.event import ENGAGEMENT, Event
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary

_COLUMNS: Final = (
    "site_id, event_id, visitor_id, kind_id, at, received_at, url_id, title_id, referrer_id, agent_id, item_id, "
    "source_id, verified, suspect_id, extra"
)
_ROW: Final = f"({', '.join('?' * len(_COLUMNS.split(', ')))})"

#: Rows a statement; one statement text a size, so that each is compiled once.
_MOST_ROWS: Final = 64
_INSERTS: Final = tuple(
    f"-- append_{rows}\nINSERT INTO events ({_COLUMNS}) VALUES {', '.join([_ROW] * rows)} ON CONFLICT DO NOTHING"
    for rows in range(_MOST_ROWS + 1)
)
#: Stands for the item of an event whose id is its item with an `e` behind it, as the script says how long a page was
#: read: a text of its own for each of them would be a fifth of the database.
BY_ITS_ID: Final = 0
_NEWEST: Final = "-- newest\nSELECT event_id, site_id FROM events ORDER BY seq DESC LIMIT ?"


def append_events(conn: Connection, events: list[Event], dictionary: Dictionary) -> list[bool]:
    """Append events in order, inside the caller's transaction; True where new, False for an id the site had before.

    When the transaction is rolled back, the caller clears the dictionary. Each event's `visitor` is a key;
    it may be an alias, and is then stored as the visitor it names.
    """
    _name_visitors(conn, events, dictionary)
    try:
        rows = _rows(events, dictionary)
    except KeyError:
        _learn(conn, events, dictionary)
        rows = _rows(events, dictionary)
    new: list[bool] = []
    for start in range(0, len(rows), _MOST_ROWS):
        new += _insert(conn, rows[start : start + _MOST_ROWS])
    return new


def _name_visitors(conn: Connection, events: list[Event], dictionary: Dictionary) -> None:
    known = dictionary.visitor_ids.known
    aliases = {event.alias: str(event.visitor) for event in events if event.alias and event.alias not in known}
    if aliases:
        dictionary.name_visitors(conn, {alias: key for alias, key in aliases.items() if alias != key})


def _learn(conn: Connection, events: list[Event], dictionary: Dictionary) -> None:
    texts = (text for e in events for text in (e.on, e.url, e.title, e.referrer, e.agent, e.suspect))
    dictionary.text_ids.learn(conn, chain(texts, (e.item for e in events if not _is_by_its_id(e))))
    dictionary.visitor_ids.learn(conn, (str(event.visitor) for event in events))
    dictionary.source_ids.learn(conn, (event.source for event in events))


def _rows(events: list[Event], dictionary: Dictionary) -> list[tuple[Any, ...]]:
    texts, visitors, sources = dictionary.text_ids.known, dictionary.visitor_ids.known, dictionary.source_ids.known
    return [
        (
            e.site,
            e.id,
            visitors[e.visitor],  # type: ignore[index]  # a key until it is stored
            texts[e.on],
            e.at,
            e.received_at,
            texts[e.url],
            texts[e.title],
            texts[e.referrer],
            texts[e.agent],
            BY_ITS_ID if _is_by_its_id(e) else texts[e.item],
            sources[e.source],
            e.verified,
            texts[e.suspect],
            _extra(e),
        )
        for e in events
    ]


def _is_by_its_id(event: Event) -> bool:
    return event.on == ENGAGEMENT and event.id == f"{event.item}e"


def _extra(event: Event) -> str | None:
    if not (event.email or event.props or event.traits):
        return None
    if event.on == ENGAGEMENT and (read := _how_long(event)):
        return read
    kept = {"e": event.email, "p": event.props, "t": event.traits}
    return msgspec.json.encode({key: value for key, value in kept.items() if value}).decode()


def _how_long(event: Event) -> str | None:
    """What the script says of a page that was read, `[ms, scroll]`; None where more, or something else, is said."""
    props = event.props or {}
    ms, scroll = props.get("ms"), props.get("scroll")
    is_all = type(ms) is int and type(scroll) is int and len(props) == 2 and not event.email and not event.traits
    return msgspec.json.encode((ms, scroll)).decode() if is_all else None


def _insert(conn: Connection, rows: list[tuple[Any, ...]]) -> list[bool]:
    values = [value for row in rows for value in row]
    added = conn.execute(_INSERTS[len(rows)], values).rowcount
    if added == len(rows):
        return [True] * added
    # The log only grows at its end: what was added just now are its last rows.
    fresh = set(conn.execute(_NEWEST, (added,)).fetchall())
    return [_take(fresh, (row[1], row[0])) for row in rows]


def _take(fresh: set[tuple[str, int]], key: tuple[str, int]) -> bool:
    """Whether that id is new; only its first event in the batch is."""
    if key in fresh:
        fresh.remove(key)
        return True
    return False
