"""What this person did: sessions as a page tells them, seen through one model."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from ripeline.domain.urls import split_url
from ripeline.pages.receipt import needed_by
from ripeline.rules.model import Model, Rule
from ripeline.store.views import CrossingView, TimelineEvent, TimelineSession

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
    """One session; `gap` ms of silence before it when worth naming, else None; `source` "" for none."""

    id: int
    started_at: int
    duration: int
    channel: str
    source: str
    pages: int
    points: int
    gap: int | None
    events: tuple[EventLine, ...]


def story_of(model: Model, session: TimelineSession) -> SessionStory:
    """Tell one session through one model."""
    rules = {rule.id: rule for rule in model.rules}
    events = tuple(_line(model, rules, event) for event in session.events)
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
    )


def _line(model: Model, rules: dict[str, Rule], event: TimelineEvent) -> EventLine:
    ledger = [line for line in event.ledger if line.model == model.id]
    return EventLine(
        on=event.on,
        what=_what(event),
        where=event.url,
        at=event.at,
        spent=event.spent,
        suspect=bool(event.suspect),
        points=sum(line.points for line in ledger),
        score=event.scores.get(model.id, 0),
        paid=tuple(Paid(line.label, line.points) for line in ledger if line.reason is None),
        unpaid=tuple(
            Unpaid(line.label, line.reason, needed_by(rules.get(line.rule), rules))
            for line in ledger
            if line.reason is not None
        ),
        crossings=tuple(crossing for crossing in event.crossings if crossing.model == model.id),
    )


def _what(event: TimelineEvent) -> str:
    """The page's title, the file's name, the form or link: what a person would call it."""
    if event.on == "page":
        return event.title or unquote(split_url(event.url).path) or event.item
    if event.on == "download":
        return unquote(event.item.rsplit("/", 1)[-1]) or event.item
    return "" if event.item == split_url(event.url).path else event.item
