"""What if only points, limits and bands change: new scores from sums kept of the old ones, and bands from new scores.

No event is judged otherwise by such a change, so what each rule gave a lead says what it would give.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ripeline.rules.model import Decay, Model, Rule
from ripeline.scoring.bands import COLD
from ripeline.scoring.change import Reason
from ripeline.scoring.composition import Composition, limited
from ripeline.scoring.state import ModelState

#: What is to be counted of a rule's ledger lines: how often it paid, how many lines there are of a held rule (every
#: second one ends what the one before began), the thousandths it gave, or what is left of them today.
Counted = Literal["paid", "held", "points", "left"]


@dataclass(frozen=True, slots=True)
class Sum:
    """One number of each lead, to be added up over the ledger lines of one rule."""

    rule: str
    counted: Counted
    decay: Decay | None = None


class LedgerLine(NamedTuple):
    """One ledger line of a lead, as it was written: rule id, event, ms, thousandths, why none."""

    rule: str
    seq: int
    at: int
    points: int
    reason: Reason | None


class Resum:
    """One model before and after such a change; `sums` are those that `score` wants of each lead, in order."""

    def __init__(self, before: Model, after: Model) -> None:
        self.before = before
        self.after = after
        self._old = {rule.id: rule for rule in before.rules}
        self._new = {rule.id: rule for rule in after.rules}
        self.repriced = {id: rule.points or 0 for id, rule in self._new.items() if self._is_repriced(id)}
        self._groups: list[str] = [name for name in {**before.groups, **after.groups} if self._is_regrouped(name)]
        # A rule that is only in one of the files gave these leads nothing: those it gave something are folded again.
        both = [id for id in self._old if id in self._new]
        wanted = [id for id in both if id in self.repriced or self._is_in(self._groups, id)]
        self.sums = tuple(self._sum(id) for id in wanted)

    def score(self, engagement: int, fit: int, sums: Sequence[int]) -> tuple[int, int]:
        """Engagement and fit (thousandths) under the new rules, from those under the old and the sums."""
        old, new = {}, {}
        for each, number in zip(self.sums, sums, strict=True):
            rule, times = each.rule, number & 1 if each.counted == "held" else number
            is_counted = each.counted in ("paid", "held")
            old[rule] = times * (self._old[rule].points or 0) if is_counted else number
            new[rule] = times * self.repriced[rule] if is_counted else number
            if self._new[rule].is_fit:
                fit += new[rule] - old[rule]
            else:
                engagement += new[rule] - old[rule]
        for name in self._groups:
            for model, values, sign in ((self.before, old, -1), (self.after, new, 1)):
                change, is_fit = _limit(model, name, values)
                fit, engagement = (fit + sign * change, engagement) if is_fit else (fit, engagement + sign * change)
        return engagement, fit

    def _is_repriced(self, id: str) -> bool:
        return id in self._old and self._old[id].points != self._new[id].points

    def _is_regrouped(self, name: str) -> bool:
        """Whether what the limits of that group do may be another; nobody in it: nothing either way."""
        members = [_members(model, name) for model in (self.before, self.after)]
        same = self.before.groups.get(name) == self.after.groups.get(name) and members[0] == members[1]
        return not same or bool(members[0] & self.repriced.keys())

    def _is_in(self, groups: Collection[str | None], id: str) -> bool:
        return self._old[id].group in groups or self._new[id].group in groups

    def _sum(self, id: str) -> Sum:
        rule = self._new[id]
        if id in self.repriced:
            return Sum(id, "paid" if rule.on else "held")
        return Sum(id, "left", rule.decay) if rule.decay else Sum(id, "points")


def band_without_history(model: Model, score: int, fit: int) -> str | None:
    """The highest band that is on at that score; None where that depends on whether it was entered before."""
    for band in reversed(model.bands):
        if band.fit is None or fit >= band.fit:
            if score >= band.enter:
                return band.name
            if score >= band.leave:
                return None
    return COLD


def has_plain_history(model: Model) -> bool:
    """Whether its bands at any time follow from its ledger lines alone: nothing fades, and nothing is on from the
    start."""
    return all(rule.decay is None for rule in model.rules) and all(band.enter > 0 for band in model.bands)


def band_by_ledger(resum: Resum, lines: Iterable[LedgerLine]) -> str:
    """The band a lead is in under the new rules (`has_plain_history`), by all its lines in that model, in order."""
    model = resum.after
    numbers = {rule.id: number for number, rule in enumerate(model.rules)}
    composition, reading = Composition(model, list(numbers.values())), ModelState()
    held: set[str] = set()
    before: tuple[int, int] | None = None
    for line in lines:
        if before not in (None, (line.seq, line.at)):
            composition.refresh(reading, 0)
            composition.switches.turn(reading, (line.at, ""), 0)
        before = line.seq, line.at
        points = _points(resum, line, held)
        if line.rule in numbers:
            composition.add(reading, numbers[line.rule], points, 0)
        else:
            reading.behaviour += points
    composition.refresh(reading, 0)
    composition.switches.turn(reading, (0, ""), 0)
    return next((band.name for band in reversed(model.bands) if band.name in reading.on), COLD)


def _points(resum: Resum, line: LedgerLine, held: set[str]) -> int:
    """What a line would have said; of a held rule the first one begins it, the next one ends it."""
    points = resum.repriced.get(line.rule)
    if points is None:
        return line.points
    if _rule(resum.after, line.rule).on:
        return points if line.reason is None else 0
    held.symmetric_difference_update((line.rule,))
    return points if line.rule in held else -points


def _rule(model: Model, id: str) -> Rule:
    return next(rule for rule in model.rules if rule.id == id)


def _members(model: Model, group: str) -> frozenset[str]:
    return frozenset(rule.id for rule in model.rules if rule.group == group)


def _limit(model: Model, name: str, values: dict[str, int]) -> tuple[int, bool]:
    """What the limits of a group add or take away, and whether that is of the fit."""
    rules = [rule for rule in model.rules if rule.group == name]
    if not rules or name not in model.groups:
        return 0, False
    total = sum(values.get(rule.id, 0) for rule in rules)
    group = model.groups[name]
    return limited(total, group.minimum, group.maximum) - total, all(rule.is_fit for rule in rules)
