"""What this person did: sessions as a page tells them, seen through one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from ripeline.domain.urls import split_url
from ripeline.pages.nights import Night, begins
from ripeline.pages.receipt import needed_by
from ripeline.rules.model import Model, Rule
from ripeline.store.views import CrossingView, LedgerLine, TimelineEvent, TimelineSession

#: A pause shorter than a day is said by the dates of its sessions.
_A_GAP = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Paid:
    """A rule that paid for an event, in thousandths."""

    label: str
    points: int


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A rule that matched and paid nothing: why, and the labels of what it needs first."""

    label: str
    why: str
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event: `what` it was about in words, `where` its address, its `points` together and the `score` after it."""

    on: str
    what: str
    where: str
    at: int
    spent: int | None
    suspect: bool
    points: int
    score: int
    paid: tuple[Paid, ...]
    unpaid: tuple[Unpaid, ...]
    crossings: tuple[CrossingView, ...]


@dataclass(frozen=True, slots=True)
class SessionStory:
    """One session; `gap` ms of silence before it when worth naming, else None; `source` "" for none.

    `nights`: what time alone did after it and before the next session, the last first.
    """

    id: int
    started_at: int
    duration: int
    channel: str
    source: str
    pages: int
    points: int
    gap: int | None
    events: tuple[EventLine, ...]
    nights: tuple[Night, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the fold says in one model: `scores` (thousandths) just after each event, by its `seq`; the `nights`."""

    scores: dict[int, int]
    nights: tuple[Night, ...]


def stories_of(model: Model, sessions: Sequence[TimelineSession], told: Told, until: int) -> tuple[SessionStory, ...]:
    """Tell sessions, the newest first, through one model; `until` (ms) is when the one after the first began."""
    ends = [until, *(session.started_at for session in sessions)]
    return tuple(_story(model, session, told, end) for session, end in zip(sessions, ends, strict=False))


def _story(model: Model, session: TimelineSession, told: Told, end: int) -> SessionStory:
    rules = {rule.id: rule for rule in model.rules}
    events = tuple(_line(model, rules, event, told.scores) for event in session.events)
    gap = session.gap_before
    return SessionStory(
        id=session.id,
        started_at=session.started_at,
        duration=session.ended_at - session.started_at,
        channel=session.channel,
        source=session.source,
        pages=sum(event.on == "page" for event in session.events),
        points=sum(event.points for event in events),
        gap=gap if gap is not None and gap >= _A_GAP else None,
        events=events,
        nights=tuple(night for night in reversed(told.nights) if session.started_at < night.at <= end),
    )


def _line(model: Model, rules: dict[str, Rule], event: TimelineEvent, scores: dict[int, int]) -> EventLine:
    ledger = [line for line in event.ledger if line.model == model.id and not _is_nightly(line, rules)]
    return EventLine(
        on=event.on,
        what=_what(event),
        where=event.url,
        at=event.at,
        spent=event.spent,
        suspect=bool(event.suspect),
        points=sum(line.points for line in ledger),
        score=scores.get(event.seq, 0),
        paid=tuple(Paid(line.label, line.points) for line in ledger if line.reason is None),
        unpaid=tuple(
            Unpaid(line.label, line.reason, needed_by(rules.get(line.rule), rules))
            for line in ledger
            if line.reason is not None
        ),
        crossings=tuple(crossing for crossing in event.crossings if crossing.model == model.id),
    )


def _is_nightly(line: LedgerLine, rules: dict[str, Rule]) -> bool:
    """A silence that begins hangs on the last activity before it, but is no doing of that event."""
    rule = rules.get(line.rule)
    return rule is not None and begins(rule, line.points)


def _what(event: TimelineEvent) -> str:
    """The page's title, the file's name, the form or link: what a person would call it."""
    if event.on == "page":
        return event.title or unquote(split_url(event.url).path) or event.item
    if event.on == "download":
        return unquote(event.item.rsplit("/", 1)[-1]) or event.item
    return "" if event.item == split_url(event.url).path else event.item
