"""What is held against each other: ledgers, hand-offs, verdicts and outcomes of the leads that can be called."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from ripeline.store.database import Connection
from ripeline.store.projection import as_json

#: Who can be called is counted, and found newest first, without a look at those who cannot.
REACHABLE: Final = "CREATE INDEX leads_reachable ON leads (id) WHERE reachable = 1 AND merged_into IS NULL"

_OF: Final = "-- people_in_all\nSELECT count(*) FROM leads WHERE reachable = 1 AND merged_into IS NULL"
_UPTO: Final = """-- people_upto
SELECT count(*) FROM (SELECT 1 FROM leads WHERE reachable = 1 AND merged_into IS NULL LIMIT ?)"""
_PEOPLE: Final = """-- newest_people
SELECT id, email, coalesce(first_seen, created_at), coalesce(last_seen, created_at) FROM leads
WHERE reachable = 1 AND merged_into IS NULL ORDER BY id DESC LIMIT ?"""
_PEOPLE_OF: Final = """-- people_of
SELECT id, email, coalesce(first_seen, created_at), coalesce(last_seen, created_at) FROM leads
WHERE reachable = 1 AND merged_into IS NULL AND id IN (SELECT value FROM json_each(?)) ORDER BY id DESC"""
_OPEN: Final = """-- open_people
SELECT s.lead_id, s.score FROM (
  SELECT id FROM leads WHERE reachable = 1 AND merged_into IS NULL ORDER BY id DESC LIMIT :most) AS l
CROSS JOIN scores AS s ON s.model_id = (SELECT id FROM texts WHERE text = :model) AND s.lead_id = l.id
WHERE NOT EXISTS (SELECT 1 FROM outcomes AS o
  WHERE o.lead_id = l.id AND (o.model IS NULL OR o.model = :model) AND o.lifted_at IS NULL)"""
_LINES: Final = """-- lines_of_people
SELECT g.lead_id, g.at, r.text, g.points, g.reason FROM json_each(?) AS j
CROSS JOIN ledger AS g ON g.lead_id = j.value CROSS JOIN texts AS r ON r.id = g.rule_id
WHERE g.model_id = (SELECT id FROM texts WHERE text = ?) ORDER BY g.lead_id, g.n"""
_BANDS: Final = """-- bands_of_people
SELECT c.lead_id, c.band, min(c.at) FROM json_each(?) AS j CROSS JOIN crossings AS c ON c.lead_id = j.value
WHERE c.model_id = (SELECT id FROM texts WHERE text = ?) AND c.entered = 1 GROUP BY c.lead_id, c.band"""
_TOLD: Final = """-- told_of_people
SELECT h.lead_id, min(h.crossed_at) FROM json_each(?) AS j CROSS JOIN handoffs AS h ON h.lead_id = j.value
WHERE h.model = ? AND h.state <> 'late' GROUP BY h.lead_id"""
_VERDICTS: Final = """-- verdicts_of_people
SELECT v.lead_id, v.verdict, v.at, v.score, v.handoff_id FROM json_each(?) AS j
CROSS JOIN verdicts AS v ON v.lead_id = j.value WHERE v.model = ? AND v.lifted_at IS NULL ORDER BY v.id"""
# The last word on how it ended, dated by when it first ended.
_ENDS: Final = """-- ends_of_people
SELECT o.lead_id, o.outcome, o.at, o.value FROM json_each(?) AS j CROSS JOIN outcomes AS o ON o.lead_id = j.value
WHERE (o.model IS NULL OR o.model = ?) AND o.lifted_at IS NULL ORDER BY o.lead_id, o.at, o.id"""

#: Lead, ms, rule, thousandths, why none.
LedgerRow = tuple[int, int, str, int, Any]


class PersonRow(NamedTuple):
    """A lead that can be called, and when (ms) it was seen first and last."""

    lead: int
    email: str | None
    seen_at: int
    last_at: int


class GivenVerdict(NamedTuple):
    """Sales' word, when (ms), and the score (thousandths) of that moment; `handoff` None: on a lead not handed over."""

    verdict: str
    at: int
    score: int
    handoff: int | None


class EndRow(NamedTuple):
    """How it ended at last, and when (ms) it first did; the value (thousandths) said last, None: never."""

    end: Literal["won", "lost"]
    at: int
    value: int | None


@dataclass(frozen=True, slots=True)
class TruthRows:
    """`people` are the newest of the `of` there are; of each lead the bands it entered and when first, when sales was
    first told, the last verdict, the end."""

    of: int
    people: list[PersonRow]
    lines: list[LedgerRow]
    bands: dict[int, list[tuple[str, int]]]
    told: dict[int, int]
    verdicts: dict[int, GivenVerdict]
    ends: dict[int, EndRow]


def people_upto(conn: Connection, most: int) -> int:
    """How many leads can be called, counted up to so many."""
    return int(conn.execute(_UPTO, (most,)).fetchone()[0])


def open_people(conn: Connection, model: str, most: int) -> list[tuple[int, int]]:
    """Of the newest so many leads that can be called those without an outcome, and their scores (thousandths)."""
    return [(lead, score) for lead, score in conn.execute(_OPEN, {"model": model, "most": most}).fetchall()]


def truth_rows(conn: Connection, model: str, asked: int | Collection[int]) -> TruthRows:
    """The newest so many leads, or those of these that can be called, in one model."""
    sql, which = (_PEOPLE, asked) if isinstance(asked, int) else (_PEOPLE_OF, as_json([*asked]))
    people = [PersonRow(*row) for row in conn.execute(sql, (which,)).fetchall()]
    bound = (as_json([one.lead for one in people]), model)
    bands: dict[int, list[tuple[str, int]]] = {}
    for lead, band, at in conn.execute(_BANDS, bound).fetchall():
        bands.setdefault(lead, []).append((band, at))
    ends: dict[int, EndRow] = {}
    for lead, end, at, value in conn.execute(_ENDS, bound).fetchall():
        first = ends.get(lead)
        ends[lead] = EndRow(end, first.at, first.value if value is None else value) if first else EndRow(end, at, value)
    return TruthRows(
        of=conn.execute(_OF).fetchone()[0],
        people=people,
        lines=conn.execute(_LINES, bound).fetchall(),
        bands=bands,
        told=dict(conn.execute(_TOLD, bound).fetchall()),
        verdicts={row[0]: GivenVerdict(*row[1:]) for row in conn.execute(_VERDICTS, bound).fetchall()},
        ends=ends,
    )
