"""What if: the ledger lines of a lead read again, as its rules would have written them with other points and caps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from ripeline.rules.model import Model, Rule
from ripeline.scoring.bands import COLD
from ripeline.scoring.change import Reason
from ripeline.scoring.composition import Composition
from ripeline.scoring.fading import fading_of
from ripeline.scoring.whatif_sums import Resum

#: How far back the period of a cap reaches from the mark of an award, as in `steps.cap`.
_PERIODS: Final = {"day": 1, "24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000, "ever": 1}

#: The reasons of lines of matches that came as far as the cap.
PAID_OR_CAPPED: Final = (None, "capped")

DayOf = Callable[[int], int]


class LedgerLine(NamedTuple):
    """One ledger line of a lead, as it was written: rule id, event, ms, thousandths, why none."""

    rule: str
    seq: int
    at: int
    points: int
    reason: Reason | None


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


def has_plain_history(model: Model) -> bool:
    """Whether its bands at any time follow from its ledger lines alone: nothing fades, and nothing is on from the
    start."""
    if any(rule.decay for rule in model.rules):
        return False
    nobody = Composition(model, range(len(model.rules))).fresh()
    return all(band.enter > nobody.engagement + nobody.fit for band in model.bands)


def band_by_ledger(resum: Resum, lines: Iterable[LedgerLine], day_of: DayOf) -> str:
    """The band a lead is in under the new rules (`has_plain_history`), by all its lines in that model, in order."""
    model = resum.after
    numbers = {rule.id: number for number, rule in enumerate(model.rules)}
    composition = Composition(model, list(numbers.values()))
    reading = composition.fresh()
    rework = _Rework(resum, day_of)
    before: tuple[int, int] | None = None
    for line in lines:
        if before not in (None, (line.seq, line.at)):
            composition.refresh(reading, 0)
            composition.switches.turn(reading, (line.at, ""), 0)
        before = line.seq, line.at
        points = rework.points(line)
        if line.rule in numbers:
            composition.add(reading, numbers[line.rule], points, 0)
        else:
            reading.behaviour += points
    composition.refresh(reading, 0)
    composition.switches.turn(reading, (0, ""), 0)
    return next((band.name for band in reversed(model.bands) if band.name in reading.on), COLD)


class _Rework:
    """What the lines of one lead would have said, one after the other."""

    def __init__(self, resum: Resum, day_of: DayOf) -> None:
        self._rules = resum.reworked
        self._anew = {id: Anew(rule, 0, day_of) for id, rule in self._rules.items()}
        self._held: set[str] = set()

    def points(self, line: LedgerLine) -> int:
        """Of a held rule the first line begins it, the next one ends it."""
        rule = self._rules.get(line.rule)
        if rule is None:
            return line.points
        if rule.on:
            return self._anew[rule.id].pay(line.at) if line.reason in PAID_OR_CAPPED else 0
        self._held.symmetric_difference_update((rule.id,))
        return (rule.points or 0) * (1 if rule.id in self._held else -1)
