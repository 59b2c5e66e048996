"""Pages, files and forms by the names people call them: those a filter means, and those there are to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from unicodedata import normalize
from urllib.parse import unquote

from ripeline.domain.event import DOWNLOAD, FORM, PAGE
from ripeline.domain.urls import split_url
from ripeline.rules.globs import compile_glob, folded
from ripeline.store.database import Connection
from ripeline.store.reading import Row, rows
from ripeline.store.seen_items import ITEM_TEXT, kind_ids, seen_upto

# Strangers choose the addresses: a cache of long ones would be theirs to fill.
_LONGEST_CACHED: Final = 256

_ALL: Final = f"""-- items_of_kind
SELECT i.text_id AS id, t.text, i.visitors, i.last_at FROM items AS i CROSS JOIN texts AS t ON t.id = i.text_id
WHERE i.kind_id = :kind
UNION ALL
SELECT fresh.id, t.text, fresh.visitors, fresh.last_at FROM (
  SELECT {ITEM_TEXT} AS id, count(DISTINCT e.visitor_id) AS visitors, max(e.at) AS last_at FROM events AS e
  WHERE e.seq > :tail AND e.kind_id = :kind GROUP BY 1
) AS fresh CROSS JOIN texts AS t ON t.id = fresh.id"""


@dataclass(frozen=True, slots=True)
class Meant:
    """The items a filter means: their text ids, and at most how many visitors that is."""

    texts: tuple[int, ...]
    visitors: int


def items_meant(conn: Connection, kind: str, wanted: str) -> Meant:
    """The items of that kind that `wanted` means.

    With a star: a glob of the whole name. A page from its first slash on: that page and those below it ("/": the first
    page alone). Anything else: a part of the name, whatever its case and accents.
    """
    fits = _test(kind, wanted)
    found = [row for row in _items(conn, kind) if fits(name_of(kind, row["text"]))]
    return Meant(tuple({row["id"]: None for row in found}), sum(row["visitors"] for row in found))


def items_to_choose(conn: Connection, kind: str, since: int, limit: int) -> tuple[str, ...]:
    """The names of what most visitors saw, among what was seen since then (ms); the most seen first."""
    names: Counter[str] = Counter()
    for row in _items(conn, kind):
        if row["last_at"] >= since:
            names[name_of(kind, row["text"])] += row["visitors"]
    return tuple(sorted((name for name in names if name), key=lambda name: (-names[name], name))[:limit])


def name_of(kind: str, text: str) -> str:
    """What people call it: a page by its path, a file by its last part, a form by its name or its page's path."""
    return _cached_name(kind, text) if len(text) <= _LONGEST_CACHED else _name(kind, text)


def _name(kind: str, text: str) -> str:
    if kind == FORM and "://" not in text:
        return text
    path = normalize("NFC", unquote(split_url(text).path))
    return path.rpartition("/")[2] if kind == DOWNLOAD else path


_cached_name = lru_cache(maxsize=65_536)(_name)


def _items(conn: Connection, kind: str) -> list[Row]:
    ids = kind_ids(conn)
    return rows(conn, _ALL, {"kind": ids[kind], "form": ids[FORM], "tail": seen_upto(conn)})


def _test(kind: str, wanted: str) -> Callable[[str], bool]:
    if "*" in wanted:
        return compile_glob(wanted, path=kind == PAGE)
    if kind == PAGE and wanted.startswith("/"):
        whole = normalize("NFC", unquote(wanted)).rstrip("/")
        return lambda name: name == (whole or "/") or (bool(whole) and name.startswith(whole + "/"))
    part = folded(wanted)
    return lambda name: part in folded(name)
