"""The rules' word on one lead: on an event or the begin of a session, and what is held while it is true."""

from __future__ import annotations

from collections.abc import Callable

from ripeline.domain.event import Event
from ripeline.scoring.change import Change, Reason
from ripeline.scoring.known import known_about
from ripeline.scoring.ledger import Ledger
from ripeline.scoring.moment import Moment, line, match
from ripeline.scoring.plan import Concerned, Plan
from ripeline.scoring.retro import paid_now, start_waiting
from ripeline.scoring.sessions import NO_ACTIVITY, is_duplicate, session_event
from ripeline.scoring.state import LeadState, VisitorState
from ripeline.scoring.steps import judge


class Judge:
    """Asks every rule of a plan, and has the ledger write what it says."""

    def __init__(self, plan: Plan, ledger: Ledger, day_of: Callable[[int], int]) -> None:
        self._plan = plan
        self._ledger = ledger
        self._silence = frozenset(rule.number for rule in plan.silence)
        self._day_of = day_of

    def session(self, state: LeadState, visitor: VisitorState, event: Event, change: Change) -> None:
        """The pseudo-event `session`: rules about it come before the event, and what it meets is met for the event."""
        if self._plan.session is not None:
            concerned = self._plan.session(event.url, "")
            if concerned.rules or concerned.watches:
                moment = Moment(state, visitor, session_event(event), concerned.item, self._day_of)
                if event.suspect:
                    moment.flaw = "suspect"
                self._score(concerned, moment, change)

    def event(self, state: LeadState, visitor: VisitorState, event: Event, change: Change) -> None:
        """What ends with it (silence), and the rules about its kind."""
        if self._silence and event.on not in NO_ACTIVITY and not event.suspect:
            self._end_silence(state, event, change)
        plan = self._plan.kinds.get(event.on)
        if plan is None:
            return
        concerned = plan(event.url, event.item)
        flaw: Reason | None = None
        if event.suspect:
            flaw = "suspect"
        elif is_duplicate(visitor, event, concerned.doing):
            flaw = "duplicate"
        if concerned.rules or concerned.watches:
            moment = Moment(state, visitor, event, concerned.item, self._day_of, flaw)
            self._score(concerned, moment, change)

    def person(self, state: LeadState, event: Event, change: Change) -> None:
        """Fit rules: a line when what is known makes one true, and its negation when it no longer is."""
        known = known_about(state)
        for rule in self._plan.fit:
            holds, held = rule.lead is None or rule.lead(known), rule.number in state.held
            if holds and not held:
                state.held.add(rule.number)
                self._ledger.post(state, rule, line(rule, event, rule.points), change)
            elif held and not holds:
                state.held.remove(rule.number)
                self._ledger.post(state, rule, line(rule, event, -rule.points), change)

    def _end_silence(self, state: LeadState, event: Event, change: Change) -> None:
        """Rules about silence that held until now are taken back, unless they stay."""
        state.active = (state.day, event.id, event.seq)
        if self._silence.isdisjoint(state.held):
            return
        for rule in self._plan.silence:
            if rule.number in state.held and not rule.stays:
                state.held.remove(rule.number)
                self._ledger.post(state, rule, line(rule, event, -rule.points), change)

    def _score(self, concerned: Concerned, moment: Moment, change: Change) -> None:
        """Every rule's word on one moment; what the moment meets is met only after it (`after` is strict)."""
        met: list[int] = []
        for rule in concerned.rules:
            matched = match(rule, moment)
            if matched is not None:
                self._ledger.post(moment.state, rule, judge(matched), change)
                met += rule.meets
        for watch in concerned.watches:
            if watch.where is None or watch.where(moment.event, moment.visitor.session):
                met.append(watch.prerequisite)
        if met and moment.flaw is None:
            self._meet(sorted(set(met)), moment, change)
        if moment.stopped is not None:
            start_waiting(moment)

    def _meet(self, prerequisites: list[int], moment: Moment, change: Change) -> None:
        """Note what was met, and pay what has waited for it."""
        state = moment.state
        for number in prerequisites:
            state.met[number] = moment.event.at
            for rules in self._plan.retro.get(number, ()):
                for matched in paid_now(rules, moment):
                    self._ledger.post(state, matched.rule, judge(matched, afterwards=True), change)
