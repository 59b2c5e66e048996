"""A large database made of a small one: every life in it many times over, each with ids, keys and names of its own.

Row ids are spread (the first of them, number k of n, becomes k; the second n + k, …), so that the log keeps the order
in which things happened, and what belongs to one lead lies as far apart as it would. Nothing is scored again: what is
written is what the product wrote of the first, and `rescore --verify` finds it right (tests/fold/test_many_copies.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Final

from benchmarks.scale_lives import SPOT
from ripeline.scoring.state import LeadState, decode_state, encode_state
from ripeline.store.database import Connection, transaction

Progress = Callable[[int, int], None]

#: What there is once however many leads there are.
_ONCE: Final = "meta sites texts sources rule_versions rule_changes items".split()
#: What each lead has its own of, and the column it is read along; what its alerts were is gone by then.
_EACH: Final = {
    "visitors": "id",
    "leads": "id",
    "events": "seq",
    "epochs": "lead_id",
    "sessions": "lead_id",
    "ledger": "lead_id",
    "crossings": "lead_id",
    "scores": "lead_id",
    "handoffs": "lead_id",
    "verdicts": "lead_id",
    "outcomes": "lead_id",
    "looks": "lead_id",
    "seen_items": "visitor_id",
}
#: Row ids of what there is of each lead.
_NUMBERED: Final = frozenset("id seq lead_id visitor_id event_seq merged_into alias_of handoff_id".split())
#: Texts that are a lead's own.
_OWN: Final = frozenset("key event_id extra email attributes company_domain from_id crossing_event".split())
_PARTS: Final = 40
_STATES: Final = 500


def copy_all(conn: Connection, copies: int, progress: Progress) -> None:
    """From the database attached as `first` into the empty one; `copies` of everybody, a thousand at most."""
    _prepare(conn, copies)
    with transaction(conn):
        for table in _ONCE:
            conn.execute(f"DELETE FROM main.{table}")
            conn.execute(f"INSERT INTO main.{table} SELECT * FROM first.{table}")
        conn.execute("UPDATE items SET visitors = visitors * ?", (copies,))
        for name in ("cursor", "seen_items_upto"):
            conn.execute("UPDATE meta SET value = CAST(value AS INTEGER) * ? WHERE key = ?", (copies, name))
    sizes = {table: _count(conn, table) for table in (*_EACH, "lead_states")}
    done, total = 0, sum(sizes.values()) * copies
    for table, along in _EACH.items():
        for part in _parts(conn, table, along):
            with transaction(conn):
                conn.execute(_insert(conn, table, along), (*part, copies))
            done += sizes[table] * copies // _PARTS
            progress(done, total)
    _copy_states(conn, copies, lambda more: progress(total - sizes["lead_states"] * copies + more, total))
    progress(total, total)


def _prepare(conn: Connection, copies: int) -> None:
    conn.execute("CREATE TEMP TABLE copies (number INTEGER PRIMARY KEY, own TEXT NOT NULL)")
    conn.executemany("INSERT INTO copies VALUES (?, ?)", [(k, own_spot(k)) for k in range(copies)])


def own_spot(number: int) -> str:
    """What stands in the texts of that copy where the first has `SPOT`."""
    return f"{SPOT[0]}{number:0{len(SPOT) - 1}d}"


def _insert(conn: Connection, table: str, along: str) -> str:
    """The statement that copies a part of a table; what is worked out from other columns is left to itself."""
    columns = [row[1] for row in conn.execute(f"PRAGMA main.table_info({table})").fetchall()]
    read = ", ".join(_read(column) for column in columns)
    return f"""INSERT INTO main.{table} ({", ".join(columns)}) SELECT {read}
    FROM (SELECT * FROM first.{table} WHERE {along} > ? AND {along} <= ? ORDER BY {along}) AS t
    CROSS JOIN copies AS c WHERE c.number < ?"""


def _read(column: str) -> str:
    if column in _NUMBERED:
        return f"iif(t.{column} > 0, (t.{column} - 1) * (SELECT count(*) FROM copies) + c.number + 1, t.{column})"
    if column in _OWN:
        return f"replace(t.{column}, '{SPOT}', c.own)"
    return f"t.{column}"


def _parts(conn: Connection, table: str, along: str) -> Iterable[tuple[int, int]]:
    (last,) = conn.execute(f"SELECT coalesce(max({along}), 0) FROM first.{table}").fetchone()
    edges = [last * part // _PARTS for part in range(_PARTS + 1)]
    return pairwise(edges)


def _count(conn: Connection, table: str) -> int:
    return int(conn.execute(f"SELECT count(*) FROM first.{table}").fetchone()[0])


def _copy_states(conn: Connection, copies: int, progress: Callable[[int], None]) -> None:
    rows = conn.execute("SELECT lead_id, state, due_at FROM first.lead_states ORDER BY lead_id").fetchall()
    each = max(1, _STATES // copies)
    for start in range(0, len(rows), each):
        made: list[tuple[Any, ...]] = []
        for lead, state, due in rows[start : start + each]:
            own = [copied_state(decode_state(state), copies, number) for number in range(copies)]
            made += [((lead - 1) * copies + number + 1, blob, due) for number, blob in enumerate(own)]
        with transaction(conn):
            conn.executemany("INSERT INTO lead_states (lead_id, state, due_at) VALUES (?, ?, ?)", made)
        progress((start + each) * copies)


def copied_state(state: LeadState, copies: int, number: int) -> bytes:
    """What the fold remembers of a lead, of one of its copies: the ids of events are as long as they were."""

    def moved(id: str | int) -> int:
        return (int(id) - 1) * copies + number + 1

    for visitor in state.visitors.values():
        visitor.session.id = moved(visitor.session.id)
    state.visitors = {moved(visitor): each for visitor, each in state.visitors.items()}
    if state.active is not None:
        day, id, seq = state.active
        state.active = (day, id, moved(seq) if seq else seq)
    return encode_state(state).replace(SPOT.encode(), own_spot(number).encode())
