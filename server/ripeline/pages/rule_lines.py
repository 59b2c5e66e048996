"""The rules and bands of a model as lines of a page: grouped by what they are worth, each beside what it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.rules.model import Band, Model, Rule, Ruleset
from ripeline.rules.plain import labels_of, terms_in_words
from ripeline.templating import Locale

THOUSAND: Final = 1000
#: The packets of the page, by the least whole points a rule of them is worth, the highest first; negative is last.
PACKETS: Final[tuple[tuple[str, float | None], ...]] = (
    *(("buys", 8), ("compares", 4), ("interested", 1.5)),
    *(("curious", 0), ("against", None)),
)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: its label, the rest of it in `words`, its points in thousandths (None: several, said in the words).

    `less` and `more` are the whole points − and + lead to. `was`: the points in force when others are drafted.
    `is_new`: not in force at all. `is_shared`: of every model.
    """

    id: str
    label: str
    words: str
    points: int | None
    less: int
    more: int
    was: int | None
    is_new: bool
    is_shared: bool
    line: int


@dataclass(frozen=True, slots=True)
class Packet:
    """Rules of about the same worth, the highest first; `name` is one of `PACKETS`."""

    name: str
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class BandLine:
    """A band: where it begins and where it is left, in thousandths; `was` when that is drafted to change.

    `less` and `more` are the whole points − and + lead to.
    """

    name: str
    enter: int
    leave: int
    less: int
    more: int
    was: int | None
    hands_over: bool


def packet_of(points: int) -> str:
    """The name of the packet a rule of so many thousandths is in."""
    if points < 0:
        return "against"
    return next(name for name, least in PACKETS if least is not None and points >= least * THOUSAND)


def packets_of(in_force: Ruleset, model: Model, locale: Locale) -> tuple[Packet, ...]:
    """The rules of a model, beside what they are `in_force`."""
    before, labels = {rule.id: rule for rule in _rules_of(in_force, model.id)}, labels_of(model)
    found: dict[str, list[RuleLine]] = {name: [] for name, _ in PACKETS}
    for rule in sorted(model.rules, key=lambda rule: -_worth(rule)):
        found[packet_of(_worth(rule))].append(
            _line(rule, before.get(rule.id), terms_in_words(rule, locale, labels, worth=False))
        )
    return tuple(Packet(name, tuple(rules)) for name, rules in found.items() if rules)


def _line(rule: Rule, before: Rule | None, words: str) -> RuleLine:
    points = rule.points
    return RuleLine(
        id=rule.id,
        label=rule.label,
        words=words,
        points=points,
        less=stepped(points or 0, -1),
        more=stepped(points or 0, 1),
        was=before.points if before and before.points != points else None,
        is_new=before is None,
        is_shared=rule.shared,
        line=rule.line,
    )


def stepped(thousandths: int, by: int) -> int:
    """The next whole number, so that 2.5 goes to 2 or 3."""
    whole = thousandths // THOUSAND if by < 0 else -(-thousandths // THOUSAND)
    return whole + by if whole * THOUSAND == thousandths else whole


def bands_of(in_force: Ruleset, model: Model) -> tuple[BandLine, ...]:
    """Its bands, beside where they begin `in_force`."""
    before = {band.name: band for each in in_force.models if each.id == model.id for band in each.bands}
    return tuple(_band(band, before.get(band.name), model) for band in model.bands)


def _band(band: Band, before: Band | None, model: Model) -> BandLine:
    was = before.enter if before and before.enter != band.enter else None
    return BandLine(
        name=band.name,
        enter=band.enter,
        leave=band.leave,
        less=stepped(band.enter, -1),
        more=stepped(band.enter, 1),
        was=was,
        hands_over=band.name == model.handoff,
    )


def _rules_of(ruleset: Ruleset, model: str) -> tuple[Rule, ...]:
    return next((each.rules for each in ruleset.models if each.id == model), ())


def labels_gone(in_force: Ruleset, model: Model) -> tuple[str, ...]:
    """What the rules were called that are `in_force` and not in the model any more."""
    kept = {rule.id for rule in model.rules}
    return tuple(rule.label for rule in _rules_of(in_force, model.id) if rule.id not in kept)


def _worth(rule: Rule) -> int:
    return max((points for _, points in rule.values), key=abs, default=rule.points or 0)
