"""Erasing for ever: events, and everything about a lead. The texts of both are in doubt then: see `erasing_texts`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.handoff_rows import LAST_ERASED_HANDOFF, next_handoff_id
from ripeline.store.leads import LAST_ERASED, next_lead_id
from ripeline.store.meta import write_meta
from ripeline.store.projection import TABLES, as_json
from ripeline.store.rescore import NEXT, is_next_begun
from ripeline.store.seen_items import unsee
from ripeline.store.stars import erase_stars

#: The columns of an event that hold row ids of texts.
TEXT_COLUMNS: Final = ("kind_id", "url_id", "title_id", "referrer_id", "agent_id", "item_id", "suspect_id")

_OF_SEQS: Final = "WHERE seq IN (SELECT value FROM json_each(:seqs))"
_DOUBT_TEXTS: Final = "-- doubt_texts\nINSERT OR IGNORE INTO doubtful_texts (id) " + " UNION ".join(
    f"SELECT {column} FROM events {_OF_SEQS} AND {column} > 0" for column in TEXT_COLUMNS
)
_DOUBT_SOURCES: Final = f"""-- doubt_sources
INSERT OR IGNORE INTO doubtful_sources (id) SELECT source_id FROM events {_OF_SEQS} AND source_id IS NOT NULL"""
_DOUBT_ENTRIES: Final = """-- doubt_entries
INSERT OR IGNORE INTO doubtful_texts (id) SELECT entry_id FROM sessions WHERE lead_id = ? AND entry_id IS NOT NULL"""

_LEADS: Final = "(SELECT value FROM json_each(:leads))"
#: Everything that is about leads, by their ids; the leads' own rows go last.
_ABOUT_LEADS: Final = (
    *(f"DELETE FROM {table} WHERE lead_id IN {_LEADS}" for table in ("handoffs", "verdicts", "outcomes", "outbox")),
    *(f"DELETE FROM {table} WHERE lead_id IN {_LEADS}" for table in ("looks", "proposals", "leads_again", "epochs")),
    f"DELETE FROM deliveries WHERE lead_id IN {_LEADS}",
    f"DELETE FROM notes WHERE lead_id IN {_LEADS}",
    f"DELETE FROM review_cards WHERE lead_id IN {_LEADS}",
    f"DELETE FROM last_actions WHERE lead_id IN {_LEADS}",
    f"DELETE FROM merges WHERE gone_id IN {_LEADS} OR into_id IN {_LEADS}",
    f"DELETE FROM detachments WHERE email IN (SELECT email FROM leads WHERE id IN {_LEADS})",
    # A list somebody keeps that looks for just this person.
    f"""DELETE FROM saved_views WHERE EXISTS (SELECT 1 FROM leads
    WHERE id IN {_LEADS} AND email IS NOT NULL AND instr(lower(replace(query, '%40', '@') || ' ' || name), email))""",
    f"UPDATE leads SET merged_into = NULL WHERE id IN {_LEADS}",
    f"DELETE FROM leads WHERE id IN {_LEADS}",
)
# Every lead that leads to this one, over any number of steps: those that were anonymous once, those a person merged.
_ALL_IDS: Final = """-- ids_of_lead
WITH RECURSIVE own (id) AS (SELECT ? UNION SELECT leads.id FROM leads JOIN own ON leads.merged_into = own.id)
SELECT id FROM own"""

# Visitors that a person took out of the lead went on naming it; machines named it, and events that are nobody's.
_SAID_ELSEWHERE: Final = """-- said_elsewhere
SELECT e.seq, e.visitor_id FROM detachments AS d CROSS JOIN events AS e ON e.visitor_id = d.visitor_id
WHERE d.email IN (SELECT email FROM leads WHERE id IN (SELECT value FROM json_each(?1)))
AND e.extra IS NOT NULL AND e.extra ->> '$.e' = d.email
UNION SELECT e.seq, e.visitor_id FROM leads AS l CROSS JOIN events AS e ON e.extra ->> '$.e' = +l.email
WHERE l.id IN (SELECT value FROM json_each(?1)) AND l.email IS NOT NULL
  AND e.suspect_id IS NOT NULL AND e.extra IS NOT NULL
