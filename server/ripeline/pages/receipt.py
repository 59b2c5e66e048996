"""Why this score: the receipt of one model, in the order a person reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ripeline.fold.explaining import Explained
from ripeline.rules.model import Model, Rule
from ripeline.rules.plain import Locale, labels_of, terms_in_words
from ripeline.scoring.change import Reason
from ripeline.scoring.receipt import Receipt as Reading
from ripeline.scoring.receipt import RuleRow


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Matching events that were worth 0: which rule, why, how often, and what it needs first.

    Of a rule that pays at the n-th match only: it `has` so many of the `wanted` ones `within` so many ms.
    """

    label: str
    why: str
    times: int
    needed: tuple[str, ...]
    has: int = 0
    wanted: int = 0
    within: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """A rule that paid: `terms` say in words what limits it, "" where nothing does."""

    row: RuleRow
    terms: str


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

    paid: tuple[Paid, ...]
    faded: int
    limits: tuple[Limit, ...]
    misses: tuple[NearMiss, ...]
    both: bool
    grade: str | None
    wanted: int
    shelf_life: int | None


def receipt_of(model: Model, explained: Explained, next_band: str | None, locale: Locale) -> Receipt:
    """Take a model's reading apart as a page shows it."""
    reading = next(each for each in explained.receipts if each.model == model.id)
    rules = {rule.id: rule for rule in model.rules}
    rows = sorted((row for row in reading.rows if row.times), key=lambda row: row.is_fit)
    return Receipt(
        paid=tuple(Paid(row, _terms(model, rules.get(row.rule), locale)) for row in rows),
        faded=reading.faded,
        limits=tuple(Limit(each.group, each.points) for each in reading.limits),
        misses=tuple(
            _miss(row, why, rules, explained.counting.get((model.id, row.rule), 0))
            for row in reading.rows
            for why in row.refused
        ),
        both=any(row.is_fit for row in rows),
        grade=reading.grade,
        wanted=_fit_wanted(model, reading, next_band),
        shelf_life=reading.shelf_life,
    )


def _terms(model: Model, rule: Rule | None, locale: Locale) -> str:
    """What limits a rule, so that "2 ×, +10" explains itself."""
    if rule is None or not (rule.cap or rule.decay or rule.group):
        return ""
    return terms_in_words(rule, locale, labels_of(model))


def _miss(row: RuleRow, why: Reason, rules: dict[str, Rule], has: int) -> NearMiss:
    rule = rules.get(row.rule)
    miss = NearMiss(row.label, why, row.refused[why], needed_by(rule, rules))
    if why != "counting" or rule is None or rule.count is None:
        return miss
    return replace(miss, has=has, wanted=rule.count.n, within=rule.count.within)


def needed_by(rule: Rule | None, rules: dict[str, Rule]) -> tuple[str, ...]:
    """Any of these must come before this rule: labels of rules, or kinds of event; empty when it names none."""
    if rule is None or rule.after is None:
        return ()
    labels = dict.fromkeys(each.label for id, each in rules.items() if id in rule.after.rules)
    return (*labels, *sorted(rule.after.on))


def _fit_wanted(model: Model, reading: Reading, next_band: str | None) -> int:
    least = next((band.fit for band in model.bands if band.name == next_band), None)
    return max(least - reading.fit, 0) if least is not None else 0
