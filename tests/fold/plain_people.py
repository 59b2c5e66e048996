"""Whose events are whose, read plainly from the facts: the log, who was merged, who was taken out.

Nothing of the fold is used, nor of `identity`; only that the store gives a row for each fact.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from msgspec.structs import asdict

from ripeline.domain.event import Event
from ripeline.domain.source import DIRECT
from ripeline.store.database import Connection
from ripeline.store.log_reading import events_after

#: What is written down of leads, by their ids.
Written = dict[int, list[tuple[Any, ...]]]


def events_of_leads(conn: Connection) -> dict[int, list[Event]]:
    """The events of each lead, by the id it is read under."""
    refused: dict[int, set[str]] = defaultdict(set)
    for visitor, email in conn.execute("SELECT visitor_id, email FROM detachments"):
        refused[visitor].add(email)
    of_visitor: dict[int, list[Event]] = defaultdict(list)
    for event in events_after(conn, 0, 10_000):
        of_visitor[int(event.visitor)].append(event)
    found: dict[int, list[Event]] = defaultdict(list)
    for visitor, events in of_visitor.items():
        ordered = sorted(events, key=lambda event: event.order)
        for event in ordered:
            email = _person(event, ordered, refused[visitor])
            found[_root(conn, _lead(conn, visitor, email))].append(event)
    return found


def _person(event: Event, events: list[Event], refused: set[str]) -> str | None:
    """Who the visitor said it was last, or first of all; None: somebody unknown."""
    claims = [each for each in events if each.email is not None and not each.suspect]
    said = [each.email for each in claims if each.order <= event.order][-1:] or [each.email for each in claims[:1]]
    return said[0] if said and said[0] not in refused else None


def _lead(conn: Connection, visitor: int, email: str | None) -> int:
    """The row of that person, or of what that visitor did without a name; what was said about a lead is tied to it,
    whatever its name is by now."""
    if email is not None:
        ((id,),) = conn.execute("SELECT id FROM leads WHERE email = ?", (email,)).fetchall()
    else:
        ((id,),) = conn.execute(
            "SELECT DISTINCT l.id FROM epochs AS e JOIN leads AS l ON l.id = e.lead_id "
            "JOIN visitors AS v ON v.id = e.visitor_id "
            "WHERE e.visitor_id = ? AND (l.email IS NULL OR v.key LIKE 'lead:%')",
            (visitor,),
        ).fetchall()
    return int(id)


def _root(conn: Connection, lead: int) -> int:
    """Where people, one after the other, put it; or where a lead went that was anonymous."""
    for _ in range(conn.execute("SELECT count(*) + 1 FROM leads").fetchone()[0]):
        into = conn.execute("SELECT into_id FROM merges WHERE gone_id = ? AND undone_at IS NULL", (lead,)).fetchone()
        into = into or conn.execute("SELECT merged_into FROM leads WHERE id = ?", (lead,)).fetchone()
        if into is None or into[0] is None:
            return lead
        lead = int(into[0])
    raise AssertionError(f"lead {lead} leads to itself")


def stored_scores(conn: Connection) -> dict[int, dict[str, tuple[int, int, bool]]]:
    """Engagement, fit, and whether it is out of target, in every model."""
    found: dict[int, dict[str, tuple[int, int, bool]]] = defaultdict(dict)
    for lead, model, engagement, fit, out in conn.execute(
        "SELECT lead_id, t.text, engagement, fit, out_of_target FROM scores JOIN texts AS t ON t.id = model_id"
    ):
        found[lead][model] = (engagement, fit, bool(out))
    return found


def stored_lines(conn: Connection) -> Written:
    return _by_lead(
        conn,
        "SELECT lead_id, m.text, r.text, e.event_id, g.at, points, reason FROM ledger AS g "
        "JOIN texts AS m ON m.id = model_id JOIN texts AS r ON r.id = rule_id "
        "LEFT JOIN events AS e ON e.seq = event_seq",
    )


def stored_crossings(conn: Connection) -> Written:
    """Without the score; of those at a midnight, no event stands behind them."""
    return _by_lead(
        conn,
        "SELECT lead_id, m.text, band, entered, e.event_id, c.at FROM crossings AS c "
        "JOIN texts AS m ON m.id = model_id LEFT JOIN events AS e ON e.seq = event_seq",
    )


def _by_lead(conn: Connection, sql: str) -> Written:
    found: Written = defaultdict(list)
    for lead, *rest in conn.execute(sql):
        found[lead].append(tuple(rest))
    return {lead: sorted(rows, key=repr) for lead, rows in found.items()}


def as_wire(event: Event) -> dict[str, Any]:
    """As the brute force takes it."""
    return {**asdict(event), "source": asdict(event.source or DIRECT)}
