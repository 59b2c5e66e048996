"""Who is in which band under other points, limits and bands: answered from stored scores and sums over the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import Final

from ripeline.calibration.report import ModelReport, Report
from ripeline.rules.model import Model, Rule
from ripeline.rules.stories import OUT_OF_TARGET
from ripeline.scoring.bands import COLD
from ripeline.scoring.fading import fading_of
from ripeline.scoring.whatif_lines import Anew, DayOf, Retelling, is_told_by_ledger
from ripeline.scoring.whatif_plan import Plan
from ripeline.scoring.whatif_sums import Resum, Sum, band_of_who_never_had_more, band_without_history
from ripeline.store.database import Connection
from ripeline.store.whatif_calls import most_points
from ripeline.store.whatif_rows import (
    LedgerSum,
    LeftAnew,
    LineRow,
    Reading,
    Span,
    ids_of_names,
    ledger_sums,
    lines_that_count,
    scored_span,
)

#: Readings of leads that were seen before, by model; most leads share theirs with many.
_REMEMBERED: Final = 200_000

#: A reading, and what the lines of the rules tell it is computed anew from; None: the lead has no line of any.
_Key = tuple[Reading, tuple[int, ...] | None]

#: A reading with the score and the fit after.
_Past = tuple[Reading, int, int]

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
            scored = _without(but, scored_span(conn, ids[model], span))
            if model not in resums:
                _report_gone(scored, report.of(model))
                continue
            begin, end = end, end + len(resums[model].sums)
            alike = _alike(scored, found, slice(begin, end))
            silent = _silent(resums[model], alike)
            past = self._by_sums(model, alike, report.of(model))
            unclear[model] = silent | self._by_past(conn, model, ids, past, report.of(model))
        return unclear

    def _names(self) -> set[str]:
        resums = self._plan.resums.values()
        return {*self._plan.models, *(rule.id for each in resums for rule in (*each.before.rules, *each.after.rules))}

    def _by_sums(self, model: str, alike: dict[_Key, list[int]], report: ModelReport) -> dict[int, _Past]:
        """Those whose past must tell are given back."""
        past: dict[int, _Past] = {}
        for key, leads in alike.items():
            score, fit, band = self._after(model, key)
            if band is None:
                past |= dict.fromkeys(leads, (key[0], score, fit))
            else:
                _report(report, leads, key[0], (score, band))
        return past

    def _by_past(
        self, conn: Connection, model: str, ids: Mapping[str, int], past: dict[int, _Past], report: ModelReport
    ) -> set[int]:
        """Those whose past is not all in the ledger are given back."""
        resum = self._plan.resums[model]
        found: dict[tuple[_Past, str], list[int]] = defaultdict(list)
        if is_told_by_ledger(resum.after):
            told = _by_ledger(conn, ids[model], Retelling(resum, ids, self._today, self._day_of), past)
        else:
            told = _by_most(conn, resum, ids, past)
        for lead, band in told:
            found[past.pop(lead), band].append(lead)
        for ((reading, score, _), band), leads in found.items():
            _report(report, sorted(leads), reading, (score, band))
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


def _by_most(
    conn: Connection, resum: Resum, ids: Mapping[str, int], past: Mapping[int, _Past]
) -> Iterator[tuple[int, str]]:
    """The bands of those who cannot ever have been in a higher one."""
    lifted = lifted_at_most(resum.after)
    for lead, most in most_points(conn, past, ids[resum.after.id], best_lines(resum, ids)).items():
        _, score, fit = past[lead]
        band = band_of_who_never_had_more(resum.after, score, fit, most + lifted)
        if band is not None:
            yield lead, band


def _by_ledger(
    conn: Connection, model_id: int, retelling: Retelling, past: Collection[int]
) -> Iterator[tuple[int, str]]:
    """The bands of all of them, by their lines; who has none that counts never was in any."""
    leads = sorted(past)
    told = groupby(lines_that_count(conn, leads, model_id, retelling.reworked), key=_lead)
    bands = {lead: retelling.band(line[1:] for line in lines) for lead, lines in told}
    for lead in leads:
        yield lead, bands.get(lead, COLD)


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


def _without(but: Collection[int], scored: dict[Reading, list[int]]) -> dict[Reading, list[int]]:
    if not but:
        return scored
    others = {reading: [lead for lead in leads if lead not in but] for reading, leads in scored.items()}
    return {reading: leads for reading, leads in others.items() if leads}


def _alike(
    scored: Mapping[Reading, list[int]], found: Mapping[int, tuple[int, ...]], where: slice
) -> dict[_Key, list[int]]:
    """Leads that read the same and of whom the lines tell the same, together: they fare alike."""
    if where.start == where.stop:
        return {(reading, None): leads for reading, leads in scored.items()}
    told = {lead: numbers[where] for lead, numbers in found.items()}.get
    alike: dict[_Key, list[int]] = {}
    for reading, leads in scored.items():
        by_numbers: dict[tuple[int, ...] | None, list[int]] = defaultdict(list)
        for lead in leads:
            by_numbers[told(lead)].append(lead)
        alike |= {(reading, numbers): some for numbers, some in by_numbers.items()}
    return alike


def _silent(resum: Resum, alike: dict[_Key, list[int]]) -> set[int]:
    """Take out those that read as who objects to being scored does, where the others are moved up and they are not:
    only the log tells who objects."""
    if not resum.lifts_the_silent:
        return set()
    keys: list[_Key] = [((*resum.silent, COLD, is_out), None) for is_out in (0, 1)]
    return {lead for key in keys for lead in alike.pop(key, ())}


def _resummed(resum: Resum, reading: Reading, sums: tuple[int, ...] | None) -> _After:
    engagement, fit, band, is_out = reading
    if sums is None and resum.keeps_others:
        return engagement + fit, fit, OUT_OF_TARGET if is_out else band
    engagement, fit = resum.score(engagement, fit, sums or (0,) * len(resum.sums))
    least = resum.after.min_fit
    if least is not None and fit < least:
        return engagement + fit, fit, OUT_OF_TARGET
    return engagement + fit, fit, band_without_history(resum.after, engagement + fit, fit)


def _report(report: ModelReport, leads: list[int], reading: Reading, after: tuple[int | None, str | None]) -> None:
    before = OUT_OF_TARGET if reading[3] else reading[2]
    report.add(leads, (before, after[1]), reading[0] + reading[1], after[0])


def _report_gone(scored: Mapping[Reading, list[int]], report: ModelReport) -> None:
    for reading, leads in scored.items():
        _report(report, leads, reading, (None, None))


def _lead(line: LineRow) -> int:
    return line[0]
