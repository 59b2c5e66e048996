"""How many points a rule or a model can give one lead at best: bounds from above, never an exact figure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from ripeline.domain.event import CLICK, DOWNLOAD, EMAIL_CLICK, EMAIL_OPEN, FORM, PAGE
from ripeline.rules.match import once_parts
from ripeline.rules.model import Decay, Model, Rule

#: The condition that names the item of an event of each kind.
_ITEM_KEYS: Final = {
    PAGE: "path",
    DOWNLOAD: "file",
    FORM: "form",
    CLICK: "link",
    EMAIL_OPEN: "email",
    EMAIL_CLICK: "email",
}

#: Days until the cap of that period pays again in full.
_FULL_AGAIN: Final = {"day": 1, "24h": 1, "7d": 7, "30d": 30}

_DAY_MS: Final = 86_400_000


def worth_of(rule: Rule) -> tuple[int, ...]:
    """Everything one match may be worth, in thousandths."""
    return (rule.points or 0,) if not rule.values else tuple(points for _, points in rule.values)


def most(rule: Rule) -> float:
    """The most points a rule can ever give one lead, in thousandths; infinite where nothing limits it."""
    best = max(worth_of(rule))
    if best <= 0:
        return 0
    if not rule.on:
        return math.inf if rule.mode == "once" else best
    return min(best * _payments(rule), _under_cap(rule), _once_a_day(rule, best))


def most_of(model: Model) -> tuple[float, float]:
    """The most fit and the most score the rules of a model can give one lead, in thousandths."""
    return _within_groups(model, (rule for rule in model.rules if rule.is_fit)), _within_groups(model, model.rules)


def matches_kept(rule: Rule) -> float:
    """How many matches of one lead `once_per` can ever let through; infinite where it sets no end."""
    if rule.once_per == ("lead",):
        return 1
    return sum(_kept(rule, kind) for kind in rule.on)


def most_in_count(rule: Rule) -> float:
    """How many matches can stand in the window of `count` at once; infinite where nothing limits them."""
    if rule.count is None:
        return math.inf
    parts = {once_parts(rule, kind) for kind in rule.on}
    days = math.ceil(rule.count.within / _DAY_MS) + 1 if parts == {("day",)} else math.inf
    items = sum(named_items(rule, kind) for kind in rule.on) if rule.count.distinct else math.inf
    return min(matches_kept(rule), days, items)


def named_items(rule: Rule, kind: str) -> float:
    """How many items of that kind the rule names one by one; infinite when a pattern leaves it open."""
    key = _ITEM_KEYS.get(kind)
    named = [len(c.globs) for c in rule.where if c.key == key and c.globs and not any("*" in g for g in c.globs)]
    return min(named, default=math.inf)


def left_after(decay: Decay, days: int) -> float:
    """The share of points left after whole days, from 1 to 0 (scoring.md, `decay`)."""
    if decay.kind == "half_life":
        return float(2 ** (-days / decay.days))
    if decay.kind == "linear":
        return max(0.0, 1 - decay.share * days / decay.days)
    return 1.0 if days < decay.days else 0.0


def _kept(rule: Rule, kind: str) -> float:
    parts = once_parts(rule, kind)
    if parts == ("lead",):
        return 1
    return named_items(rule, kind) if parts == ("item",) else math.inf


def _payments(rule: Rule) -> float:
    kept = matches_kept(rule)
    if rule.count is None:
        return kept
    if most_in_count(rule) < rule.count.n:
        return 0
    return kept if math.isinf(kept) else kept // rule.count.n


def _under_cap(rule: Rule) -> float:
    if rule.cap is None:
        return math.inf
    return rule.cap.points * (1 if rule.cap.per == "ever" else _alive_at_once(rule.decay, _FULL_AGAIN[rule.cap.per]))


def _once_a_day(rule: Rule, best: int) -> float:
    return best * _alive_at_once(rule.decay, 1) if rule.once_per == ("day",) else math.inf


def _alive_at_once(decay: Decay | None, every: int) -> float:
    """How many awards, one every so many days since ever, their remains add up to on the day of the last."""
    if decay is None:
        return math.inf
    if decay.kind == "half_life":
        return 1 / (1 - left_after(decay, every))
    last = decay.days if decay.kind == "expire" else math.ceil(decay.days / decay.share)
    return sum(left_after(decay, days) for days in range(0, last, every))


def _within_groups(model: Model, rules: Iterable[Rule]) -> float:
    sums: dict[str | None, float] = {None: 0.0}
    for rule in rules:
        sums[rule.group] = sums.get(rule.group, 0) + most(rule)
    total = sums.pop(None)
    for name, points in sums.items():
        limits = model.groups[name or ""]
        high = points if limits.maximum is None else min(points, limits.maximum)
        total += high if limits.minimum is None else max(high, limits.minimum)
    return total
