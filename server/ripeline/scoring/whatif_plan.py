"""What if: which leads a change of rules concerns, and how each is to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.rules.editing import Changes, RuleChange, changes
from ripeline.rules.model import Ruleset
from ripeline.scoring.whatif_sums import Resum, is_told_by_lines

#: Keys under which an event may match that did not before, so that no ledger line tells whom it concerns.
_OF_EVERYBODY: Final = frozenset({"on", "where", "lead", "values", "inactive"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for the models (ids) that differ, in the order of the files, gone ones last.

    `everybody`: all leads must be folded again; else those with a ledger line of one of the rules `refolded` (model,
    rule), while the others are answered from their ledger lines.
    """

    models: tuple[str, ...]
    everybody: bool
    refolded: frozenset[tuple[str, str]]
    resums: dict[str, Resum]


def plan_of(old: Ruleset, new: Ruleset) -> Plan:
    """Compare two rule files."""
    found = changes(old, new)
    before, after = ({model.id: model for model in ruleset.models} for ruleset in (old, new))
    named = {change.model for change in found.models} | {change.model for change in found.rules}
    models = tuple(id for id in {**after, **before} if found.top or id in named)
    both = [id for id in models if id in before and id in after]
    return Plan(
        models,
        _is_everybodys(found),
        frozenset((each.model, each.rule) for each in found.rules if each.model in both and not is_told_by_lines(each)),
        {id: Resum(before[id], after[id]) for id in both},
    )


def _is_everybodys(found: Changes) -> bool:
    new_models = {change.model for change in found.models if change.before is None}
    # A model that is gone needs nobody's history.
    gone_models = {change.model for change in found.models if change.after is None}
    rules = [change for change in found.rules if change.model not in gone_models]
    return bool(found.top or new_models or any(_may_match_anybody(change) for change in rules))


def _may_match_anybody(change: RuleChange) -> bool:
    return change.after is not None and (change.before is None or bool(change.keys & _OF_EVERYBODY))
