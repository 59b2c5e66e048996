"""What a what-if found, ready to be shown: nothing in it changes any more, and nothing needs to be looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final, NamedTuple

from ripeline.calibration.report import SHOWN, Calls, ModelReport, Mover, Report, Shift
from ripeline.rules.model import Model, Ruleset

_WEEK: Final = 7


class Pair(NamedTuple):
    """A number under both files."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Moved:
    """So many leads would stand in another band ("cold" and "out of target" are two, None: the model is not in that
    file); the `first` of them, the highest score first."""

    before: str | None
    after: str | None
    leads: int
    first: tuple[Mover, ...]


@dataclass(frozen=True, slots=True)
class Handoffs:
    """Hand-offs of one model in a replay of all `days` of the history under both files.

    Of leads that were told of under both: how many `earlier` or `later`, and by how many days later in the median of
    those. `new` and `lost`: under one file only. The lists are the first few.
    """

    days: int
    calls: Pair
    busiest_week: Pair
    earlier: int
    later: int
    median_days: float | None
    new: int
    lost: int
    moved_first: tuple[Shift, ...]
    new_first: tuple[Shift, ...]
    lost_first: tuple[Shift, ...]

    @property
    def weeks(self) -> int:
        """Whole ones, rounded, and one at least."""
        return max(1, round(self.days / _WEEK))

    @property
    def more_a_week(self) -> float:
        """How many calls a week there would be more, or (below 0) less."""
        return round(self.a_week(self.calls.after) - self.a_week(self.calls.before), 1)

    def a_week(self, calls: int) -> float:
        """So many calls as an average, to a tenth; of less than a week as if it were one."""
        return round(calls * _WEEK / max(self.days, _WEEK), 1)


@dataclass(frozen=True, slots=True)
class ModelFinding:
    """One model under both files: leads by band and by whole points, who moves, and (where asked for) hand-offs.

    `model` is as the new file has it, of a model that is gone as the old one had it.
    """

    model: Model
    bands: Mapping[str, Pair]
    moves: tuple[Moved, ...]
    scores_before: Mapping[int, int]
    scores_after: Mapping[int, int]
    handoffs: Handoffs | None

    @property
    def is_quiet(self) -> bool:
        """Nobody changes band, and (as far as was asked) sales is told of the same leads on the same days."""
        calls = self.handoffs
        return not self.moves and not (calls and (calls.new or calls.lost or calls.earlier or calls.later))


@dataclass(frozen=True, slots=True)
class Finding:
    """The whole comparison as of `as_of` (ms): the models that differ, and the labels of those that do not.

    Of `leads` in all, `folded_again` were computed from their events and `not_scored` could not be. `names`: the e-mail
    of every lead in a list, None for who is anonymous.
    """

    as_of: int
    models: tuple[ModelFinding, ...]
    unchanged: tuple[str, ...]
    folded_again: int
    not_scored: int
    names: Mapping[int, str | None]


def models_found(
    report: Report, ids: Iterable[str], files: Iterable[Ruleset], days: int | None
) -> tuple[ModelFinding, ...]:
    """Of each model of those ids (of the old or the new file, in this order) what was found.

    `days` is how long the history is, None: no hand-offs.
    """
    models = {model.id: model for ruleset in files for model in ruleset.models}
    return tuple(_found(models[id], report.of(id), days) for id in ids)


def _found(model: Model, report: ModelReport, days: int | None) -> ModelFinding:
    counts: dict[str, list[int]] = {}
    for move, leads in report.moves.items():
        for side, band in enumerate(move):
            if band is not None:
                counts.setdefault(band, [0, 0])[side] += leads
    moves = [
        Moved(before, after, leads, tuple(report.movers[before, after]))
        for (before, after), leads in report.moves.items()
        if before != after
    ]
    return ModelFinding(
        model=model,
        bands={band: Pair(*both) for band, both in counts.items()},
        moves=tuple(sorted(moves, key=lambda move: (-move.leads, str((move.before, move.after))))),
        scores_before=dict(sorted(report.scores_before.items())),
        scores_after=dict(sorted(report.scores_after.items())),
        handoffs=None if days is None else _handoffs(report.calls, days),
    )


def _handoffs(calls: Calls, days: int) -> Handoffs:
    moved = Counter({by: leads for by, leads in calls.shifts.items() if by})
    return Handoffs(
        days=days,
        calls=Pair(calls.before.total(), calls.after.total()),
        busiest_week=Pair(max(calls.before.values(), default=0), max(calls.after.values(), default=0)),
        earlier=sum(leads for by, leads in moved.items() if by < 0),
        later=sum(leads for by, leads in moved.items() if by > 0),
        median_days=median(sorted(moved.elements())) if moved else None,
        new=calls.gained,
        lost=calls.lost,
        moved_first=tuple(calls.moved[:SHOWN]),
        new_first=tuple(calls.new[:SHOWN]),
        lost_first=tuple(calls.gone[:SHOWN]),
    )
