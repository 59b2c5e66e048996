"""The reading of a model whose points decay or are limited in groups: what it is on any day, and when it changes.

Both are applied when reading, never in the ledger, so a floor can never swallow later points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ripeline.rules.model import Model, Rule, Ruleset
from ripeline.scoring.bands import Switches
from ripeline.scoring.fading import Fading, fading_of
from ripeline.scoring.plan import rule_numbers
from ripeline.scoring.state import ModelState


class Limit(NamedTuple):
    """The bounds of a group, in thousandths, and whether all its rules are about the person."""

    low: int | None
    high: int | None
    is_fit: bool

    def change(self, total: int) -> int:
        """What they add to that sum of its rules, or (below 0) take away."""
        return limited(total, self.low, self.high) - total


class Sums(NamedTuple):
    """A reading in thousandths, and whether anything in it has wholly faded."""

    engagement: int
    fit: int
    is_gone: bool


class Composition:
    """How the reading of one model follows from what its state keeps; `numbers` are those of its rules, in order.

    What a group takes away or adds counts as engagement, unless all its rules are fit rules.
    """

    def __init__(self, model: Model, numbers: Sequence[int]) -> None:
        rules = list(zip(numbers, model.rules, strict=True))
        names = [name for name in model.groups if any(rule.group == name for rule in model.rules)]
        self.switches = Switches(model)
        self.fading: dict[int, Fading] = {number: fading_of(rule.decay) for number, rule in rules if rule.decay}
        # A score that only shrinks (or only grows) as time goes by passes every edge once.
        worths = [points for _, rule in rules if rule.decay for points in _worths(rule)]
        self._is_one_way = all(points >= 0 for points in worths) or all(points <= 0 for points in worths)
        self._group = {number: names.index(rule.group) for number, rule in rules if rule.group in names}
        self._fit = frozenset(number for number, rule in rules if rule.is_fit)
        self._limits = [limit_of(model, name) for name in names]
        self._lift = self.read(ModelState(), 0)

    def fresh(self) -> ModelState:
        """How somebody reads to whom nothing has happened: a group with a `min` above 0 gives to them, too."""
        return ModelState(engagement=self._lift[0], fit=self._lift[1])

    def add(self, reading: ModelState, number: int, points: int, day: int) -> None:
        """An award of a rule, made on a local day, which is that of the reading."""
        is_grouped = number in self._group
        if number in self.fading:
            _keep(reading.fading.setdefault(number, []), points, day)
        elif is_grouped:
            reading.grouped[number] = reading.grouped.get(number, 0) + points
        elif number in self._fit:
            reading.person += points
        else:
            reading.behaviour += points
        if is_grouped:
            reading.engagement, reading.fit = self.read(reading, day)
        elif number in self._fit:
            reading.fit += points
        else:
            reading.engagement += points

    def refresh(self, reading: ModelState, day: int) -> None:
        """Read it on another day."""
        self.take(reading, day, self._add_up(reading, day))

    def read(self, reading: ModelState, day: int) -> tuple[int, int]:
        """Engagement and fit on a local day, after decay and limits, if nothing else happens until then."""
        sums = self._add_up(reading, day)
        return sums.engagement, sums.fit

    def read_quietly(self, reading: ModelState, day: int, to: int) -> Sums | None:
        """How it reads on the day `to`, None when from `day` on a band is entered or left until then."""
        if not reading.fading:
            return Sums(reading.engagement, reading.fit, is_gone=False)
        sums = self._add_up(reading, to)
        if self.switches.would_turn(reading, sums.engagement, sums.fit):
            return None
        if to - day > 1 and not self._moves_one_way(reading):
            return sums if self._next_turn_by_days(reading, day, to) is None else None
        return sums

    def take(self, reading: ModelState, day: int, sums: Sums) -> None:
        """This is how it reads on that day. What has wholly faded is forgotten, as it never comes back."""
        reading.engagement, reading.fit = sums.engagement, sums.fit
        if sums.is_gone:
            for number in list(reading.fading):
                left = self.fading[number].left
                awards = [each for each in reading.fading[number] if left(each[1], day - each[0])]
                if awards:
                    reading.fading[number] = awards
                else:
                    del reading.fading[number]

    def next_change(self, reading: ModelState, day: int, before: int | None) -> int | None:
        """The first local day after `day`, that of the reading, on which it is another; None: never, or not `before`
        that day."""
        now = (reading.engagement, reading.fit)
        if before is not None and before <= day + 1:
            return None
        if self.read(reading, day + 1) != now:
            return day + 1
        while (later := self._next_fading(reading, day)) is not None and (before is None or later < before):
            if self.read(reading, later) != now:
                return later
            day = later
        return None

    def next_turn(self, reading: ModelState, day: int, upto: int) -> int | None:
        """The first local day after `day`, `upto` the last, on which a band is entered or left; None: on none."""
        if not reading.fading:
            return None
        if not self._moves_one_way(reading):
            return self._next_turn_by_days(reading, day, upto)
        if not self._turns(reading, upto):
            return None
        # It is rarely far: look ever further ahead, then halve the last stretch.
        step = 1
        while day + step < upto and not self._turns(reading, day + step):
            day, step = day + step, 2 * step
        upto = min(upto, day + step)
        while upto - day > 1:
            middle = (day + upto) // 2
            day, upto = (day, middle) if self._turns(reading, middle) else (middle, upto)
        return upto

    def _add_up(self, reading: ModelState, day: int) -> Sums:
        engagement, fit = reading.behaviour, reading.person
        of_groups = [0] * len(self._limits)
        is_gone = False
        for number, awards in reading.fading.items():
            left = self.fading[number].left
            value = 0
            for begun, points, times in awards:
                kept = left(points, day - begun)
                value += times * kept
                is_gone = is_gone or kept == 0
            engagement += value
            if number in self._group:
                of_groups[self._group[number]] += value
        for number, value in reading.grouped.items():
            of_groups[self._group[number]] += value
            if number in self._fit:
                fit += value
            else:
                engagement += value
        for total, limit in zip(of_groups, self._limits, strict=True):
            if limit.is_fit:
                fit += limit.change(total)
            else:
                engagement += limit.change(total)
        return Sums(engagement, fit, is_gone)

    def _moves_one_way(self, reading: ModelState) -> bool:
        """Whether nothing but points given (or nothing but points taken) fades: the score then only shrinks (or only
        grows), also through the limits of groups, and passes every edge once."""
        return self._is_one_way or _is_one_sign(p for awards in reading.fading.values() for _, p, _ in awards)

    def _next_turn_by_days(self, reading: ModelState, day: int, upto: int) -> int | None:
        """Points given and points taken fade at once: the score may go up and down."""
        while (later := self._next_fading(reading, day)) is not None and later <= upto:
            if self._turns(reading, later):
                return later
            day = later
        return None

    def _turns(self, reading: ModelState, day: int) -> bool:
        return self.switches.would_turn(reading, *self.read(reading, day))

    def _next_fading(self, reading: ModelState, day: int) -> int | None:
        """The first day after `day` on which any award is worth less than before."""
        ages = (
            (begun, self.fading[number].next(points, day - begun))
            for number, awards in reading.fading.items()
            for begun, points, _ in awards
        )
        return min((begun + age for begun, age in ages if age is not None), default=None)


def compositions_of(ruleset: Ruleset) -> list[Composition | None]:
    """One for each model that has decay or groups, None for one whose reading is simply the sum of its ledger."""
    return [
        Composition(model, numbers) if any(rule.decay or rule.group for rule in model.rules) else None
        for model, numbers in zip(ruleset.models, rule_numbers(ruleset), strict=True)
    ]


def limit_of(model: Model, name: str) -> Limit:
    """The bounds of one of its groups."""
    group = model.groups[name]
    return Limit(group.minimum, group.maximum, all(rule.is_fit for rule in model.rules if rule.group == name))


def limited(total: int, low: int | None, high: int | None) -> int:
    """A sum within its bounds; None: no bound on that side."""
    if low is not None and total < low:
        return low
    return high if high is not None and total > high else total


def _keep(awards: list[tuple[int, int, int]], points: int, day: int) -> None:
    for place in range(len(awards) - 1, -1, -1):
        begun, worth, times = awards[place]
        if begun != day:
            break
        if worth == points:
            awards[place] = (begun, worth, times + 1)
            return
    awards.append((day, points, 1))


def _is_one_sign(points: Iterable[int]) -> bool:
    return len({each > 0 for each in points if each}) < 2


def _worths(rule: Rule) -> list[int]:
    """All that one match of a rule can be worth."""
    return [points for _, points in rule.values] or [rule.points or 0]
