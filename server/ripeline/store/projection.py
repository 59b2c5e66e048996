"""The projection of the log: lead states, sessions, ledger, crossings, scores; all of it can be folded again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from ripeline.store.database import Connection
from ripeline.store.projection_writing import Statement

#: The tables of `first_sql.PROJECTION`; a rescore builds a second set of them beside the first.
TABLES: Final = ("lead_states", "sessions", "ledger", "crossings", "scores")

#: Tables with any number of rows a lead, emptied for a lead before it is refolded.
_MANY_A_LEAD: Final = ("sessions", "ledger", "crossings")

StateRow = tuple[int, bytes, int | None]
SessionRow = tuple[int, int, int, int, int, int, int | None, int | None]
LedgerRow = tuple[int, int, int, int, int, int, int, str | None]
CrossingRow = tuple[int, int, int, str, int, int, int, int]
ScoreRow = tuple[int, int, int, int, int, str, int]


@dataclass(slots=True)
class ProjectionRows:
    """Rows ready to be written, each in the order of its table's columns.

    `states_as_due`: of leads whose state is stored already, with the very same `due_at`.
    """

    states: list[StateRow] = field(default_factory=list)
    states_as_due: list[StateRow] = field(default_factory=list)
    sessions: list[SessionRow] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    crossings: list[CrossingRow] = field(default_factory=list)
    scores: list[ScoreRow] = field(default_factory=list)


def as_json(values: object) -> str:
    """Many values as one, for `json_each`."""
    return msgspec.json.encode(values).decode()


class Projection:
    """One set of projection tables, named by `suffix` ("" is the one in force); one statement a table and call."""

    def __init__(self, conn: Connection, suffix: str = "") -> None:
        self._conn = conn
        self._states = f"""-- states_of_leads
            SELECT lead_id, state, due_at FROM lead_states{suffix} WHERE lead_id IN (SELECT value FROM json_each(?))"""
        self._saving = _saving(suffix)
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

    def states(self, lead_ids: Iterable[int]) -> list[StateRow]:
        """The stored states of those leads that have one."""
        return list(self._conn.execute(self._states, (as_json(list(lead_ids)),)).fetchall())

    def save(self, rows: ProjectionRows) -> None:
        """Write all rows; ledger lines and crossings must be new, the others replace what was there.

        In the order of the primary keys, which the rows begin with: neighbours are then found on one page.
        """
        saved: list[Sequence[tuple[Any, ...]]] = [rows.states, rows.states_as_due, rows.sessions, rows.ledger]
        saved += [rows.crossings, rows.scores]
        for statement, of_table in zip(self._saving, saved, strict=True):
            statement.run(self._conn, sorted(of_table))

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


def _saving(suffix: str) -> tuple[Statement, ...]:
    """How rows are written, table by table.

    What is set goes to its indexes too, whether it changed or not: so only what may have changed is set.
    """
    states, sessions = f"INSERT INTO lead_states{suffix}", f"INSERT INTO sessions{suffix}"
    anew = "ON CONFLICT DO UPDATE SET"
    return (
        Statement("save_states", states, 3, f"{anew} state = excluded.state, due_at = excluded.due_at"),
        Statement("save_states_as_due", states, 3, f"{anew} state = excluded.state"),
        Statement(
            "save_sessions",
            sessions,
            8,
            f"{anew} ended_at = excluded.ended_at, events = excluded.events, entry_id = excluded.entry_id",
        ),
        Statement("save_ledger", f"INSERT INTO ledger{suffix}", 8),
        Statement("save_crossings", f"INSERT INTO crossings{suffix}", 8),
        Statement(
            "save_scores",
            f"INSERT INTO scores{suffix}",
            7,
            f"""{anew} score = excluded.score, engagement = excluded.engagement,
            fit = excluded.fit, band = excluded.band, out_of_target = excluded.out_of_target""",
        ),
    )
