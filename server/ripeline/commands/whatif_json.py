"""A what-if for programs: what docs/explain.md lists."""

from __future__ import annotations

from typing import Any

from ripeline.calibration.finding import Finding, Handoffs, ModelFinding, Moved
from ripeline.calibration.report import Mover, Shift
from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time


def json_of(finding: Finding) -> dict[str, Any]:
    """Bands and scores of every model that differs, hand-offs where asked for; nothing of the others."""
    return {
        "as_of": iso_time(finding.as_of),
        "models": [_model(each, finding) for each in finding.models],
        "folded_again": finding.folded_again,
        "not_scored": finding.not_scored,
    }


def _model(found: ModelFinding, finding: Finding) -> dict[str, Any]:
    told = {
        "model": found.model.id,
        "before": {band: both.before for band, both in found.bands.items() if both.before},
        "after": {band: both.after for band, both in found.bands.items() if both.after},
        "moves": [_move(move, finding) for move in found.moves],
        "scores_before": {str(points): leads for points, leads in found.scores_before.items()},
        "scores_after": {str(points): leads for points, leads in found.scores_after.items()},
    }
    return told if found.handoffs is None else told | {"handoffs": _handoffs(found.handoffs, finding)}


def _move(move: Moved, finding: Finding) -> dict[str, Any]:
    first = [_mover(each, finding) for each in move.first]
    return {"from": move.before, "to": move.after, "leads": move.leads, "first": first}


def _mover(mover: Mover, finding: Finding) -> dict[str, Any]:
    before, after = (None if score is None else as_number(score) for score in (mover.before, mover.after))
    return {"id": mover.lead, "email": finding.names.get(mover.lead), "before": before, "after": after}


def _handoffs(found: Handoffs, finding: Finding) -> dict[str, Any]:
    return {
        "before": found.calls.before,
        "after": found.calls.after,
        "weeks": found.weeks,
        "a_week_before": found.a_week(found.calls.before),
        "a_week_after": found.a_week(found.calls.after),
        "busiest_week_before": found.busiest_week.before,
        "busiest_week_after": found.busiest_week.after,
        "earlier": found.earlier,
        "later": found.later,
        "median_days": found.median_days,
        "new": found.new,
        "lost": found.lost,
        "moved_first": [_shift(each, finding) for each in found.moved_first],
        "new_first": [_shift(each, finding) for each in found.new_first],
        "lost_first": [_shift(each, finding) for each in found.lost_first],
    }


def _shift(shift: Shift, finding: Finding) -> dict[str, Any]:
    before, after = (None if at is None else iso_time(at) for at in (shift.before, shift.after))
    days = None if before is None or after is None else shift.days
    return {"id": shift.lead, "email": finding.names.get(shift.lead), "before": before, "after": after, "days": days}
