"""Merges of leads by a person: what was put into what, what went along, and taking it back."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from ripeline.store.authors import Said
from ripeline.store.database import Connection

_ADD = """-- add_merge
INSERT INTO merges (gone_id, into_id, at, author, moved) VALUES (?, ?, ?, ?, ?)"""
_IN_FORCE = """-- merge_in_force
SELECT id, gone_id, into_id, at, moved FROM merges WHERE gone_id = ? AND undone_at IS NULL"""
_END = "-- end_merge\nUPDATE merges SET undone_at = ? WHERE id = ?"
_INTO = "-- merged_into\nSELECT merged_into FROM leads WHERE id = ?"
_SET_ROOT = "-- read_lead_under\nUPDATE leads SET merged_into = ? WHERE id = ?"
# Everything a person put into this lead, directly or not.
_BELOW = """-- leads_below
WITH RECURSIVE below (id) AS (
  SELECT :lead UNION SELECT gone_id FROM merges JOIN below ON merges.into_id = below.id WHERE undone_at IS NULL)
SELECT id FROM below WHERE id <> :lead"""
_EMAILS = "-- emails_of_lead\nSELECT email FROM leads WHERE (id = :lead OR merged_into = :lead) AND email IS NOT NULL"
# Who was anonymous is called by a visitor.
_MERGED = """-- merges_under
WITH RECURSIVE own (id) AS (SELECT ? UNION SELECT leads.id FROM leads JOIN own ON leads.merged_into = own.id)
SELECT m.gone_id, coalesce(l.email, ''), coalesce((SELECT v.key FROM epochs AS e JOIN visitors AS v
  ON v.id = e.visitor_id WHERE e.lead_id = m.gone_id ORDER BY v.key GLOB 'lead:*', v.id LIMIT 1), ''), m.at, m.author
FROM merges AS m JOIN leads AS l ON l.id = m.gone_id
WHERE m.gone_id IN own AND m.undone_at IS NULL ORDER BY m.at DESC, m.id DESC"""

_HANDOFFS = "-- handoffs_to_move\nSELECT id, state, crossing_event FROM handoffs WHERE lead_id = ? ORDER BY id"
_GIVE_BACK = "-- give_back_handoff\nUPDATE handoffs SET lead_id = ?, crossing_event = ? WHERE id = ?"
_GIVE_BACK_STATE = """-- give_back_state
UPDATE OR IGNORE handoffs SET state = ?, closed_at = NULL WHERE id = ? AND state = 'expired' AND closed_at = ?"""


class Moved(NamedTuple):
    """Ids of facts that went along with a lead, hand-offs with their state and crossing event of before."""

    handoffs: list[tuple[int, str, str]]
    verdicts: list[int]
    outcomes: list[int]


_MOVED: Final = msgspec.json.Decoder(Moved)


class Merge(NamedTuple):
    """`gone` is read under `into` since `at` (ms); `moved` is what went along."""

    id: int
    gone: int
    into: int
    at: int
    moved: Moved


class MergedIn(NamedTuple):
    """A lead that a person put into another: its e-mail (or "" and a visitor of it), when (ms) and by whom."""

    id: int
    email: str
    visitor: str
    at: int
    author: str


def add_merge(conn: Connection, gone: int, into: int, by: Said, moved: Moved) -> None:
    """Remember that a person put `gone` into `into`."""
    conn.execute(_ADD, (gone, into, by.at, by.author, msgspec.json.encode(moved).decode()))


def merge_in_force(conn: Connection, gone: int) -> Merge | None:
    """The merge by which that lead is read under another one, None: no person did that."""
    for id, of, into, at, moved in conn.execute(_IN_FORCE, (gone,)).fetchall():
        return Merge(id, of, into, at, _MOVED.decode(moved))
    return None


def merges_under(conn: Connection, lead: int) -> tuple[MergedIn, ...]:
    """All that people put into this lead, directly or not, but for those nothing is left of; the latest first."""
    found = (MergedIn(*row) for row in conn.execute(_MERGED, (lead,)).fetchall())
    return tuple(each for each in found if each.email or each.visitor)


def end_merge(conn: Connection, id: int, now: int) -> None:
    """It is undone since `now` (ms)."""
    conn.execute(_END, (now, id))


def merged_into(conn: Connection, lead: int) -> int | None:
    """The lead this one is read under, None for itself."""
    row = conn.execute(_INTO, (lead,)).fetchone()
    return None if row is None else row[0]


def read_under(conn: Connection, lead: int, root: int | None) -> None:
    """From now on the lead is read under that one (None: by itself), as is all that a person put into it."""
    conn.execute(_SET_ROOT, (root, lead))
    for (each,) in conn.execute(_BELOW, {"lead": lead}).fetchall():
        conn.execute(_SET_ROOT, (lead if root is None else root, each))


def emails_of(conn: Connection, lead: int) -> list[str]:
    """Every e-mail the lead goes by, those of leads merged into it too."""
    return [email for (email,) in conn.execute(_EMAILS, {"lead": lead}).fetchall()]


def facts_of(conn: Connection, lead: int) -> Moved:
    """What people and the fold wrote down about a lead."""
    return Moved(
        conn.execute(_HANDOFFS, (lead,)).fetchall(),
        *([id for (id,) in conn.execute(_ids(table), (lead,)).fetchall()] for table in ("verdicts", "outcomes")),
    )


def take_along(conn: Connection, moved: Moved, lead: int) -> None:
    """What was said is about that lead now (`move_handoffs` does it for hand-offs)."""
    for table, ids in (("verdicts", moved.verdicts), ("outcomes", moved.outcomes)):
        conn.executemany(f"-- move_{table}\nUPDATE {table} SET lead_id = ? WHERE id = ?", [(lead, id) for id in ids])


def give_back(conn: Connection, merge: Merge) -> None:
    """All that went along is about the lead again that it was about.

    Hand-offs closed at the merge, because two of one model cannot both be open, are as they were before.
    """
    take_along(conn, merge.moved, merge.gone)
    handoffs = merge.moved.handoffs
    conn.executemany(_GIVE_BACK, [(merge.gone, event, id) for id, _, event in handoffs])
    conn.executemany(_GIVE_BACK_STATE, [(state, id, merge.at) for id, state, _ in handoffs if state != "expired"])


def _ids(table: str) -> str:
    return f"-- ids_of_{table}\nSELECT id FROM {table} WHERE lead_id = ? ORDER BY id"
