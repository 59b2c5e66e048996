"""One process's part of a what-if: the leads of a span, answered from sums or folded again under both files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ripeline.calibration.report import Report
from ripeline.calibration.sums import Sums, best_lines, lifted_at_most
from ripeline.domain.event import Event
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Model, Ruleset
from ripeline.rules.reading import read_rules
from ripeline.scoring.fold import Scorer
from ripeline.scoring.whatif import Fate, fates_of
from ripeline.scoring.whatif_plan import plan_of
from ripeline.store.database import Connection, Database
from ripeline.store.dictionary import Dictionary
from ripeline.store.projection_aside import all_aside
from ripeline.store.whatif_calls import leads_that_entered, leads_that_may_reach, reachable_span
from ripeline.store.whatif_rows import Span, ids_of_names, leads_with_lines, living_span

_BATCH: Final = 200

Fates = dict[str, Fate]


@dataclass(frozen=True, slots=True)
class Question:
    """What would be, as of `now` (ms), if the file `new` (its text) were in force instead of `old`?

    `upto` is the place in the log up to which everything is folded.
    """

    database: Path
    old: str
    new: str
    now: int
    upto: int


@dataclass(frozen=True, slots=True)
class Part:
    """Leads by id, above the first and up to the second; `again` are those among them that must be folded again, or
    (asked for calls) that were."""

    span: Span
    again: frozenset[int] = frozenset()


class Look:
    """Answers parts of one question, on a connection of its own."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._database = Database(question.database)
        self._rules = read_rules(question.old), read_rules(question.new)
        self._scorers = Scorer(self._rules[0]), Scorer(self._rules[1])
        self._plan = plan_of(*self._rules)
        self._day_of = self._scorers[0].day_of
        self._sums = Sums(self._plan, self._day_of(question.now), self._day_of)
        self._dictionary = Dictionary()

    def bands(self, part: Part) -> tuple[Report, frozenset[int]]:
        """Who is in which band of a span, before and after; and who had to be folded again, calls included."""
        report = Report()
        with self._database.read() as conn:
            again = set(living_span(conn, part.span)) if self._plan.everybody else self._touched(conn, part)
            unclear = {} if self._plan.everybody else self._sums.look(conn, part.span, again, report)
            everyone = again.union(*unclear.values())
            for lead, before, after in self._fates(conn, sorted(everyone), report):
                for model in self._plan.models:
                    old, new = before.get(model), after.get(model)
                    if lead in again or lead in unclear.get(model, ()):
                        report.of(model).add_fates(lead, old, new)
                    report.of(model).calls.add(lead, old, new, self._day_of)
        return report, frozenset(everyone)

    def calls(self, part: Part) -> tuple[Report, frozenset[int]]:
        """Hand-offs of a span, before and after: of leads that may have had any, those folded `again` before apart."""
        report = Report()
        with self._database.read() as conn:
            leads = self._perhaps_told(conn, part.span) - part.again
            for lead, before, after in self._fates(conn, sorted(leads), report):
                for model in self._plan.models:
                    report.of(model).calls.add(lead, before.get(model), after.get(model), self._day_of)
        return report, frozenset()

    def _touched(self, conn: Connection, part: Part) -> set[int]:
        """Leads of whom the ledger says that the change concerns their events, and those that are `again` anyway."""
        ids = ids_of_names(conn, {name for rule in self._plan.refolded for name in rule})
        rules = [(ids[model], ids[rule]) for model, rule in self._plan.refolded if model in ids and rule in ids]
        return leads_with_lines(conn, part.span, rules) | part.again

    def _fates(self, conn: Connection, leads: Collection[int], report: Report) -> Iterator[tuple[int, Fates, Fates]]:
        aside = all_aside(conn) if leads else set()
        for some in _batches(leads):
            histories = events_of_leads(conn, some, self._question.upto, aside, self._dictionary)
            for lead, events in histories.items():
                try:
                    before, after = (self._fate(place, events) for place in (0, 1))
                except Exception:
                    # What cannot be scored is set aside by the fold, under either file.
                    report.failed += 1
                    continue
                report.replayed += 1
                yield lead, before, after

    def _fate(self, place: int, events: list[Event]) -> Fates:
        models = (model.id for model in self._rules[place].models)
        return dict(zip(models, fates_of(self._scorers[place], events, self._question.now), strict=True))

    def _perhaps_told(self, conn: Connection, span: Span) -> set[int]:
        reachable = reachable_span(conn, span)
        if not reachable:
            return reachable
        models = {model.id: model for model in (*self._rules[1].models, *self._rules[0].models)}
        rules = {rule.id for model in models.values() for rule in model.rules}
        ids = ids_of_names(conn, {*models, *rules})
        found: set[int] = set()
        for id in self._plan.models:
            if id in ids:
                found |= self._perhaps_told_in(conn, span, id, ids)
        return found & reachable

    def _perhaps_told_in(self, conn: Connection, span: Span, id: str, ids: Mapping[str, int]) -> set[int]:
        old, new = (_model(ruleset, id) for ruleset in self._rules)
        found: set[int] = set()
        if old is not None:
            names = [band.name for band in old.bands]
            high = names[names.index(old.handoff) :] if old.handoff in names else []
            found |= leads_that_entered(conn, span, ids[id], high)
        asking = {rule.id for model in (old, new) if model for rule in model.rules if rule.handoff and rule.id in ids}
        found |= leads_with_lines(conn, span, [(ids[id], ids[rule]) for rule in asking])
        if new is not None and new.handoff_band is not None and id in self._plan.resums:
            least = new.handoff_band.enter - lifted_at_most(new)
            if least <= 0:
                # The band takes who has no line at all.
                return reachable_span(conn, span)
            found |= leads_that_may_reach(conn, span, ids[id], least, best_lines(self._plan.resums[id], ids))
        return found


def _model(ruleset: Ruleset, id: str) -> Model | None:
    return next((model for model in ruleset.models if model.id == id), None)


def _batches(leads: Collection[int]) -> Iterator[list[int]]:
    ordered: Iterable[int] = iter(leads)
    some = list[int]()
    for lead in ordered:
        some.append(lead)
        if len(some) == _BATCH:
            yield some
            some = []
    if some:
        yield some
