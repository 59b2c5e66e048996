"""What happens by time alone, at local midnights: silence begins, points fade, bands are entered and left.

Days on which nothing is written are passed over, so that a sweep every night, one after a month and a rebuild write
the same ledger in the same order.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ripeline.rules.model import Ruleset
from ripeline.scoring.change import Change, Line
from ripeline.scoring.days import local_midnights, midnight_name
from ripeline.scoring.ledger import Ledger
from ripeline.scoring.plan import Plan
from ripeline.scoring.state import LeadState, ModelState

#: Days; longer than any points take to fade, and within the years a calendar has.
_FOR_EVER: Final = 400_000


class Midnights:
    """Time passing over leads, under one rule file."""

    def __init__(self, ruleset: Ruleset, plan: Plan, ledger: Ledger) -> None:
        self._silence = plan.silence
        self._numbers = frozenset(rule.number for rule in plan.silence)
        self._shortest = min((rule.inactive or 0 for rule in plan.silence), default=0)
        self._ledger = ledger
        self._fading = [(place, each) for place, each in ledger.composed if each.fading]
        #: Whether anything in the rule file depends on time.
        self.matter = bool(self._silence or self._fading)
        self.midnight_of = local_midnights(ruleset.timezone)

    def pass_to(self, state: LeadState, day: int, change: Change) -> None:
        """All that happens at the midnights after the day of the state, up to the one that begins `day`."""
        if day <= state.day:
            return
        if state.last is not None and not self._passes_quietly(state, day):
            while (turn := self._next_turn(state, day)) is not None:
                self._turn(state, turn, change)
            self._refresh(state, day)
        state.day = day

    def next_day(self, state: LeadState) -> int | None:
        """The next local day on which a score, a band or the ledger changes by time alone; None: never."""
        day = self._next_silence(state)
        for place, composition in self._fading:
            if state.models[place].fading:
                change = composition.next_change(state.models[place], state.day, day)
                day = day if change is None else change
        return day

    def ripe_until(self, state: LeadState, place: int) -> int | None:
        """When (ms) the lead will leave the hand-off band of a model if nothing happens; None: never, or it is not in
        it."""
        if not _is_ripe(state.models[place]):
            return None
        imagined = _copy(state)
        nothing = Change(None, False, [], [], [])
        while _is_ripe(imagined.models[place]):
            turn = self._next_turn(imagined, state.day + _FOR_EVER)
            if turn is None:
                return None
            self._turn(imagined, turn, nothing)
        return imagined.models[place].ripe_until

    def _passes_quietly(self, state: LeadState, day: int) -> bool:
        """Most days write nothing: then all there is to do is to read what fades on the new one."""
        if self._silence and _is_due(self._next_silence(state), day):
            return False
        read = [composition.read_quietly(state.models[place], state.day, day) for place, composition in self._fading]
        if None in read:
            return False
        for (place, composition), sums in zip(self._fading, read, strict=True):
            if sums is not None:
                composition.take(state.models[place], day, sums)
        return True

    def _next_silence(self, state: LeadState) -> int | None:
        """The next day on which a rule about silence begins to hold."""
        if state.active is None:
            return None
        if self._numbers.isdisjoint(state.held):
            return state.active[0] + self._shortest
        days = [rule.inactive or 0 for rule in self._silence if rule.number not in state.held]
        return state.active[0] + min(days) if days else None

    def _next_turn(self, state: LeadState, upto: int) -> int | None:
        """The next day, `upto` the last, on which a line is written or a band entered or left; None: there is none."""
        silence = self._next_silence(state)
        found = silence if _is_due(silence, upto) else None
        for place, composition in self._fading:
            turn = composition.next_turn(state.models[place], state.day, upto if found is None else found)
            found = found if turn is None else turn
        return found

    def _turn(self, state: LeadState, day: int, change: Change) -> None:
        """One midnight: what has faded, then lines, then bands."""
        state.day = day
        at = self.midnight_of(day)
        self._refresh(state, day)
        if state.active is not None:
            since, event, seq = state.active
            for rule in self._silence:
                if rule.number not in state.held and since + (rule.inactive or 0) <= day:
                    state.held.add(rule.number)
                    self._ledger.post(state, rule, Line(rule.model_id, rule.id, event, seq, at, rule.points), change)
        self._ledger.turn_bands(state, (at, midnight_name(day)), 0, change, all_models=True)

    def _refresh(self, state: LeadState, day: int) -> None:
        for place, composition in self._fading:
            if state.models[place].fading:
                composition.refresh(state.models[place], day)


def _copy(state: LeadState) -> LeadState:
    """As much of a state as time changes."""
    models = [
        replace(model, on=dict(model.on), fading=dict(model.fading), grouped=dict(model.grouped))
        for model in state.models
    ]
    return LeadState(last=state.last, models=models, held=set(state.held), day=state.day, active=state.active)


def _is_due(day: int | None, upto: int) -> bool:
    return day is not None and day <= upto


def _is_ripe(reading: ModelState) -> bool:
    return reading.ripe is not None and reading.ripe_until is None
