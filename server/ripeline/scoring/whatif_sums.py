"""What if only points, limits and bands change: new scores from sums kept of the old ones, and bands from new scores.

No event is judged otherwise by such a change, so what each rule gave a lead says what it would give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ripeline.rules.editing import RuleChange
from ripeline.rules.model import Band, Model, Rule
from ripeline.scoring.bands import COLD
from ripeline.scoring.composition import limited

#: What is to be told of ledger lines: how much more the rules gave together whose lines say so by their sign, how often
#: a rule paid, how many lines there are of a held rule (every second one ends what the one before began), the
#: thousandths it gave, what is left of them today, or what the rule of the new file would have given, as is left today.
Told = Literal["shift", "paid", "held", "points", "left", "anew"]

#: What a rule may change without any event being judged otherwise, up to the last step (the cap).
_TOLD_BY_LINES: Final = frozenset({"points", "cap", "decay", "handoff", "group", "label"})
_OF_NO_POINTS: Final = frozenset({"handoff", "group", "label"})


@dataclass(frozen=True, slots=True)
class Sum:
    """One number of each lead, to be made of the ledger lines of a rule (as it is in the file it is about).

    Of "shift" it is about many rules, and each line that gave (took away) something counts `by` so much (its contrary).
    """

    told: Told
    rules: tuple[Rule, ...]
    by: tuple[int, ...] = ()


class Resum:
    """One model before and after such a change; `sums` are those that `score` wants of each lead, in order.

    `reworked` are the rules, as they are after, that would have given other points.
    """

    def __init__(self, before: Model, after: Model) -> None:
        self.before = before
        self.after = after
        old, new = ({rule.id: rule for rule in model.rules} for model in (before, after))
        # A rule that is only in one of the files gave these leads nothing: those it gave something are folded again.
        self._both = {id: (old[id], new[id]) for id in old if id in new}
        self.reworked = {id: rule for id, (was, rule) in self._both.items() if _worth(was) != _worth(rule)}
        self._groups: list[str] = [name for name in {**before.groups, **after.groups} if self._is_regrouped(name)]
        free = {id: both for id, both in self._both.items() if id in self.reworked and self._only_shifts(*both)}
        self._shifts = {is_fit: shift for is_fit in (False, True) if (shift := _shift(free.values(), is_fit)).rules}
        one_by_one = [both for id, both in self._both.items() if id not in free and self._is_wanted(*both)]
        self._wanted = {rule.id: self._sums(was, rule) for was, rule in one_by_one}
        self.sums = (*self._shifts.values(), *(each for sums in self._wanted.values() for each in sums))
        #: Whether who has no line of any rule that matters is where they were.
        self.keeps_others = before.bands == after.bands and before.min_fit == after.min_fit and not self._lifts_others()
        #: Engagement and fit of who did nothing that counts.
        self.silent = _silent(before)
        #: Whether the new file moves them into a band, in which who objects to being scored never is.
        self.lifts_the_silent = not self.keeps_others and _is_lifted(after)

    def score(self, engagement: int, fit: int, numbers: Sequence[int]) -> tuple[int, int]:
        """Engagement and fit (thousandths) under the new rules, from those under the old and the sums."""
        old, new = {}, {}
        given = iter(numbers)
        for is_fit in self._shifts:
            shift = next(given)
            fit, engagement = (fit + shift, engagement) if is_fit else (fit, engagement + shift)
        for id, sums in self._wanted.items():
            was, rule = self._both[id]
            old[id], new[id] = _before_and_after(was, rule, sums, given)
            if rule.is_fit:
                fit += new[id] - old[id]
            else:
                engagement += new[id] - old[id]
        for name in self._groups:
            for model, values, sign in ((self.before, old, -1), (self.after, new, 1)):
                change, is_fit = _limit(model, name, values)
                fit, engagement = (fit + sign * change, engagement) if is_fit else (fit, engagement + sign * change)
        return engagement, fit

    def _is_regrouped(self, name: str) -> bool:
        """Whether what the limits of that group do may be another; nobody in it: nothing either way."""
        members = [_members(model, name) for model in (self.before, self.after)]
        same = self.before.groups.get(name) == self.after.groups.get(name) and members[0] == members[1]
        return not same or bool(members[0] & self.reworked.keys())

    def _lifts_others(self) -> bool:
        """Whether a group gives something to who did nothing of what is in it."""
        return any(_limit(model, name, {})[0] for name in self._groups for model in (self.before, self.after))

    def _is_wanted(self, was: Rule, rule: Rule) -> bool:
        return rule.id in self.reworked or was.group in self._groups or rule.group in self._groups

    def _only_shifts(self, was: Rule, rule: Rule) -> bool:
        """Whether each of its lines says by its sign alone what it would be: no cap, no fading, and points before."""
        is_plain = not (was.cap or was.decay or rule.cap or rule.decay)
        return bool(was.points) and is_plain and was.group not in self._groups and rule.group not in self._groups

    def _sums(self, was: Rule, rule: Rule) -> tuple[Sum, ...]:
        before = Sum("left" if was.decay else "points", (was,))
        if rule.id not in self.reworked:
            return (before,)
        if not rule.on:
            return (Sum("held", (was,)),)
        if was.cap or was.decay or rule.cap or rule.decay:
            return (before, Sum("anew", (rule,)))
        return (Sum("paid", (was,)),)


def is_told_by_lines(change: RuleChange) -> bool:
    """Whether the ledger lines of the rule tell what it would have given."""
    if change.before is None or change.after is None or not change.keys <= _TOLD_BY_LINES:
        return False
    return change.keys <= _OF_NO_POINTS or change.after.points is not None


def band_without_history(model: Model, score: int, fit: int) -> str | None:
    """The highest band that is on at that score; None where that depends on whether it was entered before."""
    for band in reversed(model.bands):
        if _has_fit(band, fit):
            if score >= band.enter:
                return band.name
            if score >= band.leave:
                return None
    return COLD


def band_of_who_never_had_more(model: Model, score: int, fit: int, most: int) -> str | None:
    """The band of a lead whose score was never above `most`; None if it may have been in a band it is below now."""
    if any(score < band.enter <= most for band in model.bands):
        return None
    on = (band.name for band in reversed(model.bands) if score >= band.enter and _has_fit(band, fit))
    return next(on, COLD)


def _shift(rules: Iterable[tuple[Rule, Rule]], is_fit: bool) -> Sum:
    """By how much more (thousandths) the lines of these rules count, of fit or of engagement."""
    found = {
        was: ((rule.points or 0) - (was.points or 0)) * (1 if (was.points or 0) > 0 else -1)
        for was, rule in rules
        if rule.is_fit is is_fit
    }
    return Sum("shift", tuple(found), tuple(found.values()))


def _worth(rule: Rule) -> tuple[object, ...]:
    return rule.points, rule.cap, rule.decay


def _before_and_after(was: Rule, rule: Rule, sums: tuple[Sum, ...], numbers: Iterator[int]) -> tuple[int, int]:
    """What a rule gave, and would have given, by its one or two sums."""
    number = next(numbers)
    if len(sums) == 2:
        return number, next(numbers)
    if sums[0].told in ("points", "left"):
        return number, number
    times = number & 1 if sums[0].told == "held" else number
    return times * (was.points or 0), times * (rule.points or 0)


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


def _silent(model: Model) -> tuple[int, int]:
    """Engagement and fit (thousandths) of a lead that did nothing: what the limits of groups give it."""
    limits = [_limit(model, name, {}) for name in model.groups]
    return sum(given for given, is_fit in limits if not is_fit), sum(given for given, is_fit in limits if is_fit)


def _is_lifted(model: Model) -> bool:
    engagement, fit = _silent(model)
    return any(engagement + fit >= band.enter and _has_fit(band, fit) for band in model.bands)


def _has_fit(band: Band, fit: int) -> bool:
    return band.fit is None or fit >= band.fit
