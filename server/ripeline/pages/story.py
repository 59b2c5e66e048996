"""What this person did: sessions as a page tells them, seen through one model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote

from ripeline.domain.event import DOWNLOAD, FORM, KINDS, PAGE
from ripeline.domain.urls import split_url
from ripeline.pages.nights import Night, begins
from ripeline.pages.receipt import needed_by
from ripeline.rules.attributes import default_attribute
from ripeline.rules.model import Model, Rule
from ripeline.store.stars import Giver
from ripeline.store.views import CrossingView, LedgerLine, TimelineEvent, TimelineSession

#: So many lines a page, of long sessions first those that say something, and some of each; whole when asked for.
_MOST_LINES: Final = 17
_SOME_LINES: Final = 2
_LONGEST_SAID: Final = 200

#: So many titles with one ending tell what the site is called.
_TELLS_A_SITE: Final = 3
_TAIL: Final = re.compile(r"\S(\s+[·|–—-]\s+[^·|–—]+)$")

#: A pause shorter than a day is said by the dates of its sessions.
_A_GAP: Final = 24 * 3_600_000


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
    """One event: `what` it was about in words, `where` its address, its `points` together and the `score` after it.

    `seq`: its place in the log; `said`: fields and what was put in them, "" for what
    the card says too; `stars`: who starred it (address, name).
    """

    seq: int
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
    said: tuple[tuple[str, str], ...]
    stars: tuple[Giver, ...]

    @property
    def tells(self) -> int:
        """How much the line says: a turn of the story or a star most, then what was done, then points, then a page."""
        if self.crossings or self.stars:
            return 3
        return 2 if self.on != PAGE else 1 if self.paid else 0


@dataclass(frozen=True, slots=True)
class SessionStory:
    """One session; `gap` ms of silence before it when worth naming, else None; `source` "" for none.

    `nights`: what time alone did after it and before the next session, the last first. `left_out`: so many
    lines of a long session are not among its `events`.
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
    left_out: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is said in one model: `scores` (thousandths) just after each event and its `stars`, by its `seq`; the
    `nights`; the id of the session that is told `whole`; what is `known` of the lead, by attribute; and the `site`, as
    titles end with its name."""

    scores: dict[int, int]
    nights: tuple[Night, ...]
    stars: Mapping[int, tuple[Giver, ...]] = field(default_factory=dict)
    whole: int = 0
    known: Mapping[str, str] = field(default_factory=dict)
    site: str = ""


def stories_of(model: Model, sessions: Sequence[TimelineSession], told: Told, until: int) -> tuple[SessionStory, ...]:
    """Tell sessions, the newest first, through one model; `until` (ms) is when the one after the first began."""
    told = replace(told, site=site_in_titles(sessions))
    ends = [until, *(session.started_at for session in sessions)]
    room, told_so_far = _MOST_LINES, list[SessionStory]()
    for session, end in zip(sessions, ends, strict=False):
        story = _story(model, session, told, end, max(room, _SOME_LINES))
        told_so_far.append(story)
        room -= len(story.events)
    return tuple(told_so_far)


def site_in_titles(sessions: Sequence[TimelineSession]) -> str:
    """The name of the site with which all titles end, with what stands before it; "" where they do not."""
    titles = {event.title for session in sessions for event in session.events if event.on == PAGE and event.title}
    tails = {(found[1] if (found := _TAIL.search(title)) else "") for title in titles}
    return tails.pop() if len(titles) >= _TELLS_A_SITE and len(tails) == 1 else ""


def without_site(sessions: Sequence[TimelineSession]) -> list[TimelineSession]:
    """Titles end with the name of the site, each time the same: one does not read it twenty times."""
    if not (site := site_in_titles(sessions)):
        return list(sessions)
    return [
        replace(session, events=tuple(replace(event, title=event.title.removesuffix(site)) for event in session.events))
        for session in sessions
    ]


def _story(model: Model, session: TimelineSession, told: Told, end: int, room: int) -> SessionStory:
    rules = {rule.id: rule for rule in model.rules}
    events = tuple(_line(model, rules, event, told) for event in session.events)
    shown = events if session.id == told.whole else _telling(events, room)
    gap = session.gap_before
    return SessionStory(
        id=session.id,
        started_at=session.started_at,
        duration=session.ended_at - session.started_at,
        channel=session.channel,
        source=session.source,
        pages=sum(event.on == PAGE for event in session.events),
        points=sum(event.points for event in events),
        gap=gap if gap is not None and gap >= _A_GAP else None,
        events=shown,
        nights=tuple(night for night in reversed(told.nights) if session.started_at < night.at <= end),
        left_out=len(events) - len(shown),
    )


def _telling(events: tuple[EventLine, ...], room: int) -> tuple[EventLine, ...]:
    """So many lines of a session, those that tell most, in their order."""
    by_telling = sorted(range(len(events)), key=lambda place: -events[place].tells)
    return tuple(events[place] for place in sorted(by_telling[:room]))


def _line(model: Model, rules: dict[str, Rule], event: TimelineEvent, told: Told) -> EventLine:
    ledger = [line for line in event.ledger if line.model == model.id and not _is_nightly(line, rules)]
    return EventLine(
        seq=event.seq,
        on=event.on,
        what=what_of(event.on, event.title.removesuffix(told.site), event.url, event.item),
        where=event.url,
        at=event.at,
        spent=event.spent,
        suspect=bool(event.suspect),
        points=sum(line.points for line in ledger),
        score=told.scores.get(event.seq, 0),
        paid=tuple(Paid(line.label, line.points) for line in ledger if line.reason is None),
        unpaid=tuple(
            Unpaid(line.label, line.reason, needed_by(rules.get(line.rule), rules))
            for line in ledger
            if line.reason is not None
        ),
        crossings=tuple(crossing for crossing in event.crossings if crossing.model == model.id),
        said=_said(event, told.known),
        stars=told.stars.get(event.seq, ()),
    )


def _said(event: TimelineEvent, known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The fields of a form, and what a site of its own accord says of an event."""
    if event.on in KINDS and event.on != FORM:
        return ()
    texts = ((default_attribute(name) or name, " ".join(str(value).split())) for name, value in event.props.items())
    said = [(name, "" if known.get(name) == text else _cut(text)) for name, text in texts if text]
    # What is only named stands first.
    return tuple(sorted(said, key=lambda each: bool(each[1])))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SAID else f"{text[: _LONGEST_SAID - 1]}…"


def _is_nightly(line: LedgerLine, rules: dict[str, Rule]) -> bool:
    """A silence that begins hangs on the last activity before it, but is no doing of that event."""
    rule = rules.get(line.rule)
    return rule is not None and begins(rule, line.points)


def what_of(on: str, title: str, url: str, item: str) -> str:
    """The page's title, the file's name, the form or link: what a person would call it."""
    if on == PAGE:
        return title or unquote(split_url(url).path) or item
    if on == DOWNLOAD:
        return unquote(item.rsplit("/", 1)[-1]) or item
    return "" if item == split_url(url).path else item
