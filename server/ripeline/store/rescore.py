"""A second projection beside the one in force, and the moment at which it takes its place.

Nothing here takes long, however large the projection: it is built with its indexes in small steps, put in place by
changing names, and the old one is emptied in small steps too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.leads import DescribedRow
from ripeline.store.projection import TABLES, as_json
from ripeline.store.projection_writing import Statement

#: The suffix of the tables that are being built, and of those that were in force before.
NEXT: Final = "_next"
OLD: Final = "_old"

# What a fold knows of a lead stands in the leads' own table, so it waits here until the swap, where it differs.
_BESIDE: Final = {
    "leads": f"""CREATE TABLE leads{NEXT} (
      id INTEGER PRIMARY KEY, first_seen INTEGER, last_seen INTEGER, reachable INTEGER NOT NULL,
      attributes TEXT NOT NULL) STRICT""",
    "quarantine": f"""CREATE TABLE quarantine{NEXT} (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, problem TEXT NOT NULL) STRICT""",
}
_DESCRIBE = Statement("describe_next", f"INSERT OR REPLACE INTO leads{NEXT}", 5)
_AS_BEFORE = f"""-- as_before
DELETE FROM leads{NEXT} AS n WHERE n.id IN (SELECT value FROM json_each(?)) AND EXISTS (
  SELECT 1 FROM leads AS l WHERE l.id = n.id AND (l.first_seen, l.last_seen, l.reachable, l.attributes)
  IS (n.first_seen, n.last_seen, n.reachable, n.attributes))"""
_TAKE_DESCRIPTIONS = f"""-- take_descriptions
UPDATE leads SET first_seen = n.first_seen, last_seen = n.last_seen, reachable = n.reachable, attributes = n.attributes
FROM leads{NEXT} AS n WHERE n.id = leads.id"""

_TABLE = "-- schema_of_table\nSELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
_INDEXES = """-- indexes_of_projection
SELECT sql FROM sqlite_schema
WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))"""
_INDEX: Final = re.compile(r'CREATE INDEX "?(\w+?)"? ON "?(\w+?)"? ?\(')
_OTHER: Final = "_b"

_MARK = "-- take_again\nINSERT OR IGNORE INTO leads_again (lead_id) SELECT value FROM json_each(?)"
_AGAIN = "-- leads_again\nSELECT lead_id FROM leads_again ORDER BY lead_id LIMIT ?"
_AGAIN_OF = "-- again_of\nSELECT lead_id FROM leads_again WHERE lead_id IN (SELECT value FROM json_each(?))"
_TAKEN = "-- taken_again\nDELETE FROM leads_again WHERE lead_id IN (SELECT value FROM json_each(?))"


def begin_next(conn: Connection) -> None:
    """Empty tables to build in, with their indexes; whatever an earlier rescore left behind goes."""
    drop_next(conn)
    for table in TABLES:
        conn.execute(f"DROP TABLE IF EXISTS {table}{OLD}")
        (schema,) = conn.execute(_TABLE, (table,)).fetchone()
        conn.execute(f"CREATE TABLE {table}{NEXT} {schema[schema.index('(') :]}")
    for (sql,) in conn.execute(_INDEXES, (as_json(TABLES),)).fetchall():
        conn.execute(_INDEX.sub(_index_of_next, sql, count=1))
    for sql in _BESIDE.values():
        conn.execute(sql)


def is_next_begun(conn: Connection) -> bool:
    """Whether there are tables being built."""
    return conn.execute(_TABLE, (f"leads{NEXT}",)).fetchone() is not None


def describe_next(conn: Connection, known: Sequence[DescribedRow]) -> None:
    """What is known of leads under the rules being applied; kept where it differs from what is known now."""
    _DESCRIBE.run(conn, known)
    conn.execute(_AS_BEFORE, (as_json([row[0] for row in known]),))


def swap_next(conn: Connection) -> None:
    """Put the new tables in the place of the old, inside the caller's transaction."""
    conn.execute(_TAKE_DESCRIPTIONS)
    conn.execute("-- take_aside\nDELETE FROM quarantine WHERE NOT unplaced")
    conn.execute(
        f"-- take_aside\nINSERT INTO quarantine (seq, at, problem) SELECT seq, at, problem FROM quarantine{NEXT}"
    )
    # Views name the tables that are away for a moment; without this the renaming would refuse.
    conn.execute("PRAGMA legacy_alter_table = ON")
    try:
        for table in TABLES:
            conn.execute(f"ALTER TABLE {table} RENAME TO {table}{OLD}")
            conn.execute(f"ALTER TABLE {table}{NEXT} RENAME TO {table}")
    finally:
        conn.execute("PRAGMA legacy_alter_table = OFF")
    drop_next(conn)


def drop_next(conn: Connection) -> None:
    """Give up a projection that is not finished."""
    for table in (*TABLES, *_BESIDE):
        conn.execute(f"DROP TABLE IF EXISTS {table}{NEXT}")
    conn.execute("-- nothing_again\nDELETE FROM leads_again")


def empty_old(conn: Connection, limit: int) -> bool:
    """Take some rows out of what was in force before, and whether there were any; an empty table goes altogether.

    A whole one dropped at once would keep everybody waiting while its pages are freed.
    """
    for table in TABLES:
        if conn.execute(_TABLE, (f"{table}{OLD}",)).fetchone() is None:
            continue
        key = "model_id, lead_id" if table == "scores" else "lead_id, lead_id"
        upto = conn.execute(
            f"-- some_old_rows\nSELECT {key} FROM {table}{OLD} ORDER BY {key} LIMIT 1 OFFSET ?", (limit,)
        ).fetchone()
        if upto is None:
            conn.execute(f"DROP TABLE {table}{OLD}")
        else:
            conn.execute(f"-- empty_old\nDELETE FROM {table}{OLD} WHERE ({key}) <= (?, ?)", upto)
        return True
    return False


def take_again(conn: Connection, leads: Iterable[int]) -> None:
    """Leads that changed after the rescore had them."""
    conn.execute(_MARK, (as_json(list(leads)),))


def leads_again(conn: Connection, limit: int) -> list[int]:
    """At most `limit` leads the rescore must take once more."""
    return [lead for (lead,) in conn.execute(_AGAIN, (limit,)).fetchall()]


def again_of(conn: Connection, leads: Iterable[int]) -> set[int]:
    """Those of the leads that the rescore must take once more."""
    return {lead for (lead,) in conn.execute(_AGAIN_OF, (as_json(list(leads)),)).fetchall()}


def taken_again(conn: Connection, leads: Iterable[int]) -> None:
    """The rescore has taken them."""
    conn.execute(_TAKEN, (as_json(list(leads)),))


def set_aside_next(conn: Connection, events: Iterable[tuple[int, int, str]]) -> None:
    """Events (place, ms, problem) that cannot be scored under the rules being applied."""
    conn.executemany(f"-- set_aside_next\nINSERT OR REPLACE INTO quarantine{NEXT} VALUES (?, ?, ?)", list(events))


def all_aside_next(conn: Connection) -> set[int]:
    """The places in the log of all these events."""
    return {seq for (seq,) in conn.execute(f"-- all_aside_next\nSELECT seq FROM quarantine{NEXT}").fetchall()}


def _index_of_next(found: re.Match[str]) -> str:
    """An index of the same columns on the new table, under the one of two names that the old one does not have."""
    name, table = found.group(1), found.group(2)
    other = name.removesuffix(_OTHER) if name.endswith(_OTHER) else name + _OTHER
    return f"CREATE INDEX {other} ON {table}{NEXT} ("
