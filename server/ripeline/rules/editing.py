"""Rule files changed and compared: one number rewritten with every comment kept, and what two files differ in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from ripeline.errors import NotFound
from ripeline.rules.lines import KeyPath
from ripeline.rules.model import Model, Rule, Ruleset
from ripeline.rules.reading import read_rules
from ripeline.rules.rewriting import has_number, with_number
from ripeline.sentences import N_

#: What a rule may change without any event being judged otherwise.
_OF_THE_SUM: Final = frozenset({"points", "label", "group"})

#: What decides whether an event matches, and so what rules that come `after` it are paid.
_OF_THE_MATCH: Final = frozenset({"on", "where", "lead", "values"})


def with_points(text: str, model: str, rule: str, points: int) -> str:
    """The file with one number rewritten: what a rule (both by id) is worth, in thousandths. All else stays as it is.

    A shared rule is rewritten where it stands, for all models; a number that says the same already stays as written.
    Raises InvalidRules when the file is not right, NotFound when the model has no such rule, or one with `values`.
    """
    path = _path_of_points(text, model, rule)
    if path is None:
        raise NotFound(N_("rule with points"), f"{model}.{rule}")
    return with_number(text, path, points)


def _path_of_points(text: str, model: str, rule: str) -> KeyPath | None:
    known = {one.id: one for one in read_rules(text).models}
    found = next((one for one in known[model].rules if one.id == rule), None) if model in known else None
    if found is None:
        return None
    path = (*(("rules",) if found.shared else ("models", model, "rules")), rule, "points")
    return path if has_number(text, path) else None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule of one model in two files, None where it is not in one; `keys` are the fields that differ."""

    model: str
    rule: str
    before: Rule | None
    after: Rule | None
    keys: frozenset[str] = frozenset()

    @property
    def is_of_the_sum(self) -> bool:
        """Whether what each lead did under this rule, counted before, still says what it gives.

        Points of a capped or fading rule do not just scale: what was cut off or rounded depends on the points.
        """
        rule = self.after
        if self.before is None or rule is None or not self.keys <= _OF_THE_SUM:
            return False
        return "points" not in self.keys or (rule.cap is None and rule.decay is None)


@dataclass(frozen=True, slots=True)
class ModelChange:
    """One model in two files, None where it is not in one; `keys` are the fields that differ, rules left aside."""

    model: str
    before: Model | None
    after: Model | None
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """What two rule files differ in; scenarios, comments and the order of rules do not count.

    `top` are the keys at the top of the file that concern every lead.
    """

    rules: tuple[RuleChange, ...] = ()
    models: tuple[ModelChange, ...] = ()
    top: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.rules or self.models or self.top)

    @property
    def is_of_the_sum(self) -> bool:
        """Whether only points, labels, groups and what hangs on the score (bands, limits) differ.

        Then no event is judged otherwise, and a what-if is answered from what each rule gave each lead.
        """
        same_models = all(change.before and change.after for change in self.models)
        return same_models and not self.top and all(change.is_of_the_sum for change in self.rules)

    @property
    def refolded(self) -> frozenset[tuple[str, str]]:
        """The rules (model, rule) under which events are judged otherwise: leads they touch must be refolded."""
        return frozenset((change.model, change.rule) for change in self.rules if not change.is_of_the_sum)


def changes(old: Ruleset, new: Ruleset) -> Changes:
    """What differs between two rule files, rule by rule."""
    before, after = ({model.id: model for model in ruleset.models} for ruleset in (old, new))
    ids = dict.fromkeys((*before, *after))
    rules = tuple(change for id in ids for change in _rule_changes(id, before.get(id), after.get(id)))
    models = tuple(change for id in ids if (change := _model_change(id, before.get(id), after.get(id))))
    return Changes(rules, models, frozenset(_top_changes(old, new)))


def _top_changes(old: Ruleset, new: Ruleset) -> Iterator[str]:
    for key in ("timezone", "session_timeout", "attributes"):
        if getattr(old, key) != getattr(new, key):
            yield key
    if old.content != new.content and (_asks_stages(old) or _asks_stages(new)):
        yield "content"


def _asks_stages(ruleset: Ruleset) -> bool:
    rules = [rule for model in ruleset.models for rule in model.rules]
    asked = [condition for rule in rules for condition in (*rule.where, *(rule.after.where if rule.after else ()))]
    return any(condition.key == "stage" for condition in asked)


def _model_change(id: str, before: Model | None, after: Model | None) -> ModelChange | None:
    if before is None or after is None:
        return ModelChange(id, before, after)
    keys = _differing(before, after) - {"rules", "decay"}
    return ModelChange(id, before, after, keys) if keys else None


def _rule_changes(model: str, before: Model | None, after: Model | None) -> Iterator[RuleChange]:
    old = {rule.id: rule for rule in before.rules} if before else {}
    new = {rule.id: rule for rule in after.rules} if after else {}
    found = {
        id: RuleChange(model, id, old.get(id), new.get(id), _differing(old[id], new[id]) - {"line", "shared"})
        if id in old and id in new
        else RuleChange(model, id, old.get(id), new.get(id))
        for id in dict.fromkeys((*old, *new))
    }
    rematched = {id for id, change in found.items() if change.keys & _OF_THE_MATCH}
    for change in found.values():
        rule = change.after
        if rule and rule.after and rule.after.rules & rematched:
            change = replace(change, keys=change.keys | {"after"})
        if change.keys or change.before is None or change.after is None:
            yield change


def _differing(one: Rule | Model, other: Rule | Model) -> frozenset[str]:
    return frozenset(field.name for field in fields(one) if getattr(one, field.name) != getattr(other, field.name))
