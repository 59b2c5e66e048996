"""The fold: one lead's events, in the total order, into sessions, ledger lines, scores and bands.

Scores are made nowhere else. An event in order is folded forward; anything else (a late event, a merge, a changed
verdict on a bot) is `refold` of that lead from its events, which is the same code from an empty state.
"""

from __future__ import annotations

from collections.abc import Iterable

from ripeline.domain.event import Event
from ripeline.rules.model import Ruleset
from ripeline.scoring.bands import is_out_of_target, shown_band, switch_bands
from ripeline.scoring.change import Change, Line
from ripeline.scoring.days import local_days
from ripeline.scoring.known import is_reachable, known_about, learn
from ripeline.scoring.plan import KindPlan, ScoredRule, make_plan
from ripeline.scoring.sessions import enter_session, is_duplicate, session_event
from ripeline.scoring.state import LeadState, ModelState, VisitorState
from ripeline.scoring.steps import Moment, judge, line, match


class Scorer:
    """Scores leads under one rule file; holds no lead, so one serves all."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self._plan = make_plan(ruleset)
        self._day_of = local_days(ruleset.timezone)
        self._timeout = ruleset.session_timeout * 1000

    def fresh(self) -> LeadState:
        """A lead nothing has happened to."""
        return LeadState(models=[ModelState() for _ in self.ruleset.models])

    def fold(self, state: LeadState, event: Event) -> Change:
        """What one event does to its lead; changes `state`.

        Raises ValueError when the event does not come after the last one in the total order: refold the lead then.
        """
        if state.last is not None and event.order <= state.last:
            raise ValueError(f"event {event.id} does not come after {state.last[2]}; refold its lead")
        return self._fold(state, event)

    def refold(self, events: Iterable[Event]) -> tuple[LeadState, list[Change]]:
        """A lead from all its events, in any order; of those with the same site and id the first given counts."""
        distinct: dict[tuple[int, str], Event] = {}
        for event in events:
            distinct.setdefault((event.site, event.id), event)
        state = self.fresh()
        in_order = sorted(distinct.values(), key=lambda event: (event.order, event.site))
        return state, [self._fold(state, event) for event in in_order]

    def band_of(self, model: int, state: LeadState) -> str:
        """The band shown for the model of that index; "cold" below the lowest."""
        return shown_band(self.ruleset.models[model], state.models[model])

    def out_of_target(self, model: int, state: LeadState) -> bool:
        """Whether the lead's fit is below the `min_fit` of the model of that index."""
        return is_out_of_target(self.ruleset.models[model], state.models[model])

    def is_reachable(self, state: LeadState) -> bool:
        """Whether an e-mail or a phone number is known."""
        return is_reachable(state)

    def _fold(self, state: LeadState, event: Event) -> Change:
        """Session, its begin, what is known, fit rules, rules, bands: in this order, and bands once for all of it."""
        visitor, began = enter_session(state, event, self._timeout)
        change = Change(visitor.session, began, [], [], [])
        is_first = state.last is None
        if is_first:
            state.first_at, state.channel = event.at, visitor.session.source.channel
        if began:
            self._score_session(state, visitor, event, change)
        if learn(state, event, self.ruleset.attributes) or is_first:
            self._hold(state, event, change)
        self._score_event(state, visitor, event, change)
        if is_first or any(entry.points for entry in change.lines):
            self._switch(state, event, change)
        state.last, state.last_at = event.order, event.at
        state.lines += len(change.lines)
        state.crossings += len(change.crossings)
        return change

    def _score_session(self, state: LeadState, visitor: VisitorState, event: Event, change: Change) -> None:
        """The pseudo-event `session`: rules about it come before the event, and what it meets is met for the event."""
        if self._plan.session is not None:
            self._score(self._plan.session, Moment(state, visitor, session_event(event), self._day_of), change)

    def _score_event(self, state: LeadState, visitor: VisitorState, event: Event, change: Change) -> None:
        plan = self._plan.kinds.get(event.on)
        if plan is not None:
            moment = Moment(state, visitor, event, self._day_of)
            if moment.flaw is None and is_duplicate(visitor, event):
                moment.flaw = "duplicate"
            self._score(plan, moment, change)

    def _score(self, plan: KindPlan, moment: Moment, change: Change) -> None:
        """Every rule's word on one moment; what the moment meets is met only after it (`after` is strict)."""
        rules, watches = plan(moment.event.url, moment.event.item)
        met: list[int] = []
        for rule in rules:
            matched = match(rule, moment)
            if matched is not None:
                self._post(moment.state, rule, judge(matched), change)
                met += rule.meets
        for watch in watches:
            if watch.where is None or watch.where(moment.event, moment.visitor.session):
                met.append(watch.prerequisite)
        if met and moment.flaw is None:
            moment.state.met.update(met)

    def _hold(self, state: LeadState, event: Event, change: Change) -> None:
        """Fit rules: a line when what is known makes one true, and its negation when it no longer is."""
        known = known_about(state)
        for rule in self._plan.fit:
            holds, held = rule.lead is None or rule.lead(known), rule.number in state.held
            if holds and not held:
                state.held.add(rule.number)
                self._post(state, rule, line(rule, event, rule.points), change)
            elif held and not holds:
                state.held.remove(rule.number)
                self._post(state, rule, line(rule, event, -rule.points), change)

    def _post(self, state: LeadState, rule: ScoredRule, entry: Line, change: Change) -> None:
        """Write a ledger line: the score is the sum of the ledger because nothing else changes it."""
        change.lines.append(entry)
        reading = state.models[rule.model]
        if rule.is_fit:
            reading.fit += entry.points
        else:
            reading.engagement += entry.points
        if rule.handoff and entry.reason is None:
            reading.asked = (entry.at, entry.event)
            if rule.model_id not in change.asked:
                change.asked.append(rule.model_id)

    def _switch(self, state: LeadState, event: Event, change: Change) -> None:
        for model, reading in zip(self.ruleset.models, state.models, strict=True):
            change.crossings.extend(switch_bands(model, reading, event))
