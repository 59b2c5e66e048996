"""`/api/models`: the rules in force, model by model."""

from __future__ import annotations

from starlette.requests import Request

from ripeline.api import asked
from ripeline.api.answers import Facts, answered, points
from ripeline.auth.guard import require_scope
from ripeline.rules.model import Band, Model, Rule


@require_scope("read")
@answered()
def models(request: Request) -> Facts:
    """`GET /api/models`."""
    ruleset = asked.running(request).rules.ruleset
    return {
        "hash": ruleset.hash,
        "timezone": ruleset.timezone,
        "models": [_model(model) for model in ruleset.models],
        "rules_toml": ruleset.text,
    }


def _model(model: Model) -> Facts:
    return {
        "id": model.id,
        "label": model.label,
        "bands": [_band(band) for band in model.bands],
        "handoff": model.handoff,
        "next": model.next_step,
        "min_fit": points(model.min_fit),
        "rules": [_rule(rule) for rule in model.rules],
    }


def _band(band: Band) -> Facts:
    return {"name": band.name, "enter": points(band.enter), "exit": points(band.leave), "fit": points(band.fit)}


def _rule(rule: Rule) -> Facts:
    return {
        "id": rule.id,
        "label": rule.label,
        "points": points(rule.points),
        "values": {glob: points(worth) for glob, worth in rule.values} or None,
        "on": sorted(rule.on),
        "kind": "fit" if rule.is_fit else "engagement",
        "shared": rule.shared,
        "handoff": rule.handoff,
        "line": rule.line,
    }
