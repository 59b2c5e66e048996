"""Leads of the tests: events in a line or two, and the ways to tell them to a scorer."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ripeline.domain.event import Event
from ripeline.domain.session import Session
from ripeline.rules.reading import read_rules
from ripeline.scoring.change import Change, Crossing, Line
from ripeline.scoring.fold import Scorer
from ripeline.scoring.handoffs import Handoff, Standing, decide, next_look, standing_of, terms_of
from ripeline.scoring.objections import objects, word_of
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
    def sessions(self) -> list[Session]:
        """The running session after every event."""
        return [change.session for change in self.changes if change.session is not None]

    @property
    def started(self) -> list[bool]:
        """Whether each event began a session."""
        return [change.started for change in self.changes if change.session is not None]

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


class Lead:
    """One lead as a server keeps it: its stored events, its state as bytes, what was written."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self.stored: dict[str, Event] = {}
        self.blob = encode_state(scorer.fresh())
        self.changes: list[Change] = []

    @property
    def state(self) -> LeadState:
        return decode_state(self.blob)

    def take(self, *batch: Event) -> None:
        """Fold a batch forward where all of it is in order, else fold the lead again."""
        new = {event.id: event for event in reversed(batch) if event.id not in self.stored}
        self.stored |= new
        state = self.state
        for event in sorted(new.values(), key=lambda event: event.order):
            if not self.scorer.is_in_order(state, event):
                self.fold_again()
                return
            self.changes.append(self.scorer.fold(state, event))
        self.blob = encode_state(state)

    def sweep(self, now: int) -> None:
        """A night's sweep at `now` (ms): only leads that change are looked at."""
        state = self.state
        due = self.scorer.due(state)
        if due is not None and due <= now:
            self.advance(now)

    def advance(self, until: int) -> None:
        state = self.state
        self.changes.append(self.scorer.advance(state, until))
        self.blob = encode_state(state)

    def fold_again(self) -> None:
        """From all events, and on to the time it had come to."""
        self.under(self.scorer)

    def merge(self, other: Lead) -> None:
        """From now on all that the other did is this one's."""
        self.stored |= other.stored
        self.fold_again()

    def under(self, scorer: Scorer) -> None:
        """Other rules come into force."""
        reached, self.scorer = self.scorer.advanced_to(self.state), scorer
        state, self.changes = scorer.refold(self.stored.values())
        self.blob = encode_state(state)
        if reached is not None:
            self.advance(reached)

    @property
    def told(self) -> Told:
        return Told(self.scorer, self.state, self.changes)


#: A way to tell events (in any order) to a scorer, as of some ms after the last of them.
Way = Callable[..., Told]


