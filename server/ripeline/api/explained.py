"""A lead's scores with what made them, read off its events: now where points fade, and as of any moment."""

from __future__ import annotations

from ripeline.api.answers import Facts, points, ratio
from ripeline.fold.explaining import Explained
from ripeline.rules.model import Model, Ruleset
from ripeline.scoring.receipt import Receipt
from ripeline.store.reading_bands import standing_of


def fades(ruleset: Ruleset) -> bool:
    """Whether a rule may be worth less by now than its ledger lines say, or a group limits it."""
    return any(model.groups or any(rule.decay for rule in model.rules) for model in ruleset.models)


def explained_facts(ruleset: Ruleset, explained: Explained, *, was: bool) -> Facts:
    """Every model's reading with its receipt; `was`: of a moment that is over, so with what was known then."""
    readings = zip(ruleset.models, explained.receipts, strict=True)
    facts: Facts = {"scores": {model.id: _reading(model, receipt) for model, receipt in readings}}
    if was:
        facts["attributes"] = {name: fact.value for name, fact in explained.state.attributes.items()}
    return facts


def _reading(model: Model, receipt: Receipt) -> Facts:
    standing = standing_of(model, receipt.score, receipt.band)
    return {
        "model": model.id,
        "label": model.label,
        "score": points(receipt.score),
        "engagement": points(receipt.engagement),
        "fit": points(receipt.fit),
        "band": receipt.band,
        "out_of_target": receipt.out_of_target,
        "next_band": standing.next_band,
        "missing": points(standing.missing),
        "ripeness": ratio(standing.ripeness),
        "rules": {row.rule: points(row.left) for row in receipt.rows},
        "limits": {row.group: points(row.points) for row in receipt.limits},
        "receipt": [
            {"rule": row.rule, "label": row.label, "times": row.times, "points": points(row.points)}
            | {"faded": points(row.faded), "refused": row.refused}
            for row in receipt.rows
        ],
    }
