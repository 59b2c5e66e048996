"""What a folded lead reads as: a score per model, and which rules made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ripeline.scoring.change import Line, Reason
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import LeadState


@dataclass(frozen=True, slots=True)
class Reading:
    """One model's score of one lead, in thousandths; `band` is "cold" below the lowest."""

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


def readings_of(scorer: Scorer, state: LeadState) -> tuple[Reading, ...]:
    """One reading for each model, in the order of the rule file."""
    return tuple(
        Reading(
            model=model.id,
            score=reading.score,
            engagement=reading.engagement,
            fit=reading.fit,
            band=scorer.band_of(place, state),
            out_of_target=scorer.out_of_target(place, state),
        )
        for place, (model, reading) in enumerate(zip(scorer.ruleset.models, state.models, strict=True))
    )


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
