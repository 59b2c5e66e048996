"""The fold: one lead's events, in the total order, into sessions, ledger lines, scores and bands.

Scores are made nowhere else. An event in order is folded forward; anything else (a late event, a merge, a changed
verdict on a bot) is `refold` of that lead from its events, which is the same code from an empty state. What time does
between events is done before the next one, whether or not `advance` did it earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ripeline.domain.event import OBJECTION, POINTS, Event, OrderKey
from ripeline.rules.model import Ruleset
from ripeline.scoring.bands import is_out_of_target, shown_band
from ripeline.scoring.change import Change
from ripeline.scoring.days import local_days
from ripeline.scoring.fading import fading_of
from ripeline.scoring.judging import Judge
from ripeline.scoring.known import is_reachable, learn
from ripeline.scoring.ledger import Ledger
from ripeline.scoring.midnights import Midnights
from ripeline.scoring.objections import objects, word_of
from ripeline.scoring.plan import make_plan
from ripeline.scoring.reading import Reading
from ripeline.scoring.sessions import enter_session
from ripeline.scoring.state import LeadState


class Scorer:
    """Scores leads under one rule file; holds no lead, so one serves all."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        #: The number of the local day of a time in ms.
        self.day_of = local_days(ruleset.timezone)
        self._timeout = ruleset.session_timeout * 1000
        plan = make_plan(ruleset)
        self._ledger = Ledger(ruleset)
        self._judge = Judge(plan, self._ledger, self.day_of)
        self._midnights = Midnights(ruleset, plan, self._ledger)
        #: Whether anything in the rule file depends on time.
        self.is_timed = self._midnights.matter
        #: How points of a rule fade, by the ids of model and rule; only of those that do.
        self.decays = {
            (model.id, rule.id): fading_of(rule.decay)
            for model in ruleset.models
            for rule in model.rules
            if rule.decay is not None
        }
        #: Whether a score may change without a line.
        self.fades = bool(self.decays)

    def fresh(self) -> LeadState:
        """A lead nothing has happened to."""
        return LeadState(models=self._ledger.fresh())

    def is_in_order(self, state: LeadState, event: Event) -> bool:
        """Whether the event comes after all that the state has seen: the last event in the total order, and the last
        midnight it was advanced over. If not, the lead must be folded again: also when it objects to being scored, or
        no longer, which counts for all it did."""
        if event.on == OBJECTION and word_of(event) not in (None, state.objects):
            return False
        if state.last is not None and event.order <= state.last:
            return False
        return not self.is_timed or self.day_of(event.at) >= state.day

    def fold(self, state: LeadState, event: Event) -> Change:
        """What time did up to this event, and what the event does to its lead; changes `state`.

        Raises ValueError when the event is not in order: refold the lead then, and advance it to where it was.
        """
        if not self.is_in_order(state, event):
            raise ValueError(f"event {event.id} comes too late for its lead, which must be folded again")
        return self._fold(state, event, event.order)

    def fold_next(self, state: LeadState, event: Event) -> Change:
        """The same for an event that is known to be in order."""
        return self._fold(state, event, event.order)

    def refold(self, events: Iterable[Event]) -> tuple[LeadState, list[Change]]:
        """A lead from all its events, in any order; of those with the same site and id the first given counts.

        Time stands at the last event: `advance` goes on from there.
        """
        ordered = _in_order(events)
        state = self._begun(ordered)
        return state, [self._fold(state, event, order) for order, _, event in ordered]

    def replay(self, events: Iterable[Event]) -> Iterator[tuple[Event, LeadState, Change]]:
        """A `refold` to be watched: each event with what it did, and the one state as it is just then."""
        ordered = _in_order(events)
        state = self._begun(ordered)
        for order, _, event in ordered:
            yield event, state, self._fold(state, event, order)

    def advance(self, state: LeadState, until: int) -> Change:
        """What time alone does up to and including `until` (ms): rules about silence begin, points fade, bands are
        left or entered, each dated at its local midnight. Changes `state`; nothing when it is there already."""
        change = Change(None, False, [], [], [])
        if self.is_timed and state.last is not None and not state.objects:
            self._midnights.pass_to(state, self.day_of(until), change)
            state.lines += len(change.lines)
            state.crossings += len(change.crossings)
        return change

    def advanced_to(self, state: LeadState) -> int | None:
        """The local midnight (ms) that time has done its work up to; None where nothing depends on time."""
        return self._midnights.midnight_of(state.day) if state.day else None

    def due(self, state: LeadState) -> int | None:
        """The next local midnight (ms) at which `advance` changes a score, a band or the ledger; None: none ever."""
        day = self._midnights.next_day(state) if self.is_timed and not state.objects else None
        return None if day is None else self._midnights.midnight_of(day)

    def shelf_life(self, state: LeadState, model: int) -> int | None:
        """The local midnight (ms) at which the lead will have left the hand-off band of the model of that index if
        nothing happens; None: it is not in it, or will not leave it."""
        return self._midnights.ripe_until(state, model) if self.is_timed else None

    def read(self, state: LeadState, model: int) -> Reading:
        """What the model of that index says of the lead, at the time of its state."""
        reading = state.models[model]
        return Reading(
            model=self.ruleset.models[model].id,
            score=reading.engagement + reading.fit,
            engagement=reading.engagement,
            fit=reading.fit,
            band=self.band_of(model, state),
            out_of_target=self.out_of_target(model, state),
        )

    def readings(self, state: LeadState) -> tuple[Reading, ...]:
        """One reading for each model, in the order of the rule file."""
        return tuple(self.read(state, place) for place in range(len(state.models)))

    def band_of(self, model: int, state: LeadState) -> str:
        """The band shown for the model of that index; "cold" below the lowest."""
        return shown_band(self.ruleset.models[model], state.models[model])

    def out_of_target(self, model: int, state: LeadState) -> bool:
        """Whether the lead's fit is below the `min_fit` of the model of that index."""
        return is_out_of_target(self.ruleset.models[model], state.models[model])

    def is_reachable(self, state: LeadState) -> bool:
        """Whether sales could call: an e-mail or a phone number is known, and the lead does not object."""
        return is_reachable(state)

    def _begun(self, ordered: list[tuple[OrderKey, int, Event]]) -> LeadState:
        """A lead nothing has happened to, of whom it is known whether it objects to being scored."""
        state = self.fresh()
        state.objects = objects(event for _, _, event in ordered)
        return state

    def _fold(self, state: LeadState, event: Event, order: OrderKey) -> Change:
        is_first = state.last is None
        change = self._done(state, event)
        if (is_first or change.lines) and not state.objects:
            self._ledger.turn_bands(state, (event.at, event.id), event.seq, change, all_models=is_first)
        state.last = order
        state.lines += len(change.lines)
        state.crossings += len(change.crossings)
        return change

    def _done(self, state: LeadState, event: Event) -> Change:
        if state.objects:
            return self._unscored(state, event)
        if event.on == POINTS:
            return self._given(state, event)
        return self._said(state, event) if event.on == OBJECTION else self._lived(state, event)

    def _unscored(self, state: LeadState, event: Event) -> Change:
        """Of somebody who objects: what happened and what they tell of themselves, and nothing is made of it."""
        if event.on in (POINTS, OBJECTION):
            return self._untimed(state, event)
        visitor, began = enter_session(state, event, self._timeout)
        if not state.channel:
            state.first_at, state.channel = event.at, visitor.session.source.channel
        learn(state, event, self.ruleset.attributes)
        state.last_at = event.at
        return Change(visitor.session, began, [], [], [])

    def _lived(self, state: LeadState, event: Event) -> Change:
        """An event of the lead's own: in its session, rule by rule."""
        visitor, began = enter_session(state, event, self._timeout)
        change = Change(visitor.session, began, [], [], [])
        if self.is_timed and (day := self.day_of(event.at)) > state.day:
            self._midnights.pass_to(state, day, change)
        is_new = not state.channel
        if is_new:
            state.first_at, state.channel = event.at, visitor.session.source.channel
        if began:
            self._judge.session(state, visitor, event, change)
        if learn(state, event, self.ruleset.attributes) or is_new:
            self._judge.person(state, event, change)
        self._judge.event(state, visitor, event, change)
        state.last_at = event.at
        return change

    def _given(self, state: LeadState, event: Event) -> Change:
        """Points given by hand."""
        change = self._said(state, event)
        self._ledger.give(state, event, change)
        return change

    def _said(self, state: LeadState, event: Event) -> Change:
        """What people said of the lead: no session, no activity, nothing learnt."""
        change = self._untimed(state, event)
        if self.is_timed:
            self._midnights.pass_to(state, self.day_of(event.at), change)
        return change

    def _untimed(self, state: LeadState, event: Event) -> Change:
        if state.last is None:
            state.first_at = state.last_at = event.at
        return Change(None, False, [], [], [])


def _in_order(events: Iterable[Event]) -> list[tuple[OrderKey, int, Event]]:
    """In the total order, each once; two sites may use one event id at one moment, and any fixed order will do."""
    distinct: dict[tuple[int, str], Event] = {}
    for event in events:
        distinct.setdefault((event.site, event.id), event)
    # No two are alike in order and site, so events themselves are never compared.
    return sorted([(event.order, event.site, event) for event in distinct.values()])
