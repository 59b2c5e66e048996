"""Which visitors saw which pages, took which files and sent which forms: an index beside the log, a little behind it.

A chore of the writer carries it on; whatever the log has beyond `SEEN_UPTO` is read from the log itself, so that an
answer never depends on how far the chore has come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final

from ripeline.domain.event import DOWNLOAD, FORM, PAGE
from ripeline.store.database import Connection, transaction
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.projection import as_json
from ripeline.store.reading import text_id

#: The name in `meta` of the place in the log up to which it has been read.
SEEN_UPTO: Final = "seen_items_upto"

#: The kinds of event that are about such an item.
SEEN_KINDS: Final = (PAGE, DOWNLOAD, FORM)

# text_id: the address of a page or a file, the name of a form (the page's address where it has none).
SEEN_TABLES: Final = """
CREATE TABLE seen_items (
  kind_id INTEGER NOT NULL, text_id INTEGER NOT NULL, visitor_id INTEGER NOT NULL,
  PRIMARY KEY (kind_id, text_id, visitor_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE items (
  kind_id INTEGER NOT NULL, text_id INTEGER NOT NULL, visitors INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (kind_id, text_id)
) STRICT, WITHOUT ROWID;
"""

#: The text an event `e` is indexed under; `:form` is the id of that kind.
ITEM_TEXT: Final = "iif(e.kind_id = :form, coalesce(e.item_id, e.url_id), e.url_id)"

_AT_ONCE: Final = 4_000

_PART = f"""FROM events AS e WHERE e.seq > :after AND e.seq <= :upto
  AND e.kind_id IN (:page, :download, :form) AND {ITEM_TEXT} IS NOT NULL"""
_UPTO = "-- seen_upto\nSELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ?"
_NEWEST = "-- newest_event\nSELECT max(seq) FROM events"
#: Items of the log after one place up to another, with how many visitors they are new to, and when they were seen last.
NEW_ITEMS: Final = f"""
SELECT e.kind_id, {ITEM_TEXT} AS text_id, count(DISTINCT e.visitor_id) FILTER (WHERE NOT EXISTS (
    SELECT 1 FROM seen_items AS i
    WHERE i.kind_id = e.kind_id AND i.text_id = {ITEM_TEXT} AND i.visitor_id = e.visitor_id)) AS visitors,
  max(e.at) AS last_at {_PART} GROUP BY 1, 2"""
_ITEMS = f"""-- count_items
INSERT INTO items (kind_id, text_id, visitors, last_at) {NEW_ITEMS}
ON CONFLICT DO UPDATE SET visitors = visitors + excluded.visitors, last_at = max(last_at, excluded.last_at)"""
_SEEN = f"""-- index_seen
INSERT OR IGNORE INTO seen_items (kind_id, text_id, visitor_id)
SELECT e.kind_id, {ITEM_TEXT}, e.visitor_id {_PART}"""

# Erased events are forgotten here too, unless the visitor did the same another time.
_UNSEE = f"""-- unsee
DELETE FROM seen_items WHERE (kind_id, text_id, visitor_id) IN (
  SELECT e.kind_id, {ITEM_TEXT}, e.visitor_id FROM events AS e WHERE e.seq IN (SELECT value FROM json_each(:seqs)))
AND NOT EXISTS (
  SELECT 1 FROM events AS e WHERE e.visitor_id = seen_items.visitor_id AND e.kind_id = seen_items.kind_id
  AND {ITEM_TEXT} = seen_items.text_id AND e.seq NOT IN (SELECT value FROM json_each(:seqs)))
RETURNING kind_id, text_id"""
_FEWER = "-- fewer_visitors\nUPDATE items SET visitors = visitors - ? WHERE kind_id = ? AND text_id = ?"
_NONE = "-- items_of_nobody\nDELETE FROM items WHERE visitors <= 0 AND kind_id = ? AND text_id = ?"


def kind_ids(conn: Connection) -> dict[str, int]:
    """The dictionary ids of these kinds, by name; 0 for one that never happened."""
    return {kind: text_id(conn, kind) for kind in SEEN_KINDS}


def seen_upto(conn: Connection) -> int:
    """How far (`seq`) the index has read the log."""
    return int(read_meta(conn, SEEN_UPTO) or 0)


def index_seen(conn: Connection) -> int:
    """Read some more of the log, inside the caller's transaction; how many places it went on, 0 at its end."""
    after = seen_upto(conn)
    found = conn.execute(_UPTO, (after, _AT_ONCE - 1)).fetchone()
    upto = int(found[0] if found else conn.execute(_NEWEST).fetchone()[0] or 0)
    if upto <= after:
        return 0
    values = kind_ids(conn) | {"after": after, "upto": upto}
    conn.execute(_ITEMS, values)
    conn.execute(_SEEN, values)
    write_meta(conn, SEEN_UPTO, str(upto))
    return upto - after


def keep_up(conn: Connection, least: int = 1) -> int:
    """The same as a chore, in a transaction of its own; 0 while fewer than `least` events are new."""
    if int(conn.execute(_NEWEST).fetchone()[0] or 0) - seen_upto(conn) < least:
        return 0
    with transaction(conn):
        return index_seen(conn)


def unsee(conn: Connection, seqs: Collection[int]) -> None:
    """These events are about to be erased."""
    bound = kind_ids(conn) | {"seqs": as_json(list(seqs))}
    gone = Counter(map(tuple, conn.execute(_UNSEE, bound).fetchall()))
    conn.executemany(_FEWER, [(count, *item) for item, count in gone.items()])
    conn.executemany(_NONE, list(gone))
