"""Where do the points come from? The share of each rule and of each kind of event in all points given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from ripeline.rules.model import Model, Rule
from ripeline.scoring.points_by_hand import MANUAL
from ripeline.truth.lives import Lives

FIT: Final = "fit"
SILENCE: Final = "silence"
BY_HAND: Final = "by hand"
SEVERAL: Final = "several"


@dataclass(frozen=True, slots=True)
class Given:
    """`points` (thousandths) given above 0, `taken` below, and the part (0..1) of all that were given.

    `times` it paid, to so many `leads`; `stopped`: matches to which its cap gave nothing.
    """

    name: str
    label: str
    kind: str
    points: int
    taken: int
    part: float
    times: int
    leads: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Rules by the points they gave, kinds likewise; `idle` are the rules that never paid, `stopped` those whose cap
    stopped more matches than were paid."""

    rules: tuple[Given, ...]
    kinds: tuple[tuple[str, float], ...]
    idle: tuple[Rule, ...]
    stopped: tuple[Given, ...]


def sources(lives: Lives) -> Sources:
    """The third question."""
    model, points, taken = lives.model, Counter[str](), Counter[str]()
    times, leads, stopped = Counter[str](), Counter[str](), Counter[str]()
    for life in lives.all:
        for rule, sum_ in life.points.items():
            (points if sum_ > 0 else taken)[rule] += sum_
        times.update(life.times)
        leads.update(life.times.keys())
        stopped.update(life.stopped)
    every, labels, kinds = points.total() or 1, _labels(model), _kinds(model)
    rules = [
        Given(id, labels.get(id, id), kinds.get(id, BY_HAND), points[id], taken[id], points[id] / every, times[id],
              leads[id], stopped[id])
        for id in (points | taken | times | stopped)
    ]  # fmt: skip
    rules.sort(key=lambda each: (-each.points, each.taken, each.name))
    by_kind = Counter[str]()
    for each in rules:
        by_kind[each.kind] += each.points
    return Sources(
        rules=tuple(rules),
        kinds=tuple((kind, sum_ / every) for kind, sum_ in by_kind.most_common() if sum_),
        idle=tuple(rule for rule in model.rules if not times[rule.id]),
        stopped=tuple(each for each in rules if each.stopped > each.times),
    )


def _labels(model: Model) -> dict[str, str]:
    return {rule.id: rule.label for rule in model.rules}


def _kinds(model: Model) -> dict[str, str]:
    """What each rule is about: the one kind of event, else a word for the rest."""
    return {rule.id: _kind(rule) for rule in model.rules} | {MANUAL: BY_HAND}


def _kind(rule: Rule) -> str:
    if rule.is_fit:
        return FIT
    if rule.inactive is not None:
        return SILENCE
    return next(iter(rule.on)) if len(rule.on) == 1 else SEVERAL
