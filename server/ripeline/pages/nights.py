"""What time alone did to a lead, at local midnights: silence began, a band was left or entered as points faded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ripeline.rules.model import Model, Rule
from ripeline.scoring.change import Change, Crossing, Line


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule about silence began to hold; thousandths."""

    label: str
    points: int


@dataclass(frozen=True, slots=True)
class Night:
    """One midnight (ms) at which something changed."""

    at: int
    silences: list[Silence] = field(default_factory=list)
    crossings: list[Crossing] = field(default_factory=list)


def nights_of(model: Model, changes: Iterable[Change]) -> tuple[Night, ...]:
    """The nights that changed something in a model, oldest first."""
    silent = {rule.id: rule for rule in model.rules if rule.inactive is not None}
    nights: dict[int, Night] = {}
    for change in changes:
        for line in change.lines:
            if line.model == model.id and line.rule in silent and begins(silent[line.rule], line.points):
                _night(nights, line).silences.append(Silence(silent[line.rule].label, line.points))
        for crossing in change.crossings:
            if crossing.model == model.id and not crossing.seq:
                _night(nights, crossing).crossings.append(crossing)
    return tuple(nights[at] for at in sorted(nights))


def begins(rule: Rule, points: int) -> bool:
    """Whether a line of a rule about silence says that it begins; the line that ends it is of the other sign."""
    return rule.inactive is not None and (points > 0) == ((rule.points or 0) > 0)


def _night(nights: dict[int, Night], at: Line | Crossing) -> Night:
    return nights.setdefault(at.at, Night(at.at))
