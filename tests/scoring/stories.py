"""Leads of the tests: events in a line or two, and the ways to tell them to a scorer."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ripeline.domain.event import Event
from ripeline.rules.reading import read_rules
from ripeline.scoring.change import Change, Crossing, Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.handoffs import Handoff, decide, standing_of, terms_of
from ripeline.scoring.reading import Reading
from ripeline.scoring.state import LeadState, decode_state, encode_state

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: Monday, 2 March 2026, 09:00 UTC.
MONDAY = 1_772_442_000_000

WHITE_PAPERS = """
[models.vertical]
bands = { warm = 5, hot = 12 }
[models.vertical.rules]
a = { points = 2, on = "download", where.file = "a.pdf" }
b = { points = 5, on = "download", where.file = "b.pdf" }
c = { points = 12, on = "download", where.file = "c.pdf" }
blog = { points = 2, on = "page", where.path = "/blog/*", after = { on = "download" } }
"""


class Told(NamedTuple):
    """A lead after its story: its state, and what was written on the way."""

    scorer: Scorer
    state: LeadState
    changes: list[Change]

    @property
    def lines(self) -> list[Line]:
        return [line for change in self.changes for line in change.lines]

    @property
    def paid(self) -> list[int | float]:
        """The points of every line, in order, as numbers."""
        return [line.points / 1000 for line in self.lines]

    @property
    def reasons(self) -> list[str | None]:
        return [line.reason for line in self.lines]

    @property
    def crossings(self) -> list[tuple[str, bool, str]]:
        """Band, entered or left, event."""
        return [(each.band, each.entered, each.event) for each in self.all_crossings]

    @property
    def all_crossings(self) -> list[Crossing]:
        return [crossing for change in self.changes for crossing in change.crossings]

    @property
    def reading(self) -> Reading:
        return self.scorer.read(self.state, 0)

    @property
    def score(self) -> float:
        return self.reading.score / 1000


Way = Callable[[Scorer, Sequence[Event]], Told]


def one_by_one(scorer: Scorer, events: Sequence[Event]) -> Told:
    """In the order they occurred, the state stored and read again between any two."""
    blob, changes = encode_state(scorer.fresh()), []
    for event in sorted(events, key=lambda event: event.order):
        state = decode_state(blob)
        changes.append(scorer.fold(state, event))
        blob = encode_state(state)
    return Told(scorer, decode_state(blob), changes)


def shuffled(scorer: Scorer, events: Sequence[Event]) -> Told:
    """In any order of arrival, some twice: forward where it is in order, else the lead is refolded."""
    arrived = [*events, *events[::2]]
    random.Random(7).shuffle(arrived)
    told, stored = Told(scorer, scorer.fresh(), []), dict[str, Event]()
    for event in arrived:
        if event.id in stored:
            continue
        stored[event.id] = event
        if told.state.last is None or event.order > told.state.last:
            told.changes.append(scorer.fold(told.state, event))
        else:
            told = Told(scorer, *scorer.refold(stored.values()))
    return told


def rebuilt(scorer: Scorer, events: Sequence[Event]) -> Told:
    """All at once, from nothing."""
    return Told(scorer, *scorer.refold([*reversed(events), *events]))


WAYS: dict[str, Way] = {"one by one": one_by_one, "shuffled": shuffled, "rebuilt": rebuilt}


def scorer_of(text: str) -> Scorer:
    return Scorer(read_rules(text))


def event(id: str, on: str, at: int, path: str = "/", **rest: Any) -> Event:
    """An event `at` ms after Monday morning, by one visitor unless said otherwise."""
    said: dict[str, Any] = {
        "visitor": "phone",
        "id": id,
        "on": on,
        "at": MONDAY + at,
        "url": f"https://example.com{path}",
    }
    said |= rest
    return Event(**said)


def page(id: str, at: int, path: str = "/", **rest: Any) -> Event:
    return event(id, "page", at, path, **rest)


def download(id: str, at: int, **rest: Any) -> Event:
    """A white paper; its id is the file's name."""
    return event(id, "download", at, f"/files/{id}.pdf", **rest)


def visits(*ids: str, start: int = 10 * MINUTE) -> list[Event]:
    """Blog articles, a different one each, ten minutes apart."""
    return [page(id, start + number * 10 * MINUTE, f"/blog/{id}") for number, id in enumerate(ids)]


def local(zone: str, text: str) -> int:
    """A local time such as 2026-03-28T23:30 as ms after Monday morning."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000) - MONDAY


def handed_over(scorer: Scorer, events: Sequence[Event]) -> list[tuple[str, str]]:
    """The hand-offs made while events come in one by one: model, and the event after which sales is told."""
    state = scorer.fresh()
    made: list[tuple[str, str]] = []
    earlier: dict[str, list[Handoff]] = {model.id: [] for model in scorer.ruleset.models}
    for each in sorted(events, key=lambda event: event.order):
        scorer.fold(state, each)
        for place, (model, before) in enumerate(earlier.items()):
            terms = terms_of(scorer.ruleset.models[place])
            out_of_target = scorer.out_of_target(place, state)
            reachable = scorer.is_reachable(state)
            standing = standing_of(state.models[place], reachable=reachable, out_of_target=out_of_target)
            decision = decide(standing, before, each.at, terms)
            if decision.act == "expire":
                before[-1] = replace(before[-1], state="expired", closed_at=each.at)
            elif decision.act == "make" and decision.crossing is not None:
                before.append(Handoff("open", *decision.crossing, made_at=each.at))
                made.append((model, each.id))
    return made
