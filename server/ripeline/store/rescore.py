"""A second projection beside the one in force, and the moment at which it takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ripeline.store.database import Connection, transaction
from ripeline.store.leads import DescribedRow
from ripeline.store.projection import TABLES, as_json
from ripeline.store.projection_writing import Statement

#: The suffix of the tables that are being built.
NEXT: Final = "_next"

# What a fold knows of a lead stands in the leads' own table, so it waits here until the swap.
_LEADS_NEXT = f"""
CREATE TABLE leads{NEXT} (
  id INTEGER PRIMARY KEY, first_seen INTEGER, last_seen INTEGER, reachable INTEGER NOT NULL, attributes TEXT NOT NULL
) STRICT"""
_DESCRIBE = Statement("describe_next", f"INSERT INTO leads{NEXT}", 5)
_TAKE_DESCRIPTIONS = f"""-- take_descriptions
UPDATE leads SET first_seen = n.first_seen, last_seen = n.last_seen, reachable = n.reachable, attributes = n.attributes
FROM leads{NEXT} AS n WHERE n.id = leads.id AND
  (leads.first_seen, leads.last_seen, leads.reachable, leads.attributes)
  IS NOT (n.first_seen, n.last_seen, n.reachable, n.attributes)"""
_TABLE = "-- schema_of_table\nSELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
_INDEXES = """-- indexes_of_projection
SELECT sql FROM sqlite_schema
WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))"""
_KEEP_VERSION = """-- keep_rule_version
INSERT OR IGNORE INTO rule_versions (hash, text, at, author) VALUES (?, ?, ?, ?)"""


def begin_next(conn: Connection) -> None:
    """Empty tables to build in; whatever an earlier rescore left behind goes."""
    with transaction(conn):
        drop_next(conn)
        # Filled first and indexed at the swap: that is faster, and the index then has its own name.
        for table in TABLES:
            (schema,) = conn.execute(_TABLE, (table,)).fetchone()
            conn.execute(f"CREATE TABLE {table}{NEXT} {schema[schema.index('(') :]}")
        conn.execute(_LEADS_NEXT)


def is_next_begun(conn: Connection) -> bool:
    """Whether there are tables being built."""
    return conn.execute(_TABLE, (f"leads{NEXT}",)).fetchone() is not None


def describe_next(conn: Connection, known: Sequence[DescribedRow]) -> None:
    """What is known of leads under the rules being applied."""
    _DESCRIBE.run(conn, known)


def swap_next(conn: Connection) -> None:
    """Put the new tables in the place of the old, inside the caller's transaction."""
    indexes = [sql for (sql,) in conn.execute(_INDEXES, (as_json(TABLES),)).fetchall()]
    conn.execute(_TAKE_DESCRIPTIONS)
    # Views name the tables that are away for a moment; without this the renaming would refuse.
    conn.execute("PRAGMA legacy_alter_table = ON")
    try:
        for table in TABLES:
            conn.execute(f"DROP TABLE {table}")
            conn.execute(f"ALTER TABLE {table}{NEXT} RENAME TO {table}")
    finally:
        conn.execute("PRAGMA legacy_alter_table = OFF")
    for sql in indexes:
        conn.execute(sql)
    conn.execute(f"DROP TABLE leads{NEXT}")


def drop_next(conn: Connection) -> None:
    """Give up a projection that is not finished."""
    for table in (*TABLES, "leads"):
        conn.execute(f"DROP TABLE IF EXISTS {table}{NEXT}")


def keep_rule_version(conn: Connection, hash: str, text: str, at: int, author: str = "") -> None:
    """Remember a rule file that came into force at `at` (ms); one that was in force before stays as it was."""
    conn.execute(_KEEP_VERSION, (hash, text, at, author))
