"""Everything about one person: what they did, what is known, every score explained, and all that was said of them."""

from __future__ import annotations

from typing import Any

from ripeline.domain.event import Event
from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time
from ripeline.domain.wire_export import api_item
from ripeline.fold.lead_story import json_of, story_of
from ripeline.rules.model import Ruleset
from ripeline.store.database import Connection
from ripeline.store.dumping import events_elsewhere, events_with_visitors, ledger_of, said_of
from ripeline.store.reading import Row
from ripeline.store.reading_lead import lead_detail
from ripeline.store.stars import stars_of


def dump_of(conn: Connection, rules: Ruleset, key: int | str, at: int) -> dict[str, Any]:
    """All of it as JSON knows it, as of `at` (ms); times ISO 8601, points as numbers. Raises `NotFound`.

    An event stands as `import events` takes it, with the ledger lines that hang on it and who starred it.
    """
    detail = lead_detail(conn, rules, key)
    story = json_of(story_of(conn, rules, detail.id, at, None))
    said = said_of(conn, detail.id)
    return {
        "lead": detail.id,
        "email": detail.email,
        "as_of": story["as_of"],
        "known": [
            {"name": each.name, "value": each.value, "verified": each.verified, "since": iso_time(each.at)}
            for each in detail.attributes
        ],
        "visitors": list(detail.visitors),
        "first_seen": iso_time(detail.first_seen),
        "last_seen": iso_time(detail.last_seen),
        "scores": [{name: value for name, value in model.items() if name != "handoffs"} for model in story["models"]],
        "events": _events(conn, detail.id),
        "named_elsewhere": [_item(event, visitor) for event, visitor in events_elsewhere(conn, detail.id)],
        **{name: [_written(row) for row in rows] for name, rows in said.items()},
    }


def _events(conn: Connection, lead: int) -> list[dict[str, Any]]:
    events = events_with_visitors(conn, lead)
    stars = stars_of(conn, [event.seq for event, _ in events])
    lines: dict[int, list[dict[str, Any]]] = {}
    for row in ledger_of(conn, lead):
        lines.setdefault(row.pop("seq"), []).append(_written(row))
    found = []
    for event, visitor in events:
        more = {"ledger": lines.get(event.seq), "starred_by": [author for author, _ in stars.get(event.seq, ())]}
        found.append(_item(event, visitor) | {name: value for name, value in more.items() if value})
    return found


def _item(event: Event, visitor: str) -> dict[str, Any]:
    """As it was sent, with the browser it came from and when it came."""
    told = {"agent": event.agent, "received_at": iso_time(event.received_at) if event.received_at else ""}
    return api_item(event, visitor) | {name: value for name, value in told.items() if value}


def _written(row: Row) -> dict[str, Any]:
    """A row as it is read by people: moments and points, and without what is empty."""
    return {name: _value(name, value) for name, value in row.items() if value not in (None, "")}


def _value(name: str, value: Any) -> Any:
    if name == "at" or name.endswith("_at"):
        return iso_time(value)
    return as_number(value) if name in ("points", "score", "value") else value
