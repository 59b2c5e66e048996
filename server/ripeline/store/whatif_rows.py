"""What a what-if reads: the rules in force, and of each lead its scores and sums over its ledger, span by span."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from ripeline.store.database import Connection
from ripeline.store.projection import as_json

#: Leads by id: above the first, up to the second.
Span = tuple[int, int]

#: Engagement, fit (thousandths), band, whether out of target: what a model says of a lead, as it is stored.
Reading = tuple[int, int, str, int]

#: Lead id, rule id, place of the event in the log, ms, thousandths, why none.
LineRow = tuple[int, int, int, int, int, Any]

#: A function of (thousandths, ms) → what is left of them.
Left = Callable[[int, int], int]


class LeftAnew(Protocol):
    """Told every line of one lead that was paid or capped, by its ms and in order, it says what is left in the end."""

    def step(self, at: int) -> None: ...
    def finalize(self) -> int: ...


_META: Final = """-- rules_in_force
SELECT (SELECT value FROM meta WHERE key = 'rules_hash'), (SELECT value FROM meta WHERE key = 'cursor'),
  (SELECT value FROM meta WHERE key = 'swept'), (SELECT text FROM rule_versions WHERE hash = (
  SELECT value FROM meta WHERE key = 'rules_hash')), (SELECT coalesce(max(id), 0) FROM leads)"""
_TEXT_IDS: Final = "-- ids_of_names\nSELECT text, id FROM texts WHERE text IN (SELECT value FROM json_each(?))"
# Put together here: a row for each of a million leads takes twice as long.
_SCORED: Final = """-- scored_span
SELECT engagement, fit, band, out_of_target, json_group_array(lead_id) FROM scores
WHERE model_id = ? AND lead_id > ? AND lead_id <= ? GROUP BY engagement, fit, band, out_of_target"""
_LIVING: Final = "-- living_span\nSELECT id FROM leads WHERE id > ? AND id <= ? AND merged_into IS NULL ORDER BY id"
_OVERDUE: Final = "-- overdue_leads\nSELECT lead_id FROM lead_states WHERE due_at <= ?"
# Not joined to a list of leads: this way they come in order by themselves.
_LINES: Final = """-- lines_that_count
SELECT lead_id, rule_id, event_seq, at, points, reason FROM ledger
WHERE lead_id IN (SELECT value FROM json_each(?)) AND model_id = ? AND (points <> 0{wanted}) ORDER BY lead_id, n"""
_WANTED: Final = " OR (rule_id IN ({rules}) AND coalesce(reason, 'capped') = 'capped')"
_HISTORY: Final = "-- span_of_history\nSELECT min(first_seen), max(last_seen) FROM leads"
_NAMES: Final = "-- names_of_leads\nSELECT id, email FROM leads WHERE id IN (SELECT value FROM json_each(?))"
_WITH_LINES: Final = """-- leads_with_lines
SELECT DISTINCT lead_id FROM ledger WHERE lead_id > ? AND lead_id <= ? AND ({rules})"""

#: Numbers to which a line that gave nothing adds nothing.
_OF_POINTS: Final = frozenset({"shift", "points", "left"})

#: One number a lead, by what is to be told, of the lines of one rule (of "shift": of many) in one model.
_COLUMNS: Final = {
    "shift": "coalesce(sum(CASE WHEN model_id = ? THEN CASE rule_id {of} END * ((points > 0) - (points < 0)) END), 0)",
    "paid": "count(*) FILTER (WHERE {of} AND reason IS NULL)",
    "held": "count(*) FILTER (WHERE {of})",
    "points": "coalesce(sum(points) FILTER (WHERE {of}), 0)",
    "left": "coalesce(sum({function}(points, at)) FILTER (WHERE {of}), 0)",
    "anew": "coalesce({function}(at) FILTER (WHERE {of} AND coalesce(reason, 'capped') = 'capped'), 0)",
}


_decode: Final = msgspec.json.Decoder(list[int]).decode


class InForce(NamedTuple):
    """What the database says of its own scores: rules (None: nothing scored yet), the place in the log up to which all
    is folded, the moment (ms) up to which time has done its work, and the highest lead id."""

    hash: str | None
    text: str | None
    upto: int
    swept: int
    last_lead: int


class LedgerSum(NamedTuple):
    """A number to be made of the lines of one rule, of "shift" of many (all ids those of texts).

    `by`: how much a line of each rule counts that gave something, of "shift"; `left` is of "left", `anew` of "anew".
    """

    told: str
    model_id: int
    rule_ids: tuple[int, ...]
    by: tuple[int, ...] = ()
    left: Left | None = None
    anew: type[LeftAnew] | None = None


def in_force(conn: Connection) -> InForce:
    """Under which rules, and how far, everything is scored."""
    hash, upto, swept, text, last = conn.execute(_META).fetchone()
    return InForce(hash, text, int(upto or 0), int(swept or 0), last)


def span_of_history(conn: Connection) -> tuple[int, int] | None:
    """When (ms) the first of all leads did something, and when the last one did; None: nobody ever did."""
    first, last = conn.execute(_HISTORY).fetchone()
    return None if first is None else (first, last)


def ids_of_names(conn: Connection, names: Iterable[str]) -> dict[str, int]:
    """The ids of those texts that are stored at all."""
    return dict(conn.execute(_TEXT_IDS, (as_json(list(names)),)).fetchall())


def scored_span(conn: Connection, model_id: int, span: Span) -> dict[Reading, list[int]]:
    """The leads of a span, sorted, by how they read in one model."""
    rows = conn.execute(_SCORED, (model_id, *span)).fetchall()
    return {row[:4]: sorted(_decode(row[4])) for row in rows}


def living_span(conn: Connection, span: Span) -> list[int]:
    """The leads of a span that are read under no other."""
    return [id for (id,) in conn.execute(_LIVING, span).fetchall()]


def overdue_leads(conn: Connection, now: int) -> list[int]:
    """Leads whose scores time has changed by `now` (ms) and nobody has written it down."""
    return [id for (id,) in conn.execute(_OVERDUE, (now,)).fetchall()]


def ledger_sums(conn: Connection, span: Span, sums: Sequence[LedgerSum]) -> dict[int, tuple[int, ...]]:
    """Of every lead of a span with a line of any of these rules the numbers asked for, in their order; leads whose
    numbers would all be 0 may be left out."""
    if not sums:
        return {}
    columns = [_column(conn, each, f"left_{number}") for number, each in enumerate(sums)]
    rules = sorted({id for each in sums for id in each.rule_ids})
    # Most matches give nothing: passing them over early is a third of the time.
    giving = "AND points <> 0" if all(each.told in _OF_POINTS for each in sums) else ""
    sql = f"""-- ledger_sums
    SELECT lead_id, {", ".join(columns)} FROM ledger WHERE lead_id > ? AND lead_id <= ? {giving}
    AND rule_id IN ({", ".join("?" * len(rules))}) GROUP BY lead_id"""
    bound = [value for each in sums for value in _bound(each)]
    return {row[0]: row[1:] for row in conn.execute(sql, (*bound, *span, *rules)).fetchall()}


def _column(conn: Connection, asked: LedgerSum, function: str) -> str:
    if asked.left is not None:
        conn.create_function(function, 2, asked.left, deterministic=True)
    if asked.anew is not None:
        conn.create_aggregate(function, 1, asked.anew)
    of = "WHEN ? THEN ? " * len(asked.by) if asked.by else "model_id = ? AND rule_id = ?"
    return _COLUMNS[asked.told].format(function=function, of=of)


def _bound(asked: LedgerSum) -> list[int]:
    pairs = zip(asked.rule_ids, asked.by, strict=True) if asked.by else [asked.rule_ids]
    return [asked.model_id, *(value for pair in pairs for value in pair)]


def leads_with_lines(conn: Connection, span: Span, rules: Sequence[tuple[int, int]]) -> set[int]:
    """The leads of a span with a ledger line of any of these (model id, rule id)."""
    if not rules:
        return set()
    sql = _WITH_LINES.format(rules=" OR ".join(["(model_id = ? AND rule_id = ?)"] * len(rules)))
    return {id for (id,) in conn.execute(sql, (*span, *(id for rule in rules for id in rule))).fetchall()}


def lines_that_count(
    conn: Connection, leads: Iterable[int], model_id: int, reworked: Sequence[int] = ()
) -> Iterator[LineRow]:
    """The ledger lines of those leads in one model, in order; of those without points only what was paid or capped of
    `reworked` rules."""
    wanted = _WANTED.format(rules=", ".join("?" * len(reworked))) if reworked else ""
    bound = (as_json(list(leads)), model_id, *reworked)
    return iter(conn.execute(_LINES.format(wanted=wanted), bound).fetchall())


def names_of_leads(conn: Connection, leads: Iterable[int]) -> dict[int, str | None]:
    """The e-mail of each of those leads, None for an anonymous one."""
    return dict(conn.execute(_NAMES, (as_json(list(leads)),)).fetchall())
