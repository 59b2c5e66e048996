"""What if: the ledger lines of a lead read again, as its rules would have written them with other points and caps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from ripeline.rules.model import Model, Rule
from ripeline.scoring.bands import COLD, shown_band
from ripeline.scoring.change import Reason
from ripeline.scoring.composition import Composition, limit_of
from ripeline.scoring.fading import fading_of
from ripeline.scoring.state import ModelState
from ripeline.scoring.whatif_sums import Resum

#: How far back the period of a cap reaches from the mark of an award, as in `steps.cap`.
_PERIODS: Final = {"day": 1, "24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000, "ever": 1}

#: The reasons of lines of matches that came as far as the cap.
PAID_OR_CAPPED: Final = (None, "capped")

#: Nobody asks when a band was entered.
_ANY: Final = (0, "")

DayOf = Callable[[int], int]

#: One ledger line of a lead, as it was written: the number of its rule, event, ms, thousandths, why none.
LedgerLine = tuple[int, int, int, int, Reason | None]


class Anew:
    """What a rule would have given one lead: tell it every match that was paid or capped, in order."""

    def __init__(self, rule: Rule, today: int, day_of: DayOf) -> None:
        """`today` is the local day up to which it fades."""
        self.left = 0
        self._rule = rule
        self._today = today
        self._day_of = day_of
        self._awards: list[tuple[int, int]] = []

    def pay(self, at: int) -> int:
        """The thousandths of a match at that time (ms), under the cap; `left` goes on with what is left of them."""
        points = self._capped(self._rule.points or 0, at)
        decay = self._rule.decay
        self.left += fading_of(decay).left(points, self._today - self._day_of(at)) if decay and points else points
        return points

    def _capped(self, points: int, at: int) -> int:
        limit = self._rule.cap
        if limit is None or points <= 0:
            return points
        mark = at if limit.per not in ("day", "ever") else self._day_of(at) if limit.per == "day" else 0
        self._awards = [award for award in self._awards if award[0] > mark - _PERIODS[limit.per]]
        points = max(0, min(points, limit.points - sum(given for _, given in self._awards)))
        self._awards.append((mark, points))
        return points


def is_told_by_ledger(model: Model) -> bool:
    """Whether its bands at any time follow from its ledger lines alone: nothing is on from the start."""
    nobody = Composition(model, range(len(model.rules))).fresh()
    return all(band.enter > nobody.engagement + nobody.fit for band in model.bands)


class Retelling:
    """What the ledger lines of one lead after the other say of its bands under the new rules (`is_told_by_ledger`).

    Lines without points are left out, but for those of reworked rules that were paid or capped: no other may matter.
    """

    def __init__(self, resum: Resum, numbers: Mapping[str, int], today: int, day_of: DayOf) -> None:
        """`numbers` are those of the rules in the lines, by id; a rule without one has no lines. `today` is a local
        day."""
        reworked = {numbers[id]: rule for id, rule in resum.reworked.items() if id in numbers}
        #: The numbers of the rules whose lines without points are wanted, too.
        self.reworked = list(reworked)
        self._rework = partial(_Rework, reworked, day_of)
        self._teller = (
            _Fading(resum.after, numbers, today, day_of) if _fades(resum.after) else _Plain(resum.after, numbers)
        )

    def band(self, lines: Iterable[LedgerLine]) -> str:
        """The band a lead is in by its lines, in order."""
        return self._teller.band(self._rework().lines(lines) if self.reworked else lines)


def _fades(model: Model) -> bool:
    return any(rule.decay for rule in model.rules)


class _Plain:
    """Bands of a model in which nothing fades: a score is the sum of its lines, within the limits of groups."""

    def __init__(self, model: Model, numbers: Mapping[str, int]) -> None:
        rules = {numbers[rule.id]: rule for rule in model.rules if rule.id in numbers}
        nobody = Composition(model, range(len(model.rules))).fresh()
        self._nobody = nobody.engagement, nobody.fit
        self._edges = [(band.name, band.enter, band.leave, band.fit) for band in model.bands]
        self._fits = frozenset(number for number, rule in rules.items() if rule.is_fit)
        self._groups = {number: rule.group for number, rule in rules.items() if rule.group in model.groups}
        self._limits = {name: limit_of(model, name) for name in {*self._groups.values()}}

    def band(self, lines: Iterable[LedgerLine]) -> str:
        engagement, fit = self._nobody
        totals = dict.fromkeys(self._limits, 0)
        on: set[str] = set()
        event, when = 0, 0
        for rule, seq, at, points, _ in lines:
            if seq != event or at != when:
                self._turn(on, engagement + fit, fit)
                event, when = seq, at
            if rule in self._fits:
                fit += points
            else:
                engagement += points
            if rule in self._groups:
                name = self._groups[rule]
                limit = self._limits[name]
                more = limit.change(totals[name] + points) - limit.change(totals[name])
                totals[name] += points
                fit, engagement = (fit + more, engagement) if limit.is_fit else (fit, engagement + more)
        self._turn(on, engagement + fit, fit)
        return next((edge[0] for edge in reversed(self._edges) if edge[0] in on), COLD)

    def _turn(self, on: set[str], score: int, fit: int) -> None:
        """What `Switches.turn` does, without noting when."""
        for name, enter, leave, least in self._edges:
            if (score < (leave if name in on else enter)) or (least is not None and fit < least):
                on.discard(name)
            else:
                on.add(name)


class _Fading:
    """Bands of a model in which points fade: between two lines midnights pass, as `Midnights` lets them."""

    def __init__(self, model: Model, numbers: Mapping[str, int], today: int, day_of: DayOf) -> None:
        self._model = model
        self._places = {numbers[rule.id]: place for place, rule in enumerate(model.rules) if rule.id in numbers}
        self._composition = Composition(model, range(len(model.rules)))
        self._today = today
        self._day_of = day_of

    def band(self, lines: Iterable[LedgerLine]) -> str:
        reading = self._composition.fresh()
        event, when, day = 0, 0, 0
        for rule, seq, at, points, _ in lines:
            if seq != event or at != when:
                self._composition.switches.turn(reading, _ANY, 0)
                day = self._pass(reading, day, self._day_of(at))
                event, when = seq, at
            if rule in self._places:
                self._composition.add(reading, self._places[rule], points, day)
            else:
                reading.engagement += points
                reading.behaviour += points
        self._composition.switches.turn(reading, _ANY, 0)
        self._pass(reading, day, self._today)
        return shown_band(self._model, reading)

    def _pass(self, reading: ModelState, day: int, to: int) -> int:
        """The midnights after a day up to the one that begins another, which is given back."""
        if to <= day or not reading.fading:
            return max(day, to)
        quiet = self._composition.read_quietly(reading, day, to)
        if quiet is not None:
            self._composition.take(reading, to, quiet)
            return to
        while (turn := self._composition.next_turn(reading, day, to)) is not None:
            day = turn
            self._composition.refresh(reading, day)
            self._composition.switches.turn(reading, _ANY, 0)
        self._composition.refresh(reading, to)
        return to


class _Rework:
    """What the lines of one lead would have said, one after the other."""

    def __init__(self, rules: Mapping[int, Rule], day_of: DayOf) -> None:
        self._rules = rules
        self._anew = {number: Anew(rule, 0, day_of) for number, rule in rules.items() if rule.on}
        self._held: set[int] = set()

    def lines(self, lines: Iterable[LedgerLine]) -> Iterator[LedgerLine]:
        for line in lines:
            rule = self._rules.get(line[0])
            yield line if rule is None else (*line[:3], self._points(rule, line), None)

    def _points(self, rule: Rule, line: LedgerLine) -> int:
        """Of a held rule the first line begins it, the next one ends it."""
        number, _, at, _, reason = line
        if rule.on:
            return self._anew[number].pay(at) if reason in PAID_OR_CAPPED else 0
        self._held.symmetric_difference_update((number,))
        return (rule.points or 0) * (1 if number in self._held else -1)
