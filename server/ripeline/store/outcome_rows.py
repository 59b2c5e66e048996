"""Outcomes as they came in: so many at once, by whom; and those of one import taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.projection import as_json

# One import writes all of its lines with one moment.
_ARRIVALS: Final = """-- arrivals_of_outcomes
SELECT author, made_at, count(*), count(*) FILTER (WHERE outcome = 'won') FROM outcomes
WHERE lifted_at IS NULL GROUP BY author, made_at ORDER BY made_at DESC, author LIMIT ?"""
_LIFT: Final = """-- lift_arrival
UPDATE outcomes SET lifted_at = :now WHERE author = :author AND made_at = :at AND lifted_at IS NULL
RETURNING lead_id, model"""
_REMAINS: Final = """-- outcome_remains
SELECT 1 FROM outcomes WHERE lead_id = ? AND (model IS NULL OR model = ?) AND lifted_at IS NULL LIMIT 1"""

_KNOWN: Final = "-- known_emails\nSELECT email FROM leads WHERE email IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Arrival:
    """So many outcomes came at once, at that moment (ms), from a person, a program or the command `import`."""

    author: str
    at: int
    outcomes: int
    won: int


def arrivals(conn: Connection, most: int) -> tuple[Arrival, ...]:
    """The newest of them; those taken back are left out."""
    return tuple(Arrival(*row) for row in conn.execute(_ARRIVALS, (most,)).fetchall())


def lift_arrival(conn: Connection, which: Said, now: int) -> list[tuple[int, str | None]]:
    """None of them counts any more: whose they were, and in which model (None: in all)."""
    bound = {"author": which.author, "at": which.at, "now": now}
    return [(lead, model) for lead, model in conn.execute(_LIFT, bound).fetchall()]


def has_outcome(conn: Connection, lead: int, model: str) -> bool:
    """Whether any outcome of the lead counts in that model."""
    return conn.execute(_REMAINS, (lead, model)).fetchone() is not None


def known_emails(conn: Connection, emails: Collection[str]) -> set[str]:
    """Those of them some lead has."""
    return {email for (email,) in conn.execute(_KNOWN, (as_json(list(emails)),)).fetchall()}
