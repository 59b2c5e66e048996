"""What a folded lead reads as in one model, and which rules made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ripeline.scoring.change import Line, Reason


@dataclass(frozen=True, slots=True)
class Reading:
    """One model's score of one lead at the time of its state, in thousandths, after decay and the limits of groups;
    `band` is "cold" below the lowest."""

    model: str
    score: int
    engagement: int
    fit: int
    band: str
    out_of_target: bool


@dataclass(slots=True)
class Tally:
    """What one rule did to one lead: how often it paid, what it gave in thousandths, how often not and why."""

    times: int = 0
    points: int = 0
    refused: dict[Reason, int] = field(default_factory=dict)


def tallies_of(lines: Iterable[Line], model: str) -> dict[str, Tally]:
    """The tally of every rule of that model that has a line, by rule id, in the order of their first lines."""
    tallies: dict[str, Tally] = {}
    for line in lines:
        if line.model != model:
            continue
        tally = tallies.setdefault(line.rule, Tally())
        if line.reason is None:
            tally.times += 1
            tally.points += line.points
        else:
            tally.refused[line.reason] = tally.refused.get(line.reason, 0) + 1
    return tallies
