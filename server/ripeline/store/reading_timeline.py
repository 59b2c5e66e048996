"""What one lead did: sessions newest first, each event with the lines it wrote and the score after it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from ripeline.domain.event import ENGAGEMENT, PAGE, Event, OrderKey, item_of
from ripeline.rules.model import Ruleset
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.reading import Row, checked_limit, cursor_after, id_list, place_of, rows
from ripeline.store.reading_events import events_in_session
from ripeline.store.reading_scores import Story, read_story
from ripeline.store.views import Timeline, TimelineEvent, TimelineSession

_LAST: Final = 2**62

_SESSIONS = """-- sessions_of_lead
SELECT s.id, s.visitor_id, v.key AS visitor, s.started_at, s.ended_at, s.events, p.text AS entry, o.channel, o.source
FROM sessions AS s CROSS JOIN visitors AS v ON v.id = s.visitor_id
LEFT JOIN texts AS p ON p.id = s.entry_id LEFT JOIN sources AS o ON o.id = s.source_id
WHERE s.lead_id = :lead AND (s.started_at, s.id) < (:at, :id)
ORDER BY s.started_at DESC, s.id DESC LIMIT :limit"""

_EPOCHS = """-- epochs_of_visitors
SELECT e.visitor_id, e.from_at, e.from_rank, e.from_id, coalesce(l.merged_into, l.id) AS lead_id
FROM epochs AS e JOIN leads AS l ON l.id = e.lead_id
WHERE visitor_id IN (SELECT value FROM json_each(:visitors))
ORDER BY visitor_id, from_at, from_rank, from_id"""


@dataclass(frozen=True, slots=True)
class Part:
    """Which sessions of a timeline: so many, from the `next` of the part before on; as of `until` (ms), None: now.

    `events`: with the session in which so many events are reached it ends, None: however many there are.
    """

    cursor: str | None = None
    limit: int = 20
    until: int | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """The rows one page of a timeline is made of."""

    events: dict[int, list[Event]]
    spent: dict[str, int]
    story: Story


def lead_timeline(
    conn: Connection, ruleset: Ruleset, lead_id: int, cursor: str | None = None, limit: int = 20
) -> Timeline:
    """One page of a lead's sessions, the newest first; raises `InvalidRequest` for a bad limit or cursor."""
    return part_of_timeline(conn, ruleset, lead_id, Part(cursor, limit))


def part_of_timeline(conn: Connection, ruleset: Ruleset, lead_id: int, part: Part) -> Timeline:
    """The same as of any moment: a session that was going on then ends with what had happened by then."""
    until = _LAST if part.until is None else part.until
    at, id = min((until, _LAST), place_of(part.cursor, 2) if part.cursor else (_LAST, _LAST))
    values = {"lead": lead_id, "at": at, "id": id, "limit": checked_limit(part.limit) + 1}
    found = rows(conn, _SESSIONS, values)
    length = _length(found, part)
    shown, more = found[:length], found[length:]
    if not shown:
        return Timeline((), None)
    going_on = [row for row in shown if row["ended_at"] > until]
    for row in going_on:
        row["ended_at"] = until
    page = _read_page(conn, ruleset, lead_id, shown)
    for row in going_on:
        row["ended_at"] = max((event.at for event in page.events[row["id"]]), default=until)
    before = [*found[1:], None]
    sessions = tuple(_session(row, earlier, page) for row, earlier in zip(shown, before, strict=False))
    return Timeline(sessions, cursor_after(shown[-1]["started_at"], shown[-1]["id"]) if more else None)


def _length(sessions: list[Row], part: Part) -> int:
    """How many of the sessions found make the part."""
    if part.events is not None:
        for place, total in enumerate(accumulate(row["events"] for row in sessions), 1):
            if total >= part.events:
                return min(place, part.limit)
    return part.limit


def _read_page(conn: Connection, ruleset: Ruleset, lead_id: int, sessions: list[Row]) -> _Page:
    owners, dictionary = _owners(conn, sessions), Dictionary()
    events: dict[int, list[Event]] = {}
    spent: dict[str, int] = {}
    for session in sessions:
        span = session["visitor_id"], session["started_at"], session["ended_at"]
        found = events_in_session(conn, span, dictionary)
        own = [event for event in found if owners.lead_at(event) == lead_id]
        events[session["id"]] = [event for event in own if event.on != ENGAGEMENT]
        spent |= {event.item: _milliseconds(event) for event in own if event.on == ENGAGEMENT}
    everything = [event for each in events.values() for event in each]
    return _Page(events, spent, read_story(conn, ruleset, lead_id, everything))


class _Owners:
    """Whose events a visitor's are: a shared machine had several people, one after the other."""

    def __init__(self, epochs: list[Row]) -> None:
        self._starts: dict[int, list[OrderKey]] = {}
        self._leads: dict[int, list[int]] = {}
        for row in epochs:
            self._starts.setdefault(row["visitor_id"], []).append((row["from_at"], row["from_rank"], row["from_id"]))
            self._leads.setdefault(row["visitor_id"], []).append(row["lead_id"])

    def lead_at(self, event: Event) -> int:
        visitor = int(event.visitor)
        return self._leads[visitor][bisect_right(self._starts[visitor], event.order) - 1]


def _owners(conn: Connection, sessions: list[Row]) -> _Owners:
    return _Owners(rows(conn, _EPOCHS, {"visitors": id_list({row["visitor_id"] for row in sessions})}))


def _milliseconds(engagement: Event) -> int:
    spent = (engagement.props or {}).get("ms", 0)
    return int(spent) if isinstance(spent, int | float) else 0


def _session(row: Row, earlier: Row | None, page: _Page) -> TimelineSession:
    events = page.events[row["id"]]
    following: list[Event | None] = [*events[1:], None]
    return TimelineSession(
        id=row["id"],
        visitor=row["visitor"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        channel=row["channel"] or "direct",
        source=row["source"] or "",
        entry=row["entry"] or "",
        gap_before=max(row["started_at"] - earlier["ended_at"], 0) if earlier else None,
        events=tuple(_event(event, after, page) for event, after in zip(events, following, strict=False)),
    )


def _event(event: Event, after: Event | None, page: _Page) -> TimelineEvent:
    return TimelineEvent(
        id=event.id,
        seq=event.seq,
        on=event.on,
        item=item_of(event),
        url=event.url,
        title=event.title,
        at=event.at,
        suspect=event.suspect,
        props=_props(event),
        spent=_spent(event, after, page.spent),
        ledger=page.story.lines.get(event.seq, ()),
        crossings=page.story.crossings.get(event.seq, ()),
        scores=page.story.scores[event.seq],
    )


def _props(event: Event) -> dict[str, Any]:
    return event.props or event.traits or {}


def _spent(event: Event, after: Event | None, measured: dict[str, int]) -> int | None:
    """Measured by the page itself, else the time until the visitor's next event in the session."""
    if event.on != PAGE:
        return None
    return measured.get(event.id, after.at - event.at if after else None)
