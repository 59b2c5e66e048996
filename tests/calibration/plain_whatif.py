"""A what-if computed the plain way: every lead folded alone under each file, nothing remembered, nothing summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.scoring.stories import sales_of

from ripeline.calibration.report import Report
from ripeline.domain.event import Event
from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer

#: Of each model: leads by the bands before and after, leads by whole points after, first calls by days later (None:
#: gained or lost), calls a week before and after.
Plain = dict[str, tuple[Counter[tuple[str | None, str | None]], Counter[int], Counter[object], int, int]]


def plain_whatif(old: Ruleset, new: Ruleset, leads: Mapping[str, Sequence[Event]], until: int) -> Plain:
    """By model (ids of both files)."""
    scorers = Scorer(old), Scorer(new)
    found: Plain = {}
    for events in leads.values():
        (bands, _, calls), (bands_after, points, calls_after) = (_fate(scorer, events, until) for scorer in scorers)
        for model in {**bands, **bands_after}:
            entry = found.setdefault(model, (Counter(), Counter(), Counter(), 0, 0))
            entry[0][bands.get(model), bands_after.get(model)] += 1
            entry[1].update([points[model]] if model in points else [])
            before, after = calls.get(model, []), calls_after.get(model, [])
            if before and after:
                entry[2][scorers[0].day_of(after[0]) - scorers[0].day_of(before[0])] += 1
            elif before or after:
                entry[2]["new" if after else "gone"] += 1
            found[model] = (*entry[:3], entry[3] + len(before), entry[4] + len(after))
    return found


def as_plain(report: Report, models: Sequence[str]) -> Plain:
    """A report in the same form."""
    found: Plain = {}
    for model in models:
        each = report.of(model)
        shifts: Counter[object] = Counter()
        shifts.update(dict(each.calls.shifts.items()))
        shifts.update({"new": each.calls.gained, "gone": each.calls.lost})
        calls = each.calls.before.total(), each.calls.after.total()
        found[model] = (each.moves, each.scores_after, +shifts, *calls)
    return found


def _fate(
    scorer: Scorer, events: Sequence[Event], until: int
) -> tuple[dict[str, str], dict[str, int], dict[str, list[int]]]:
    state, _ = scorer.refold(events)
    scorer.advance(state, until)
    bands: dict[str, str] = {}
    for place, reading in enumerate(scorer.readings(state)):
        bands[reading.model] = "out of target" if scorer.out_of_target(place, state) else reading.band
    points = {reading.model: reading.score // 1000 for reading in scorer.readings(state)}
    told = sales_of(scorer, events, until).facts
    calls = {model: [fact.made_at for fact in facts if fact.state != "late"] for model, facts in told.items()}
    return bands, points, calls