def one_by_one(scorer: Scorer, events: Sequence[Event], wait: int = 0) -> Told:
    """In the order they occurred, the state stored and read again between any two, with sweeps now and then."""
    lead, chance = Lead(scorer), random.Random(3)
    ordered = sorted(events, key=lambda event: event.order)
    for before, event in zip([None, *ordered], ordered, strict=False):
        if before is not None and chance.random() < 0.7:
            lead.sweep(chance.randint(before.at, event.at))
        lead.take(event)
    end = ordered[-1].at + wait
    for now in sorted(chance.randint(ordered[-1].at, end) for _ in range(wait // DAY)):
        lead.sweep(now)
    lead.advance(end)
    return lead.told


def shuffled(scorer: Scorer, events: Sequence[Event], wait: int = 0) -> Told:
    """In any order of arrival and in batches, some twice, with sweeps that may come before the events."""
    arrived = [*events, *events[::2]]
    last = max(event.at for event in events) + wait
    chance = random.Random(7)
    chance.shuffle(arrived)
    lead = Lead(scorer)
    while arrived:
        size = chance.choice([1, 1, 2, 3])
        lead.take(*arrived[:size])
        arrived = arrived[size:]
        if chance.random() < 0.3:
            lead.sweep(chance.randint(min(event.at for event in events), last))
    lead.advance(last)
    return lead.told


def rebuilt(scorer: Scorer, events: Sequence[Event], wait: int = 0) -> Told:
    """All at once, from nothing, and one late sweep."""
    state, changes = scorer.refold([*reversed(events), *events])
    changes.append(scorer.advance(state, max(event.at for event in events) + wait))
    return Told(scorer, state, changes)


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


class Sales:
    """What sales hear of one lead: told when something happened, and every night on which something may.

    Times are ms after Monday morning; `told` are the hand-offs made: model, and the event (or the day) they came with.
    """

    def __init__(self, scorer: Scorer) -> None:
        self.lead = Lead(scorer)
        self.facts: dict[str, list[Handoff]] = {model.id: [] for model in scorer.ruleset.models}
        self.told: list[tuple[str, str]] = []
        self.now = 0

    def take(self, *events: Event, now: int | None = None) -> None:
        """Events that arrive when they occur, unless `now` says when."""
        for each in events:
            at = each.at - MONDAY if now is None else now
            self.wait(at)
            self.lead.take(each)
            self.look(at, each.id)

    def wait(self, until: int) -> None:
        """The nights until then; whom time alone brings back is looked at in time."""
        while (night := self._next_night()) is not None and night <= until:
            self.look(night)
        self.look(until)

    def look(self, now: int, event: str = "") -> None:
        self.now = now
        if self.lead.state.last is not None:
            self.lead.advance(MONDAY + now)
        for place, model in enumerate(self.lead.scorer.ruleset.models):
            facts, standing, terms = self.facts[model.id], self._standing(place), terms_of(model)
            decision = decide(standing, facts, MONDAY + now, terms)
            if decision.act == "expire":
                self._close(model.id, now, state="expired")
                decision = decide(standing, facts, MONDAY + now, terms)
            if decision.crossing is not None:
                late = decision.act == "late"
                facts.append(Handoff("late" if late else "open", *decision.crossing, made_at=MONDAY + now))
                self.told += [] if late else [(model.id, event or f"day {now / DAY:g}")]

    def say(self, verdict: str, now: int, model: str = "") -> None:
        """A verdict on the last hand-off."""
        model = model or next(iter(self.facts))
        place = list(self.facts).index(model)
        score = self.lead.state.models[place].score
        self._close(model, now, state="closed", verdict=verdict, closed_score=score)
        self.look(now)

    def end(self, outcome: str, now: int) -> None:
        """The last hand-off was won or lost."""
        self._close(next(iter(self.facts)), now, state="closed", outcome=outcome, outcome_at=MONDAY + now)
        self.look(now)

    def lift(self, now: int) -> None:
        """A person lifts what the last verdict or outcome forbids."""
        facts = next(iter(self.facts.values()))
        facts[-1] = replace(facts[-1], lifted_at=MONDAY + now)
        self.look(now)

    def _close(self, model: str, now: int, **what: Any) -> None:
        facts = self.facts[model]
        facts[-1] = replace(facts[-1], closed_at=MONDAY + now, **what)

    def _standing(self, place: int) -> Standing:
        scorer, state = self.lead.scorer, self.lead.state
        return standing_of(
            state.models[place],
            reachable=scorer.is_reachable(state),
            out_of_target=scorer.out_of_target(place, state),
        )

    def _next_night(self) -> int | None:
        """When time alone next changes the lead, or ends its cool-down."""
        scorer, state = self.lead.scorer, self.lead.state
        looks = [scorer.due(state)]
        for place, (model, facts) in enumerate(self.facts.items()):
            look = next_look(self._standing(place), facts, terms_of(scorer.ruleset.model(model)))
            looks.append(look)
        return min((look - MONDAY for look in looks if look is not None and look - MONDAY > self.now), default=None)


def handed_over(scorer: Scorer, events: Sequence[Event]) -> list[tuple[str, str]]:
    """The hand-offs made while events come in one by one: model, and the event it came with."""
    sales = Sales(scorer)
    sales.take(*sorted(events, key=lambda event: event.order))
    return sales.told


def sales_of(scorer: Scorer, events: Sequence[Event], until: int) -> Sales:
    """Who heard of every event when it occurred, up to `until` (ms), and knew from the first who objects to being
    scored: of them they hear nothing, and the word itself is no news of anybody else."""
    ordered = sorted(events, key=lambda each: each.order)
    sales = Sales(scorer)
    sales.now = ordered[0].at - MONDAY
    if not objects(ordered):
        sales.take(*(each for each in ordered if word_of(each) is None))
    sales.wait(until - MONDAY)
    return sales
