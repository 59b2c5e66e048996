"""Why this score: the receipt of one model, in the order a person reads it."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.rules.model import Model, Rule
from ripeline.scoring.receipt import Receipt as Reading
from ripeline.scoring.receipt import RuleRow


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Matching events that were worth 0: which rule, why, how often, and what it needs first."""

    label: str
    why: str
    times: int
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """What the limit of a group takes away or adds, in thousandths."""

    group: str
    points: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """`paid`, then what of it all has `faded` (thousandths), then the `limits` of groups: they add up to the score.

    Behaviour stands before fit. `misses` gave nothing; `both` when there are fit lines; `grade` None where the model
    has none; `wanted`: so many thousandths of fit the next band asks for on top, else 0; `shelf_life`: when (ms) the
    lead leaves the hand-off band if nothing happens, None for never or not in it.
    """

    paid: tuple[RuleRow, ...]
    faded: int
    limits: tuple[Limit, ...]
    misses: tuple[NearMiss, ...]
    both: bool
    grade: str | None
    wanted: int
    shelf_life: int | None


def receipt_of(model: Model, reading: Reading, next_band: str | None) -> Receipt:
    """Take a reading apart as a page shows it."""
    rules = {rule.id: rule for rule in model.rules}
    paid = tuple(sorted((row for row in reading.rows if row.times), key=lambda row: row.is_fit))
    return Receipt(
        paid=paid,
        faded=reading.faded,
        limits=tuple(Limit(each.group, each.points) for each in reading.limits),
        misses=tuple(
            NearMiss(row.label, why, times, needed_by(rules.get(row.rule), rules))
            for row in reading.rows
            for why, times in row.refused.items()
        ),
        both=any(row.is_fit for row in paid),
        grade=reading.grade,
        wanted=_fit_wanted(model, reading, next_band),
        shelf_life=reading.shelf_life,
    )


def needed_by(rule: Rule | None, rules: dict[str, Rule]) -> tuple[str, ...]:
    """Any of these must come before this rule: labels of rules, or kinds of event; empty when it names none."""
    if rule is None or rule.after is None:
        return ()
    labels = dict.fromkeys(each.label for id, each in rules.items() if id in rule.after.rules)
    return (*labels, *sorted(rule.after.on))


def _fit_wanted(model: Model, reading: Reading, next_band: str | None) -> int:
    least = next((band.fit for band in model.bands if band.name == next_band), None)
    return max(least - reading.fit, 0) if least is not None else 0
