"""What a what-if found: counts that can be added up span by span, and the first few names of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Final

from ripeline.domain.points import THOUSANDTHS
from ripeline.scoring.whatif import Fate

#: Names given of each list.
SHOWN: Final = 20

#: From one band to another; None where the model is not in that file.
Move = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Mover:
    """A lead with its scores before and after, in thousandths; None where the model is not in that file."""

    lead: int
    before: int | None
    after: int | None

    @property
    def rank(self) -> tuple[int, ...]:
        return -(self.after if self.after is not None else self.before or 0), self.lead


@dataclass(frozen=True, slots=True)
class Shift:
    """When (ms) sales would first have been told of a lead, before and after (None: never); `days` later."""

    lead: int
    before: int | None
    after: int | None
    days: int = 0

    @property
    def rank(self) -> tuple[int, ...]:
        """What moves furthest first, then what is newest."""
        return -abs(self.days), -(self.after or self.before or 0), self.lead


@dataclass(slots=True)
class Calls:
    """Hand-offs of one model in a replay: calls by week (its number), first ones that come at another day.

    `leads` were told of under both files, `shifts` counts them by days later (0: the same day), the lists are cut.
    """

    before: Counter[int] = field(default_factory=Counter)
    after: Counter[int] = field(default_factory=Counter)
    shifts: Counter[int] = field(default_factory=Counter)
    gained: int = 0
    lost: int = 0
    moved: list[Shift] = field(default_factory=list)
    new: list[Shift] = field(default_factory=list)
    gone: list[Shift] = field(default_factory=list)

    def add(self, lead: int, before: Fate | None, after: Fate | None, day_of: Callable[[int], int]) -> None:
        """One lead's fates."""
        old, new = (fate.calls if fate else () for fate in (before, after))
        # Day 1 was a Monday.
        self.before.update((day_of(at) - 1) // 7 for at in old)
        self.after.update((day_of(at) - 1) // 7 for at in new)
        if old and new:
            days = day_of(new[0]) - day_of(old[0])
            self.shifts[days] += 1
            if days:
                self.moved.append(Shift(lead, old[0], new[0], days))
        elif new:
            self.gained += 1
            self.new.append(Shift(lead, None, new[0]))
        elif old:
            self.lost += 1
            self.gone.append(Shift(lead, old[0], None))

    def merge(self, other: Calls) -> None:
        self.before.update(other.before)
        self.after.update(other.after)
        self.shifts.update(other.shifts)
        self.gained += other.gained
        self.lost += other.lost
        self.moved = nsmallest(SHOWN, self.moved + other.moved, key=_rank)
        self.new = nsmallest(SHOWN, self.new + other.new, key=_rank)
        self.gone = nsmallest(SHOWN, self.gone + other.gone, key=_rank)


@dataclass(slots=True)
class ModelReport:
    """One model under both files: leads by band and by whole points, who moved, and calls.

    `moves` has the count of every pair of bands, `movers` the first few of those that differ, highest score first.
    """

    moves: Counter[Move] = field(default_factory=Counter)
    movers: dict[Move, list[Mover]] = field(default_factory=dict)
    scores_before: Counter[int] = field(default_factory=Counter)
    scores_after: Counter[int] = field(default_factory=Counter)
    calls: Calls = field(default_factory=Calls)

    def add(self, leads: list[int], move: Move, before: int | None, after: int | None) -> None:
        """Leads (by id) that all fare alike; scores in thousandths."""
        self.moves[move] += len(leads)
        if before is not None:
            self.scores_before[before // THOUSANDTHS] += len(leads)
        if after is not None:
            self.scores_after[after // THOUSANDTHS] += len(leads)
        if move[0] != move[1]:
            self._name(move, [Mover(lead, before, after) for lead in leads[:SHOWN]])

    def add_fates(self, lead: int, before: Fate | None, after: Fate | None) -> None:
        """One lead that was folded again."""
        move = before.band if before else None, after.band if after else None
        self.add([lead], move, before.score if before else None, after.score if after else None)

    def merge(self, other: ModelReport) -> None:
        self.moves.update(other.moves)
        self.scores_before.update(other.scores_before)
        self.scores_after.update(other.scores_after)
        for move, movers in other.movers.items():
            self._name(move, movers)
        self.calls.merge(other.calls)

    def _name(self, move: Move, movers: Iterable[Mover]) -> None:
        self.movers[move] = nsmallest(SHOWN, [*self.movers.get(move, ()), *movers], key=_rank)


@dataclass(slots=True)
class Report:
    """What was found in one span or in all, by model; `replayed` leads were folded again, `failed` could not be."""

    models: dict[str, ModelReport] = field(default_factory=dict)
    replayed: int = 0
    failed: int = 0

    def of(self, model: str) -> ModelReport:
        if model not in self.models:
            self.models[model] = ModelReport()
        return self.models[model]

    def merge(self, other: Report) -> None:
        """Add up, whatever order the spans come in."""
        for model, report in other.models.items():
            self.of(model).merge(report)
        self.replayed += other.replayed
        self.failed += other.failed

    def leads_named(self) -> set[int]:
        """Everybody in any of the lists."""
        movers = {each.lead for report in self.models.values() for some in report.movers.values() for each in some}
        calls = [report.calls for report in self.models.values()]
        return movers | {each.lead for one in calls for some in (one.moved, one.new, one.gone) for each in some}


def _rank(one: Mover | Shift) -> tuple[int, ...]:
    return one.rank
