"""Who is in which band under other points, limits and bands: answered from stored scores and sums over the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Final

from ripeline.calibration.report import ModelReport, Report
from ripeline.rules.model import Model, Rule
from ripeline.rules.stories import OUT_OF_TARGET
from ripeline.scoring.bands import COLD
from ripeline.scoring.fading import fading_of
from ripeline.scoring.whatif_lines import Anew, DayOf, LedgerLine, band_by_ledger, has_plain_history
from ripeline.scoring.whatif_plan import Plan
from ripeline.scoring.whatif_sums import Resum, Sum, band_of_who_never_had_more, band_without_history
from ripeline.store.database import Connection
from ripeline.store.whatif_calls import most_points
from ripeline.store.whatif_rows import (
    LedgerSum,
    LeftAnew,
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

#: A reading, and what the lines of the rules tell it is computed anew from; None: the lead has no line of any.
_Key = tuple[_Reading, tuple[int, ...] | None]

#: A reading with the score and the fit after.
_Past = tuple[_Reading, int, int]

#: The score and the fit after, and the band; None where only the past of the lead tells.
_After = tuple[int, int, str | None]


class Sums:
    """Answers for the models that both files have; `today` is the local day, `day_of` gives that of a time in ms."""

    def __init__(self, plan: Plan, today: int, day_of: DayOf) -> None:
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
            alike = _alike(rows, found, slice(begin, end))
            silent = _silent(resums[model], alike)
            past = self._by_sums(model, alike, report)
            self._by_most(conn, model, ids, past, report)
            unclear[model] = silent | self._by_ledger(conn, (model, ids[model]), past, report)
        return unclear

    def _names(self) -> set[str]:
        rules = (rule.id for resum in self._plan.resums.values() for each in resum.sums for rule in each.rules)
        return {*self._plan.models, *rules}

    def _by_sums(self, model: str, alike: dict[_Key, list[int]], report: Report) -> dict[int, _Past]:
        """Those whose past must tell are given back."""
        past: dict[int, _Past] = {}
        for key, leads in alike.items():
            score, fit, band = self._after(model, key)
            if band is None:
                past |= dict.fromkeys(leads, (key[0], score, fit))
            else:
                _report(report.of(model), leads, key[0], (score, band))
        return past

    def _by_most(
        self, conn: Connection, model: str, ids: Mapping[str, int], past: dict[int, _Past], report: Report
    ) -> None:
        """Take out those who cannot ever have been in a higher band."""
        resum = self._plan.resums[model]
        lifted = lifted_at_most(resum.after)
        for lead, most in most_points(conn, past, ids[model], best_lines(resum, ids)).items():
            reading, score, fit = past[lead]
            band = band_of_who_never_had_more(resum.after, score, fit, most + lifted)
            if band is not None:
                del past[lead]
                _report(report.of(model), [lead], reading, (score, band))

    def _by_ledger(self, conn: Connection, model: tuple[str, int], past: dict[int, _Past], report: Report) -> set[int]:
        """Those whose past is not all in the ledger are given back."""
        resum = self._plan.resums[model[0]]
        if not has_plain_history(resum.after):
            return set(past)
        for lead, lines in groupby(lines_of_leads(conn, past, model[1]), key=_lead):
            band = band_by_ledger(resum, (LedgerLine(*line[1:]) for line in lines), self._day_of)
            reading, score, _ = past.pop(lead)
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
        of = asked.told, ids[model], tuple(ids.get(rule.id, 0) for rule in asked.rules)
        if asked.told == "shift":
            return LedgerSum(*of, by=asked.by)
        (rule,) = asked.rules
        if asked.told == "left" and rule.decay is not None:
            left, today, day_of = fading_of(rule.decay).left, self._today, self._day_of
            return LedgerSum(*of, left=lambda points, at: left(points, today - day_of(at)))
        return LedgerSum(*of, anew=_anew(rule, self._today, self._day_of) if asked.told == "anew" else None)


def best_lines(resum: Resum, ids: Mapping[str, int]) -> dict[int, int]:
    """What a line of each reworked rule (by text id) may give; the end of a held rule that takes away gives, too."""
    rules = [rule for rule in resum.reworked.values() if rule.id in ids]
    return {ids[rule.id]: max(rule.points or 0, 0) if rule.on else abs(rule.points or 0) for rule in rules}


def lifted_at_most(model: Model) -> int:
    """What limits of groups may add to a score, in thousandths."""
    return sum(max(0, group.minimum or 0) for group in model.groups.values())


def _anew(rule: Rule, today: int, day_of: DayOf) -> type[LeftAnew]:
    class RuleAnew(Anew):
        def __init__(self) -> None:
            super().__init__(rule, today, day_of)

        def step(self, at: int) -> None:
            self.pay(at)

        def finalize(self) -> int:
            return self.left

    return RuleAnew


def _alike(rows: Iterable[ScoredRow], found: dict[int, tuple[int, ...]], where: slice) -> dict[_Key, list[int]]:
    """Leads that read the same and of whom the lines tell the same, together: they fare alike."""
    alike: dict[_Key, list[int]] = defaultdict(list)
    if where.start == where.stop:
        for row in rows:
            alike[row[1:], None].append(row[0])
        return alike
    told = {lead: numbers[where] for lead, numbers in found.items()}.get
    for row in rows:
        alike[row[1:], told(row[0])].append(row[0])
    return alike


def _silent(resum: Resum, alike: dict[_Key, list[int]]) -> set[int]:
    """Take out those that read as who objects to being scored does, where the others are moved up and they are not:
    only the log tells who objects."""
    if not resum.lifts_the_silent:
        return set()
    keys: list[_Key] = [((*resum.silent, COLD, is_out), None) for is_out in (0, 1)]
    return {lead for key in keys for lead in alike.pop(key, ())}


def _resummed(resum: Resum, reading: _Reading, sums: tuple[int, ...] | None) -> _After:
    engagement, fit, band, is_out = reading
    if sums is None and resum.keeps_others:
        return engagement + fit, fit, OUT_OF_TARGET if is_out else band
    engagement, fit = resum.score(engagement, fit, sums or (0,) * len(resum.sums))
    least = resum.after.min_fit
    if least is not None and fit < least:
        return engagement + fit, fit, OUT_OF_TARGET
    return engagement + fit, fit, band_without_history(resum.after, engagement + fit, fit)


def _report(report: ModelReport, leads: list[int], reading: _Reading, after: tuple[int | None, str | None]) -> None:
    before = OUT_OF_TARGET if reading[3] else reading[2]
    report.add(leads, (before, after[1]), reading[0] + reading[1], after[0])


def _report_gone(model: str, rows: Iterable[ScoredRow], report: Report) -> None:
    for (reading, _), leads in _alike(rows, {}, slice(0, 0)).items():
        _report(report.of(model), leads, reading, (None, None))


def _lead(line: LineRow) -> int:
    return line[0]
