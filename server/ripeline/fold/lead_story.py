"""A lead as of some moment, told whole: every model with its receipt, bands entered and left, hand-offs made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time
from ripeline.errors import DataProblem
from ripeline.fold.explaining import explain_lead
from ripeline.rules.model import Model, Ruleset
from ripeline.rules.plain import in_words, labels_of
from ripeline.scoring.change import Crossing
from ripeline.scoring.receipt import Receipt, RuleRow
from ripeline.store.database import Connection
from ripeline.store.reading_bands import standing_of
from ripeline.store.reading_handoffs import handoffs_of
from ripeline.store.reading_lead import lead_id_of
from ripeline.store.views import HandoffView
from ripeline.store.whatif_rows import names_of_leads


@dataclass(frozen=True, slots=True)
class Story:
    """A lead as of `at` (ms), under the rules in force: a receipt a model, bands entered and left, hand-offs made."""

    lead: int
    email: str | None
    at: int
    rules: Ruleset
    is_empty: bool
    receipts: tuple[Receipt, ...]
    crossings: tuple[Crossing, ...]
    handoffs: tuple[HandoffView, ...]


def story_of(conn: Connection, rules: Ruleset, key: int | str, at: int, model: str | None) -> Story:
    """All there is to say of the lead as of `at` (ms), in one model or (None) in every one.

    Raises `NotFound` for the lead, `DataProblem` for the model.
    """
    known = [each.id for each in rules.models]
    if model is not None and model not in known:
        raise DataProblem(f"no model {model!r}; the rules in force have {', '.join(known)}")
    lead = lead_id_of(conn, key)
    explained = explain_lead(conn, rules, lead, at)
    return Story(
        lead=lead,
        email=names_of_leads(conn, [lead])[lead],
        at=at,
        rules=rules,
        is_empty=explained.state.last is None,
        receipts=tuple(each for each in explained.receipts if model in (None, each.model)),
        crossings=tuple(each for change in explained.changes for each in change.crossings),
        handoffs=tuple(each for each in handoffs_of(conn, rules, lead) if each.made_at <= at),
    )


def json_of(story: Story) -> dict[str, Any]:
    """The story as the documentation of `explain --json` has it; times ISO 8601, points as numbers."""
    return {
        "lead": story.lead,
        "email": story.email,
        "as_of": iso_time(story.at),
        "models": [_model(story, receipt, story.rules.model(receipt.model)) for receipt in story.receipts],
    }


def _model(story: Story, receipt: Receipt, model: Model) -> dict[str, Any]:
    standing = standing_of(model, receipt.score, receipt.band)
    return {
        "model": model.id,
        "label": model.label,
        "score": as_number(receipt.score),
        "engagement": as_number(receipt.engagement),
        "fit": as_number(receipt.fit),
        "grade": receipt.grade,
        "band": receipt.band,
        "out_of_target": receipt.out_of_target,
        "rules": [_rule(row, model) for row in receipt.rows],
        "limits": [{"group": each.group, "points": as_number(each.points)} for each in receipt.limits],
        "next_band": standing.next_band,
        "missing": None if standing.missing is None else as_number(standing.missing),
        "shelf_life": None if receipt.shelf_life is None else iso_time(receipt.shelf_life),
        "crossings": [
            {"band": each.band, "entered": each.entered, "at": iso_time(each.at), "score": as_number(each.score)}
            for each in story.crossings
            if each.model == model.id
        ],
        "handoffs": [
            {"id": each.id, "band": each.band, "at": iso_time(each.made_at), "state": each.state}
            for each in story.handoffs
            if each.model == model.id
        ],
    }


def _rule(row: RuleRow, model: Model) -> dict[str, Any]:
    rule = next((rule for rule in model.rules if rule.id == row.rule), None)
    return {
        "rule": row.rule,
        "label": row.label,
        "words": in_words(rule, "en", labels_of(model)) if rule else row.label,
        "fit": row.is_fit,
        "times": row.times,
        "points": as_number(row.points),
        "faded": as_number(row.faded),
        "group": row.group,
        "refused": row.refused,
    }
