"""Why this score: one model's receipt of one lead, which adds up: rules, then decay, then limits of groups, then sum.

As of any moment T: fold the events with `at` <= T, `advance` to T, and give the lines written on the way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ripeline.rules.model import Model, Rule
from ripeline.scoring.change import Line, Reason
from ripeline.scoring.composition import limited
from ripeline.scoring.fold import Scorer
from ripeline.scoring.reading import Tally, tallies_of
from ripeline.scoring.state import LeadState

#: What fit below the lowest of a model's grades is called.
LOWEST_GRADE: Final = "D"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: how often it paid (or holds), the thousandths it gave, and what of them has faded (0 or of the other
    sign).

    `refused` says how often it matched and gave nothing, by reason: the near misses. The rule "manual" is no rule but
    points given by hand.
    """

    rule: str
    label: str
    is_fit: bool
    times: int
    points: int
    faded: int = 0
    group: str | None = None
    refused: dict[Reason, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """What the rule contributes, before the limits of groups."""
        return self.points + self.faded


@dataclass(frozen=True, slots=True)
class LimitRow:
    """What the limit of a group takes away or adds, in thousandths."""

    group: str
    points: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """All of it in thousandths: the `left` of all rows and the limits make the score.

    `grade` is None where the model has none; `shelf_life` is the midnight (ms) at which the lead leaves the hand-off
    band if nothing happens, None: it is not in it, or stays.
    """

    model: str
    rows: tuple[RuleRow, ...]
    limits: tuple[LimitRow, ...]
    score: int
    engagement: int
    fit: int
    band: str
    out_of_target: bool
    grade: str | None
    shelf_life: int | None

    @property
    def faded(self) -> int:
        """What time has taken, of all rules together."""
        return sum(row.faded for row in self.rows)


def receipt_of(scorer: Scorer, state: LeadState, model: int, lines: Iterable[Line]) -> Receipt:
    """The receipt of the model of that index, at the time of the state; `lines` is the lead's whole ledger."""
    rules = scorer.ruleset.models[model]
    rows = rows_of(scorer, state, model, lines)
    reading = scorer.read(state, model)
    return Receipt(
        model=rules.id,
        rows=rows,
        limits=tuple(_limits(rules, rows)),
        score=reading.score,
        engagement=reading.engagement,
        fit=reading.fit,
        band=reading.band,
        out_of_target=reading.out_of_target,
        grade=grade_of(rules, reading.fit),
        shelf_life=scorer.shelf_life(state, model),
    )


def rows_of(scorer: Scorer, state: LeadState, model: int, lines: Iterable[Line]) -> tuple[RuleRow, ...]:
    """What each rule of the model of that index contributes at the time of the state, most first; those that gave
    nothing stand at the end."""
    said = scorer.ruleset.models[model]
    own = [line for line in lines if line.model == said.id]
    rules = {rule.id: rule for rule in said.rules}
    left = contributions_of(scorer, state, own)[said.id]
    rows: list[RuleRow] = []
    for id, tally in tallies_of(own, said.id).items():
        rule = rules.get(id)
        rows.append(
            RuleRow(
                rule=id,
                label=rule.label if rule else id,
                is_fit=rule.is_fit if rule else False,
                times=_times(rule, tally),
                points=tally.points,
                faded=left.get(id, 0) - tally.points,
                group=rule.group if rule else None,
                refused=tally.refused,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.times == 0, -row.left)))


def _times(rule: Rule | None, tally: Tally) -> int:
    """How often a rule paid; one that is held while something is true counts only what still holds."""
    if rule is None or not rule.points or not (rule.is_fit or rule.inactive):
        return tally.times
    return tally.points // rule.points


def grade_of(model: Model, fit: int) -> str | None:
    """What a model calls that much fit (thousandths); None when it has no grades."""
    if not model.grades:
        return None
    return next((name for name, least in model.grades if fit >= least), LOWEST_GRADE)


def interest_of(scorer: Scorer, state: LeadState) -> str | None:
    """The model (its id) in which the lead is nearest to its hand-off, or furthest beyond: the highest score for its
    threshold, the first of equals; None when nobody is handed over by score."""
    ripeness = {
        model.id: reading.score / band.enter
        for model, reading in zip(scorer.ruleset.models, state.models, strict=True)
        if (band := model.handoff_band) is not None and band.enter > 0
    }
    return max(ripeness, key=lambda id: ripeness[id], default=None)


def contributions_of(scorer: Scorer, state: LeadState, lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """What each rule contributes in each model (by their ids) at the time of the state, after caps and decay and before
    the limits of groups; `lines` is the lead's whole ledger."""
    decays = scorer.decays
    found: dict[str, dict[str, int]] = {model.id: {} for model in scorer.ruleset.models}
    for line in lines:
        if points := line.points:
            decay = decays.get((line.model, line.rule))
            if decay is not None:
                points = decay.left(points, state.day - scorer.day_of(line.at))
            rules = found[line.model]
            rules[line.rule] = rules.get(line.rule, 0) + points
    return found


def _limits(model: Model, rows: Iterable[RuleRow]) -> Iterable[LimitRow]:
    sums = {rule.group: 0 for rule in model.rules if rule.group is not None}
    for row in rows:
        if row.group is not None:
            sums[row.group] += row.left
    for name, group in model.groups.items():
        # A group no rule is in limits nothing.
        total = sums.get(name, 0)
        points = limited(total, group.minimum, group.maximum) - total if name in sums else 0
        if points:
            yield LimitRow(name, points)
