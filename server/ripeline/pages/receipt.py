"""Why this score: the receipt of one model, in the order a person reads it."""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.rules.model import Model, Rule
from ripeline.store.views import ModelReading, ReceiptLine


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Matching events that were worth 0: which rule, why, how often, and what it needs first."""

    label: str
    why: str
    times: int
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """`paid` lines that add up to the score, behaviour before fit; the near misses; `both` when there are fit lines."""

    paid: tuple[ReceiptLine, ...]
    misses: tuple[NearMiss, ...]
    both: bool


def receipt_of(model: Model, reading: ModelReading) -> Receipt:
    """Take a reading's lines apart; lines of rules that are gone keep their label."""
    rules = {rule.id: rule for rule in model.rules}
    paid = [line for line in reading.receipt if line.times]
    return Receipt(
        paid=tuple(sorted(paid, key=lambda line: line.is_fit)),
        misses=tuple(
            NearMiss(line.label, why, times, needed_by(rules.get(line.rule), rules))
            for line in reading.receipt
            for why, times in line.refused.items()
        ),
        both=any(line.is_fit for line in paid),
    )


def needed_by(rule: Rule | None, rules: dict[str, Rule]) -> tuple[str, ...]:
    """Any of these must come before this rule: labels of rules, or kinds of event; empty when it names none."""
    if rule is None or rule.after is None:
        return ()
    labels = dict.fromkeys(each.label for id, each in rules.items() if id in rule.after.rules)
    return (*labels, *sorted(rule.after.on))
