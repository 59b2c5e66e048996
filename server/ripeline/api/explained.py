"""A lead's scores with what made them, read off its events, now and as of any moment: the receipt adds up."""

from __future__ import annotations

from ripeline.api.answers import Facts, moment, points, ratio
from ripeline.domain.times import iso_time
from ripeline.fold.explaining import Explained
from ripeline.rules.model import Model, Ruleset
from ripeline.scoring.known import is_reachable
from ripeline.scoring.objections import last_word
from ripeline.scoring.receipt import Receipt
from ripeline.store.reading_bands import standing_of

Scores = dict[int, dict[str, int]]


def scores_facts(ruleset: Ruleset, explained: Explained) -> Facts:
    """Every model's reading with its receipt, by the id of the model."""
    return {
        model.id: _reading(model, receipt, explained.state.objects)
        for model, receipt in zip(ruleset.models, explained.receipts, strict=True)
    }


def facts_then(explained: Explained) -> Facts:
    """What else of a lead is as of the moment of the explanation: what was known, and when it was seen."""
    state = explained.state
    return {
        "attributes": {name: fact.value for name, fact in state.attributes.items()},
        "first_seen": moment(state.first_at),
        "last_seen": moment(state.last_at),
        "reachable": is_reachable(state),
    }


def objection_facts(explained: Explained) -> Facts | None:
    """Since when the lead objects to being scored, and what was noted of it."""
    said = last_word(explained.events)
    if said is None:
        return None
    props = said.props or {}
    return {"at": iso_time(said.at), "note": str(props.get("note", "")), "by": str(props.get("by", "")) or None}


def scores_after(ruleset: Ruleset, explained: Explained) -> Scores:
    """The score (thousandths) of each model just after an event, by the event's `seq`."""
    ids = [model.id for model in ruleset.models]
    return {seq: dict(zip(ids, scores, strict=True)) for seq, scores in explained.scores.items()}


def _reading(model: Model, receipt: Receipt, objects: bool) -> Facts:
    standing = standing_of(model, receipt.score, receipt.band)
    return {
        "model": model.id,
        "label": model.label,
        "score": points(receipt.score),
        "engagement": points(receipt.engagement),
        "fit": points(receipt.fit),
        "band": receipt.band,
        "out_of_target": receipt.out_of_target,
        "grade": receipt.grade,
        "next_band": None if objects else standing.next_band,
        "missing": None if objects else points(standing.missing),
        "ripeness": ratio(standing.ripeness),
        "shelf_life": moment(receipt.shelf_life or 0),
        "rules": {row.rule: points(row.left) for row in receipt.rows},
        "limits": {row.group: points(row.points) for row in receipt.limits},
        "receipt": [
            {"rule": row.rule, "label": row.label, "times": row.times, "points": points(row.points)}
            | {"faded": points(row.faded), "refused": row.refused}
            for row in receipt.rows
        ],
    }
