"""Leads that new rules make ripe: proposed to a person, told to nobody until accepted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ripeline.store.database import Connection
from ripeline.store.projection import as_json
from ripeline.store.projection_writing import Statement

#: Rules' hash, lead, model, band, thousandths, crossed at (ms), crossing's event, made at (ms).
ProposalRow = tuple[str, int, str, str, int, int, str, int]

_PUT = Statement(
    "put_proposals",
    """INSERT OR REPLACE INTO proposals
    (rules_hash, lead_id, model, band, score, crossed_at, crossing_event, made_at)""",
    8,
)
_DROP = """-- drop_proposals
DELETE FROM proposals WHERE rules_hash = ? AND accepted_at IS NULL AND lead_id IN (SELECT value FROM json_each(?))"""
_DROP_OTHERS = "-- drop_other_proposals\nDELETE FROM proposals WHERE rules_hash <> ? AND accepted_at IS NULL"
# One that sales has heard of since is no proposal any more.
_OPEN = """SELECT p.id, p.lead_id, l.email, p.model, p.band, p.score, p.crossed_at, p.made_at, s.score, s.band
FROM proposals AS p CROSS JOIN leads AS l ON l.id = p.lead_id AND l.merged_into IS NULL
CROSS JOIN texts AS t ON t.text = p.model CROSS JOIN scores AS s ON s.model_id = t.id AND s.lead_id = p.lead_id
WHERE p.rules_hash = :hash AND p.accepted_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM handoffs AS h WHERE h.lead_id = p.lead_id AND h.model = p.model AND h.made_at >= p.made_at)"""
_PAGE = f"-- list_proposals\n{_OPEN} AND p.id > :after ORDER BY p.id LIMIT :limit"
_ONE = f"-- proposal_by_id\n{_OPEN} AND p.id = :id"
_ACCEPT = "-- accept_proposal\nUPDATE proposals SET accepted_at = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lead that is ripe under the rules in force, and why nobody was told: only the rules changed.

    `band` and `score` (thousandths) as when it was proposed, `crossed_at` by event time; and how it reads now.
    """

    id: int
    lead_id: int
    email: str | None
    model: str
    band: str
    score: int
    crossed_at: int
    made_at: int
    current_score: int
    current_band: str


def put_proposals(conn: Connection, hash: str, leads: Iterable[int], rows: Sequence[ProposalRow]) -> None:
    """What the rules of that hash propose of these leads, in the place of what they proposed before."""
    conn.execute(_DROP, (hash, as_json(list(leads))))
    _PUT.run(conn, rows)


def drop_other_proposals(conn: Connection, hash: str) -> None:
    """Rules that are not in force propose nothing."""
    conn.execute(_DROP_OTHERS, (hash,))


def list_proposals(conn: Connection, hash: str, after: int, limit: int) -> list[Proposal]:
    """At most `limit` open proposals of the rules of that hash, from the one after `after` on."""
    bound = {"hash": hash, "after": after, "limit": limit}
    return [Proposal(*row) for row in conn.execute(_PAGE, bound).fetchall()]


def proposal_by_id(conn: Connection, hash: str, id: int) -> Proposal | None:
    """That proposal while it is open, else None."""
    found = conn.execute(_ONE, {"hash": hash, "id": id}).fetchone()
    return Proposal(*found) if found else None


def accept_proposal(conn: Connection, id: int, now: int) -> None:
    """A person said yes."""
    conn.execute(_ACCEPT, (now, id))
