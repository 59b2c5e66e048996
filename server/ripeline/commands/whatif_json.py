"""A what-if for programs: what docs/explain.md lists."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ripeline.calibration.report import Calls, ModelReport, Shift
from ripeline.calibration.whatif import WhatIf
from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time

Names = dict[int, str | None]


def json_of(what_if: WhatIf, *, with_calls: bool) -> dict[str, Any]:
    """Bands and scores of every model that differs, hand-offs where asked for; nothing of the others."""
    names = what_if.names()
    report = what_if.report
    models = []
    for model in what_if.plan.models:
        found = _bands(model, report.of(model), names)
        models.append(found | _calls(report.of(model).calls, names) if with_calls else found)
    return {
        "as_of": iso_time(what_if.now),
        "models": models,
        "folded_again": report.replayed,
        "not_scored": report.failed,
    }


def _bands(model: str, report: ModelReport, names: Names) -> dict[str, Any]:
    moves = [(move, count) for move, count in sorted(report.moves.items(), key=_most) if move[0] != move[1]]
    return {
        "model": model,
        "before": _by_band(report, 0),
        "after": _by_band(report, 1),
        "moves": [
            {
                "from": move[0],
                "to": move[1],
                "leads": count,
                "first": [
                    {
                        "id": each.lead,
                        "email": names.get(each.lead),
                        "before": None if each.before is None else as_number(each.before),
                        "after": None if each.after is None else as_number(each.after),
                    }
                    for each in report.movers[move]
                ],
            }
            for move, count in moves
        ],
        "scores_before": {str(points): count for points, count in sorted(report.scores_before.items())},
        "scores_after": {str(points): count for points, count in sorted(report.scores_after.items())},
    }


def _calls(calls: Calls, names: Names) -> dict[str, Any]:
    return {
        "handoffs": {
            "before": calls.before.total(),
            "after": calls.after.total(),
            "a_week_before": calls.a_week(calls.before),
            "a_week_after": calls.a_week(calls.after),
            "weeks": calls.weeks,
            "earlier": calls.earlier,
            "later": calls.later,
            "median_days": calls.median_days,
            "new": calls.gained,
            "lost": calls.lost,
            "moved_first": [_shift(each, names) for each in calls.moved],
            "new_first": [_shift(each, names) for each in calls.new],
            "lost_first": [_shift(each, names) for each in calls.gone],
        }
    }


def _shift(shift: Shift, names: Names) -> dict[str, Any]:
    return {
        "id": shift.lead,
        "email": names.get(shift.lead),
        "before": None if shift.before is None else iso_time(shift.before),
        "after": None if shift.after is None else iso_time(shift.after),
        "days": shift.days if shift.before is not None and shift.after is not None else None,
    }


def _by_band(report: ModelReport, side: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for move, count in report.moves.items():
        band = move[side]
        if band is not None:
            found[band] += count
    return dict(found)


def _most(move: tuple[tuple[str | None, str | None], int]) -> tuple[int, str]:
    return -move[1], str(move[0])
