"""Dictionary tables: texts, visitors and sources stored once, with bounded caches of their row ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Final, Generic, TypeVar

import msgspec

from ripeline.domain.source import Source
from ripeline.store.database import Connection

K = TypeVar("K")
V = TypeVar("V")

#: Reads what is asked for in one go: the database, the keys, to values by key.
Find = Callable[[Connection, list[K]], dict[K, V]]

_CACHED: Final = 16_384
#: Characters beyond which a text is remembered for a batch or two only: strangers write them, and could fill memory.
_LONG: Final = 200
_MOST_LONG: Final = 1_000

# One statement and one row for many keys: between two rows the driver gives the interpreter lock away, and
# getting it back beside a busy event loop costs a hundred times what the row does.
_ADD_TEXTS: Final = """-- add_texts
INSERT INTO texts (text) SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING
"""
_FIND_TEXTS: Final = """-- find_texts
SELECT json_group_array(json_array(text, id)) FROM texts WHERE text IN (SELECT value FROM json_each(?))
"""
_TEXTS_BY_ID: Final = """-- texts_by_id
SELECT json_group_array(json_array(id, text)) FROM texts WHERE id IN (SELECT value FROM json_each(?))
"""
_ADD_VISITORS: Final = """-- add_visitors
INSERT INTO visitors (key) SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING
"""
_FIND_VISITORS: Final = """-- find_visitors
SELECT json_group_array(json_array(key, coalesce(alias_of, id))) FROM visitors
WHERE key IN (SELECT value FROM json_each(?))
"""
_ADD_ALIASES: Final = """-- add_aliases
INSERT INTO visitors (key, alias_of) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING
"""
_ADD_SOURCES: Final = """-- add_sources
INSERT INTO sources (channel, source, medium, campaign, term)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) WHERE true
ON CONFLICT DO NOTHING
"""
_FIND_SOURCES: Final = """-- find_sources
SELECT json_group_array(json_array(json_array(channel, source, medium, campaign, term), id)) FROM sources
WHERE (channel, source, medium, campaign, term) IN
  (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?))
"""
_SOURCES_BY_ID: Final = """-- sources_by_id
SELECT json_group_array(json_array(id, json_array(channel, source, medium, campaign, term))) FROM sources
WHERE id IN (SELECT value FROM json_each(?))
"""


class Cache(Generic[K, V]):
    """Values by key, at most `limit` of them, oldest out first; `always` are never looked up, long ones leave early."""

    def __init__(self, find: Find[K, V], always: Mapping[K, V], limit: int) -> None:
        self._find = find
        self._always = always
        self._limit = limit
        self.known: dict[K, V] = dict(always)
        self._long: list[K] = []

    def learn(self, conn: Connection, keys: Iterable[K]) -> dict[K, V]:
        """`known` once it holds all these keys; read from it before the next call. Unknown ids stay absent."""
        if len(self._long) > _MOST_LONG:
            for key in self._long:
                self.known.pop(key, None)
            self._long.clear()
        # In the order given, so that the same events make the same ids everywhere.
        wanted = dict.fromkeys(keys)
        if not wanted.keys() <= self.known.keys():
            self._make_room(len(wanted))
            found = self._find(conn, [key for key in wanted if key not in self.known])
            self.known.update(found)
            self._long += [key for key, value in found.items() if _is_long(key) or _is_long(value)]
        return self.known

    def clear(self) -> None:
        self._long.clear()
        self.known.clear()
        self.known.update(self._always)

    def _make_room(self, needed: int) -> None:
        if len(self.known) + needed > self._limit:
            for key in list(islice(self.known, self._limit // 2)):
                del self.known[key]
            self.known.update(self._always)


class Dictionary:
    """Row ids to write (made when new), texts and sources to read; for one connection and one thread at a time.

    Call `clear()` when a transaction in which it wrote is rolled back, because ids it remembers are then
    nobody's, and when rows of these tables are deleted. An empty text and a missing source are NULL.
    """

    def __init__(self, limit: int = _CACHED) -> None:
        self.text_ids: Cache[str, int | None] = Cache(_ids_of_texts, {"": None}, limit)
        self.visitor_ids: Cache[str, int] = Cache(_ids_of_visitors, {}, limit)
        self.source_ids: Cache[Source | None, int | None] = Cache(_ids_of_sources, {None: None}, limit)
        self.texts: Cache[int | None, str] = Cache(_texts, {None: ""}, limit)
        self.sources: Cache[int | None, Source | None] = Cache(_sources, {None: None}, limit)

    def clear(self) -> None:
        for cache in (self.text_ids, self.visitor_ids, self.source_ids, self.texts, self.sources):
            cache.clear()

    def name_visitors(self, conn: Connection, aliases: Mapping[str, str]) -> None:
        """Make each alias another name of its visitor's key; a key that is already a visitor stays what it is."""
        visitors = self.visitor_ids.learn(conn, aliases.values())
        new = [(alias, visitors[key]) for alias, key in aliases.items() if alias not in visitors]
        if new:
            conn.execute(_ADD_ALIASES, (_json(new),))
            self.visitor_ids.learn(conn, [alias for alias, _ in new])


def _is_long(text: object) -> bool:
    return isinstance(text, str) and len(text) > _LONG


def _ids_of_texts(conn: Connection, texts: list[str]) -> dict[str, int | None]:
    conn.execute(_ADD_TEXTS, (_json(texts),))
    return dict(_pairs(conn, _FIND_TEXTS, texts))


def _ids_of_visitors(conn: Connection, keys: list[str]) -> dict[str, int]:
    conn.execute(_ADD_VISITORS, (_json(keys),))
    return dict(_pairs(conn, _FIND_VISITORS, keys))


def _ids_of_sources(conn: Connection, sources: list[Source | None]) -> dict[Source | None, int | None]:
    fields = [msgspec.structs.astuple(source) for source in sources if source is not None]
    conn.execute(_ADD_SOURCES, (_json(fields),))
    return {Source(*found): id for found, id in _pairs(conn, _FIND_SOURCES, fields)}


def _texts(conn: Connection, ids: list[int | None]) -> dict[int | None, str]:
    return dict(_pairs(conn, _TEXTS_BY_ID, ids))


def _sources(conn: Connection, ids: list[int | None]) -> dict[int | None, Source | None]:
    return {id: Source(*found) for id, found in _pairs(conn, _SOURCES_BY_ID, ids)}


def _pairs(conn: Connection, sql: str, keys: list[Any]) -> list[Any]:
    (found,) = conn.execute(sql, (_json(keys),)).fetchone()
    return list(msgspec.json.decode(found))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