UNION SELECT e.seq, e.visitor_id FROM quarantine AS q CROSS JOIN events AS e ON e.seq = q.seq
WHERE q.unplaced AND e.extra ->> '$.e' IN (
  SELECT email FROM leads WHERE id IN (SELECT value FROM json_each(?1)))"""

# A visitor that did nothing else, with all its other names.
_UNUSED: Final = """(
  SELECT value FROM json_each(:visitors) AS v WHERE NOT EXISTS (SELECT 1 FROM events WHERE visitor_id = v.value)
  AND NOT EXISTS (SELECT 1 FROM epochs WHERE visitor_id = v.value AND lead_id NOT IN (
    SELECT value FROM json_each(:leads))))"""
_FORGET_VISITORS: Final = (
    f"DELETE FROM epochs WHERE visitor_id IN {_UNUSED}",
    f"DELETE FROM detachments WHERE visitor_id IN {_UNUSED}",
    f"DELETE FROM visitors WHERE alias_of IN {_UNUSED}",
    f"DELETE FROM visitors WHERE id IN {_UNUSED}",
)


def erase_events(conn: Connection, seqs: Collection[int]) -> None:
    """Take events out of the log; their texts wait for `erasing_texts`."""
    bound = {"seqs": as_json(list(seqs))}
    for sql in (_DOUBT_TEXTS, _DOUBT_SOURCES):
        conn.execute(sql, bound)
    conn.execute("-- erase_marks\nDELETE FROM marks WHERE event_seq IN (SELECT value FROM json_each(:seqs))", bound)
    erase_stars(conn, seqs)
    unsee(conn, seqs)
    conn.execute(f"-- erase_aside\nDELETE FROM quarantine {_OF_SEQS}", bound)
    conn.execute(f"-- erase_events\nDELETE FROM events {_OF_SEQS}", bound)


def all_ids_of(conn: Connection, lead: int) -> list[int]:
    """The lead's id, and every id that leads to it."""
    return [id for (id,) in conn.execute(_ALL_IDS, (lead,)).fetchall()]


def said_elsewhere(conn: Connection, leads: Collection[int]) -> list[tuple[int, int]]:
    """Events (place in the log, visitor) that name these leads, though they are not among theirs."""
    return list(conn.execute(_SAID_ELSEWHERE, (as_json(list(leads)),)).fetchall())


def doubt_entries(conn: Connection, lead: int) -> None:
    """The first paths of the lead's sessions are texts that may be nobody's any more."""
    conn.execute(_DOUBT_ENTRIES, (lead,))


def erase_leads(conn: Connection, leads: Collection[int], visitors: Collection[int]) -> None:
    """Take out everything that is about these leads, and those of the visitors that did nothing else.

    Their events and what was folded of them must be gone already.
    """
    bound = {"leads": as_json(list(leads)), "visitors": as_json(list(visitors))}
    write_meta(conn, LAST_ERASED, str(next_lead_id(conn) - 1))
    write_meta(conn, LAST_ERASED_HANDOFF, str(next_handoff_id(conn) - 1))
    forget_visitors(conn, leads, visitors)
    for sql in _ABOUT_LEADS:
        conn.execute(f"-- erase_leads\n{sql}", bound)
    if is_next_begun(conn):
        for table in TABLES:
            conn.execute(f"-- erase_next\nDELETE FROM {table}{NEXT} WHERE lead_id IN {_LEADS}", bound)
        conn.execute(f"-- erase_next\nDELETE FROM leads{NEXT} WHERE id IN {_LEADS}", bound)


def forget_visitors(conn: Connection, leads: Collection[int], visitors: Collection[int]) -> None:
    """Take out those of the visitors that did nothing, and were of nobody but these leads."""
    bound = {"leads": as_json(list(leads)), "visitors": as_json(list(visitors))}
    for sql in _FORGET_VISITORS:
        conn.execute(f"-- forget_visitors\n{sql}", bound)


def erase_for_good(conn: Connection, on: bool) -> None:
    """While on, what is deleted is overwritten, in tables and in the text search."""
    conn.execute(f"PRAGMA secure_delete = {'ON' if on else 'FAST'}").fetchall()
    conn.execute(
        "-- erase_search\nINSERT INTO leads_search (leads_search, rank) VALUES ('secure-delete', ?)", (int(on),)
    )
