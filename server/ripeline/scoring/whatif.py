"""What if: how a lead stands under a rule file, and when sales would have been told of it, by a replay of its events.

In a replay every event arrives when it occurred, time alone does its work on time, and sales say nothing: so two files
are compared on equal terms. What really happened (hand-offs, verdicts) takes no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ripeline.domain.event import Event
from ripeline.rules.model import Model
from ripeline.rules.stories import OUT_OF_TARGET
from ripeline.scoring.change import Change, Crossing
from ripeline.scoring.fold import Scorer
from ripeline.scoring.handoffs import Handoff, Standing, decide, next_look, terms_of
from ripeline.scoring.state import Instant, LeadState


@dataclass(frozen=True, slots=True)
class Fate:
    """One model's word on a lead: thousandths, the band ("out of target" for who is), and when (ms) sales would have
    been told."""

    score: int
    band: str
    calls: tuple[int, ...]


def fates_of(scorer: Scorer, events: Iterable[Event], until: int) -> tuple[Fate, ...]:
    """What becomes of a lead up to and including `until` (ms), model by model."""
    desks = [_Desk(place, model) for place, model in enumerate(scorer.ruleset.models)]
    state = scorer.fresh()
    for event, state, change in scorer.replay(events):
        reachable = scorer.is_reachable(state)
        for desk in desks:
            desk.hear(event, change, state, reachable, scorer.out_of_target(desk.place, state))
    change = scorer.advance(state, until)
    for desk in desks:
        desk.wait(change.crossings, until)
    return tuple(_fate(scorer, desk, state) for desk in desks)


def shown_band(scorer: Scorer, place: int, state: LeadState) -> str:
    """The band of the model of that index, "out of target" for who is."""
    return OUT_OF_TARGET if scorer.out_of_target(place, state) else scorer.band_of(place, state)


def _fate(scorer: Scorer, desk: _Desk, state: LeadState) -> Fate:
    return Fate(state.models[desk.place].score, shown_band(scorer, desk.place, state), tuple(desk.calls))


class _Desk:
    """Sales of one model during a replay; `calls` are the moments (ms) at which they were told."""

    def __init__(self, place: int, model: Model) -> None:
        names = [band.name for band in model.bands]
        self.place = place
        self.calls: list[int] = []
        self._model = model.id
        self._high = frozenset(names[names.index(model.handoff) :] if model.handoff in names else ())
        self._terms = terms_of(model)
        self._on: set[str] = set()
        self._standing = Standing(None, None, None, reachable=False, out_of_target=False)
        self._made: list[Handoff] = []
        self._look: int | None = None
        self._turned = False

    def hear(self, event: Event, change: Change, state: LeadState, reachable: bool, out: bool) -> None:
        """An event, and the midnights before it, which found the lead as it was until then."""
        if self._look is not None or change.crossings:
            self.wait([each for each in change.crossings if each.event != event.id], event.at)
            self._turn([each for each in change.crossings if each.event == event.id])
        was, asked = self._standing, state.models[self.place].asked
        if self._turned or (was.reachable, was.out_of_target, was.asked) != (reachable, out, asked):
            self._standing = replace(was, asked=asked, reachable=reachable, out_of_target=out)
            self._decide(event.at)

    def wait(self, nights: Sequence[Crossing], until: int) -> None:
        """What midnights brought about, and cool-downs that end by `until` (ms)."""
        for night in nights:
            self._cool_down(night.at - 1)
            self._turn([night])
            if self._turned:
                self._decide(night.at)
        self._cool_down(until)

    def _turn(self, crossings: Sequence[Crossing]) -> None:
        before = self._standing
        for each in crossings:
            if each.model == self._model and each.band in self._high:
                (self._on.add if each.entered else self._on.discard)(each.band)
                self._ripen((each.at, each.event))
        self._turned = before is not self._standing

    def _ripen(self, instant: Instant) -> None:
        was_in = self._standing.ripe is not None and self._standing.left_at is None
        if self._on and not was_in:
            self._standing = replace(self._standing, ripe=instant, left_at=None)
        elif was_in and not self._on:
            self._standing = replace(self._standing, left_at=instant[0])

    def _cool_down(self, until: int) -> None:
        if self._look is not None and self._look <= until:
            self._decide(self._look)

    def _decide(self, now: int) -> None:
        self._turned = False
        decision = decide(self._standing, self._made, now, self._terms)
        if decision.act == "expire":
            self._made[-1] = replace(self._made[-1], state="expired", closed_at=now)
            decision = decide(self._standing, self._made, now, self._terms)
        if decision.crossing is not None:
            late = decision.act == "late"
            self._made.append(Handoff("late" if late else "open", *decision.crossing, made_at=now))
            if not late:
                self.calls.append(now)
        look = next_look(self._standing, self._made, self._terms) if self._made else None
        self._look = look if look is not None and look > now else None
