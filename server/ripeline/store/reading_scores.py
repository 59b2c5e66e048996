"""How one lead's scores came about, event by event: ledger lines, crossings, running sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ripeline.domain.event import Event
from ripeline.rules.model import Ruleset
from ripeline.store.database import Connection
from ripeline.store.reading import Row, rows
from ripeline.store.views import CrossingView, LedgerLine


@dataclass(frozen=True, slots=True)
class Story:
    """Lines, crossings and the scores (thousandths by model id) after each event, all by the event's `seq`."""

    lines: dict[int, tuple[LedgerLine, ...]]
    crossings: dict[int, tuple[CrossingView, ...]]
    scores: dict[int, dict[str, int]]


_BEFORE = """-- scores_before
SELECT m.text AS model, sum(g.points) AS points
FROM ledger AS g JOIN texts AS m ON m.id = g.model_id
WHERE g.lead_id = :lead AND g.at < :first GROUP BY g.model_id"""

_LINES = """-- ledger_of_lead
SELECT m.text AS model, r.text AS rule, g.event_seq, g.at, g.points, g.reason
FROM ledger AS g CROSS JOIN texts AS m ON m.id = g.model_id CROSS JOIN texts AS r ON r.id = g.rule_id
WHERE g.lead_id = :lead AND g.at BETWEEN :first AND :last ORDER BY g.n"""

_CROSSINGS = """-- crossings_of_lead
SELECT m.text AS model, c.band, c.entered, c.event_seq, c.at
FROM crossings AS c CROSS JOIN texts AS m ON m.id = c.model_id
WHERE c.lead_id = :lead AND c.at BETWEEN :first AND :last ORDER BY c.n"""


def read_story(conn: Connection, ruleset: Ruleset, lead_id: int, events: list[Event]) -> Story:
    """What the ledger says about these events of one lead; it may hold lines of events between them too."""
    ordered = sorted(events, key=lambda event: event.order)
    if not ordered:
        return Story({}, {}, {})
    values = {"lead": lead_id, "first": ordered[0].at, "last": ordered[-1].at}
    lines = rows(conn, _LINES, values)
    before = dict.fromkeys((model.id for model in ruleset.models), 0)
    before |= {row["model"]: row["points"] for row in rows(conn, _BEFORE, values)}
    return Story(
        lines=_lines_by_event(ruleset, lines),
        crossings=_crossings_by_event(rows(conn, _CROSSINGS, values)),
        scores=dict(_running(before, lines, ordered)),
    )


def _running(before: dict[str, int], lines: list[Row], events: list[Event]) -> Iterator[tuple[int, dict[str, int]]]:
    """The sums after each event: of all lines before its moment, and of that moment's those of events so far."""
    scores, reached = dict(before), 0
    seen: set[int] = set()
    for event in events:
        seen.add(event.seq)
        while reached < len(lines) and (lines[reached]["at"] < event.at or lines[reached]["event_seq"] in seen):
            line = lines[reached]
            scores[line["model"]] = scores.get(line["model"], 0) + line["points"]
            reached += 1
        yield event.seq, dict(scores)


def _lines_by_event(ruleset: Ruleset, lines: list[Row]) -> dict[int, tuple[LedgerLine, ...]]:
    labels = {(model.id, rule.id): rule.label for model in ruleset.models for rule in model.rules}
    found: dict[int, tuple[LedgerLine, ...]] = {}
    for row in lines:
        label: str = labels.get((row["model"], row["rule"]), "") or row["rule"]
        line = LedgerLine(row["model"], row["rule"], label, row["points"], row["reason"])
        found[row["event_seq"]] = (*found.get(row["event_seq"], ()), line)
    return found


def _crossings_by_event(crossings: list[Row]) -> dict[int, tuple[CrossingView, ...]]:
    found: dict[int, tuple[CrossingView, ...]] = {}
    for row in crossings:
        crossing = CrossingView(row["model"], row["band"], bool(row["entered"]), row["at"])
        found[row["event_seq"]] = (*found.get(row["event_seq"], ()), crossing)
    return found
