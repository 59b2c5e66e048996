"""The projection of the log: lead states, sessions, ledger, crossings, scores; all of it can be folded again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ripeline.store.database import Connection

#: The tables of `migrations.PROJECTION`; a rescore builds a second set of them beside the first.
TABLES: Final = ("lead_states", "sessions", "ledger", "crossings", "scores")

#: Tables with any number of rows a lead, emptied for a lead before it is refolded.
_MANY_A_LEAD: Final = ("sessions", "ledger", "crossings")

StateRow = tuple[int, bytes]
SessionRow = tuple[int, int, int, int, int, int, int | None, int | None]
LedgerRow = tuple[int, int, int, int, int, int, int, str | None]
CrossingRow = tuple[int, int, int, str, int, int, int]
ScoreRow = tuple[int, int, int, int, int, str, int]


@dataclass(slots=True)
class ProjectionRows:
    """Rows ready to be written, each in the order of its table's columns."""

    states: list[StateRow] = field(default_factory=list)
    sessions: list[SessionRow] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    crossings: list[CrossingRow] = field(default_factory=list)
    scores: list[ScoreRow] = field(default_factory=list)


def as_json(rows: object) -> str:
    """Many rows as one bound value: one statement then writes them all without giving the interpreter lock away."""
    return msgspec.json.encode(rows).decode()


def columns(count: int) -> str:
    """The columns of a row inside `json_each`."""
    return ", ".join(f"value ->> {place}" for place in range(count))


class Projection:
    """One set of projection tables, named by `suffix` ("" is the one in force); one statement a table and call."""

    def __init__(self, conn: Connection, suffix: str = "") -> None:
        self._conn = conn
        self._states = f"""-- states_of_leads
            SELECT lead_id, state FROM lead_states{suffix} WHERE lead_id IN (SELECT value FROM json_each(?))"""
        # States are bytes, which JSON cannot carry: they come as one run of bytes, cut at (place, length).
        self._save_states = f"""-- save_states
            INSERT OR REPLACE INTO lead_states{suffix}
            SELECT value ->> 0, substr(?2, value ->> 1, value ->> 2) FROM json_each(?1)"""
        self._save_sessions = f"""-- save_sessions
            INSERT OR REPLACE INTO sessions{suffix} SELECT {columns(8)} FROM json_each(?)"""
        self._save_ledger = f"-- save_ledger\nINSERT INTO ledger{suffix} SELECT {columns(8)} FROM json_each(?)"
        self._save_crossings = f"-- save_crossings\nINSERT INTO crossings{suffix} SELECT {columns(7)} FROM json_each(?)"
        self._save_scores = f"""-- save_scores
            INSERT INTO scores{suffix} SELECT {columns(7)} FROM json_each(?) WHERE true ON CONFLICT DO UPDATE SET
            score = excluded.score, engagement = excluded.engagement, fit = excluded.fit,
            band = excluded.band, out_of_target = excluded.out_of_target"""
        self._clear = [
            f"-- clear_leads\nDELETE FROM {table}{suffix} WHERE lead_id IN (SELECT value FROM json_each(?))"
            for table in _MANY_A_LEAD
        ]
        self._forget_states = f"""-- forget_states
            DELETE FROM lead_states{suffix} WHERE lead_id IN (SELECT value FROM json_each(?))"""
        # By the whole primary key: by lead alone it would read the table from end to end.
        self._forget_scores = f"""-- forget_scores
            DELETE FROM scores{suffix} WHERE (model_id, lead_id) IN (
              SELECT m.value, l.value FROM json_each(?) AS m CROSS JOIN json_each(?) AS l)"""

    def states(self, lead_ids: Iterable[int]) -> dict[int, bytes]:
        """The stored states of those leads that have one."""
        return dict(self._conn.execute(self._states, (as_json(list(lead_ids)),)).fetchall())

    def save(self, rows: ProjectionRows) -> None:
        """Write all rows; ledger lines and crossings must be new, the others replace what was there."""
        if rows.states:
            self._conn.execute(self._save_states, _packed(rows.states))
        if rows.sessions:
            self._conn.execute(self._save_sessions, (as_json(rows.sessions),))
        if rows.ledger:
            self._conn.execute(self._save_ledger, (as_json(rows.ledger),))
        if rows.crossings:
            self._conn.execute(self._save_crossings, (as_json(rows.crossings),))
        if rows.scores:
            self._conn.execute(self._save_scores, (as_json(rows.scores),))

    def clear(self, lead_ids: Collection[int]) -> None:
        """Take out what a refold writes anew: sessions, ledger, crossings. States and scores are replaced."""
        for statement in self._clear:
            self._conn.execute(statement, (as_json(list(lead_ids)),))

    def forget(self, lead_ids: Collection[int], model_ids: Iterable[int]) -> None:
        """Take out everything of leads that are no more; `model_ids` are the text ids of all models with scores."""
        self.clear(lead_ids)
        leads = as_json(list(lead_ids))
        self._conn.execute(self._forget_states, (leads,))
        self._conn.execute(self._forget_scores, (as_json(list(model_ids)), leads))


def _packed(states: Sequence[StateRow]) -> tuple[str, bytes]:
    places, place = [], 1
    for lead, state in states:
        places.append((lead, place, len(state)))
        place += len(state)
    return as_json(places), b"".join([state for _, state in states])
