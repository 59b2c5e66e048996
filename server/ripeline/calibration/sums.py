"""Who is in which band under other points, limits and bands: answered from stored scores and sums over the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from itertools import groupby
from typing import Final

from ripeline.calibration.report import ModelReport, Report
from ripeline.rules.stories import OUT_OF_TARGET
from ripeline.scoring.fading import fading_of
from ripeline.scoring.whatif_plan import Plan
from ripeline.scoring.whatif_sums import (
    LedgerLine,
    Resum,
    Sum,
    band_by_ledger,
    band_without_history,
    has_plain_history,
)
from ripeline.store.database import Connection
from ripeline.store.whatif_rows import (
    LedgerSum,
    Left,
    LineRow,
    ScoredRow,
    Span,
    ids_of_names,
    ledger_sums,
    lines_of_leads,
    scored_span,
)

#: Readings of leads that were seen before, by model; most leads share theirs with many.
_REMEMBERED: Final = 200_000

#: Engagement, fit, band, whether out of target: what a model says of a lead, as it is stored.
_Reading = tuple[int, int, str, int]

#: A reading, and the sums of the rules it is computed anew from.
_Key = tuple[_Reading, tuple[int, ...]]

#: The score after, and the band; None where only the past of the lead tells.
_After = tuple[int, str | None]


class Sums:
    """Answers for the models that both files have; `today` is the local day, `day_of` gives that of a time in ms."""

    def __init__(self, plan: Plan, today: int, day_of: Callable[[int], int]) -> None:
        self._plan = plan
        self._today = today
        self._day_of = day_of
        self._known: dict[str, dict[_Key, _After]] = {model: {} for model in plan.resums}

    def look(self, conn: Connection, span: Span, but: Collection[int], report: Report) -> dict[str, set[int]]:
        """Report the leads of a span (`but` some); those whose bands only a refold tells are given back by model."""
        ids = ids_of_names(conn, self._names())
        models = [model for model in self._plan.models if model in ids]
        resums = {model: self._plan.resums[model] for model in models if model in self._plan.resums}
        asked = [self._sum(ids, model, each) for model, resum in resums.items() for each in resum.sums]
        found = ledger_sums(conn, span, asked)
        unclear: dict[str, set[int]] = {}
        end = 0
        for model in models:
            rows = scored_span(conn, ids[model], span)
            if but:
                rows = [row for row in rows if row[0] not in but]
            if model not in resums:
                _report_gone(model, rows, report)
                continue
            begin, end = end, end + len(resums[model].sums)
            past = self._by_sums(model, _alike(rows, found, slice(begin, end)), report)
            unclear[model] = self._by_ledger(conn, (model, ids[model]), past, report)
        return unclear

    def _names(self) -> set[str]:
        rules = (each.rule for resum in self._plan.resums.values() for each in resum.sums)
        return {*self._plan.models, *rules}

    def _by_sums(self, model: str, alike: dict[_Key, list[int]], report: Report) -> dict[int, tuple[_Reading, int]]:
        """Those whose past must tell are given back, with their reading and their score after."""
        past: dict[int, tuple[_Reading, int]] = {}
        for key, leads in alike.items():
            score, band = self._after(model, key)
            if band is None:
                past |= dict.fromkeys(leads, (key[0], score))
            else:
                _report(report.of(model), leads, key[0], (score, band))
        return past

    def _by_ledger(
        self, conn: Connection, model: tuple[str, int], past: dict[int, tuple[_Reading, int]], report: Report
    ) -> set[int]:
        """Those whose past is not all in the ledger are given back."""
        resum = self._plan.resums[model[0]]
        if not has_plain_history(resum.after):
            return set(past)
        for lead, lines in groupby(lines_of_leads(conn, past, model[1]), key=_lead):
            band = band_by_ledger(resum, (LedgerLine(*line[1:]) for line in lines))
            reading, score = past.pop(lead)
            _report(report.of(model[0]), [lead], reading, (score, band))
        return set(past)

    def _after(self, model: str, key: _Key) -> _After:
        known = self._known[model]
        found = known.get(key)
        if found is None:
            if len(known) > _REMEMBERED:
                known.clear()
            found = known[key] = _resummed(self._plan.resums[model], *key)
        return found

    def _sum(self, ids: dict[str, int], model: str, asked: Sum) -> LedgerSum:
        # A rule whose name was never stored has no lines, and no text has the id 0.
        return LedgerSum(ids[model], ids.get(asked.rule, 0), asked.counted, self._left(asked))

    def _left(self, asked: Sum) -> Left | None:
        if asked.decay is None:
            return None
        left = fading_of(asked.decay).left
        return lambda points, at: left(points, self._today - self._day_of(at))


def _alike(rows: Iterable[ScoredRow], found: dict[int, tuple[int, ...]], where: slice) -> dict[_Key, list[int]]:
    """Leads that read the same and have the same sums, together: they fare alike."""
    alike: dict[_Key, list[int]] = defaultdict(list)
    if where.start == where.stop:
        for row in rows:
            alike[row[1:], ()].append(row[0])
        return alike
    nothing = (0,) * (where.stop - where.start)
    cut = {lead: numbers[where] for lead, numbers in found.items()}
    for row in rows:
        alike[row[1:], cut.get(row[0], nothing)].append(row[0])
    return alike


def _resummed(resum: Resum, reading: _Reading, sums: tuple[int, ...]) -> _After:
    engagement, fit = resum.score(reading[0], reading[1], sums)
    least = resum.after.min_fit
    if least is not None and fit < least:
        return engagement + fit, OUT_OF_TARGET
    return engagement + fit, band_without_history(resum.after, engagement + fit, fit)


def _report(report: ModelReport, leads: list[int], reading: _Reading, after: tuple[int | None, str | None]) -> None:
    before = OUT_OF_TARGET if reading[3] else reading[2]
    report.add(leads, (before, after[1]), reading[0] + reading[1], after[0])


def _report_gone(model: str, rows: Iterable[ScoredRow], report: Report) -> None:
    for (reading, _), leads in _alike(rows, {}, slice(0, 0)).items():
        _report(report.of(model), leads, reading, (None, None))


def _lead(line: LineRow) -> int:
    return line[0]
