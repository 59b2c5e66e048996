"""What if another rule file were in force: bands first, from sums where that is enough, then hand-offs, by replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ripeline.calibration.crew import answers, hands
from ripeline.calibration.finding import Finding, models_found
from ripeline.calibration.looking import Part, Question
from ripeline.calibration.report import Report
from ripeline.errors import DataProblem
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules, read_rules
from ripeline.scoring.days import local_days
from ripeline.scoring.whatif_plan import Plan, plan_of
from ripeline.sentences import N_
from ripeline.store.database import Connection, Database
from ripeline.store.whatif_rows import InForce, in_force, names_of_leads, overdue_leads, span_of_history

#: Called with (leads looked at, leads in all).
Progress = Callable[[int, int], None]

#: Leads a part, answered from sums or folded again one and all.
_SUMMED: Final = 10_000
_FOLDED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """The rules in force and how far everything is scored under them."""

    rules: Ruleset
    scored: InForce


def rules_in_force(conn: Connection, file: Path) -> Known:
    """The rules the stored scores were made under; before any were made those of the file.

    Raises InvalidRules for a file that is not right, DataProblem where the database lost the rules it names.
    """
    scored = in_force(conn)
    if scored.hash is None:
        return Known(load_rules(file), scored)
    if scored.text is None:
        raise DataProblem(N_("the rules the scores were made under are lost; `ripeline rescore` makes the scores anew"))
    return Known(read_rules(scored.text, "the rules in force"), scored)


class WhatIf:
    """One comparison; ask for `bands`, then, where wanted, for `calls`.

    It only reads, and asks no clock: of the same database, as of the same moment, the finding is the same.
    """

    def __init__(self, database: Database, old: Known, new: Ruleset, now: int, most_hands: int | None = None) -> None:
        """`now` in ms; `most_hands` processes at once, None: one a core."""
        self.old = old.rules
        self.new = new
        self.now = max(now, old.scored.swept)
        self.plan: Plan = plan_of(old.rules, new)
        self.report = Report()
        self._database = database
        self._scored = old.scored
        self._hands = most_hands or hands()
        self._question = Question(database.path, old.rules.text, new.text, self.now, old.scored.upto)
        self._again: dict[tuple[int, int], frozenset[int]] = {}

    def bands(self, progress: Progress) -> Finding:
        """Who is in which band now, before and after. Raises `DataProblem` when other rules came into force."""
        if self.plan.models:
            self._look_at_bands(progress)
        return self._finding(None)

    def calls(self, progress: Progress) -> Finding:
        """Also who would have been handed over, and when: call it after `bands`. Raises `DataProblem` as that does."""
        if self.plan.models and not self.plan.everybody:
            self._look_at_calls(progress)
        with self._database.read() as conn:
            history = span_of_history(conn)
        first, last = map(local_days(self.old.timezone), history or (0, 0))
        return self._finding(last - first + 1)

    def _look_at_bands(self, progress: Progress) -> None:
        with self._database.read() as conn:
            overdue = overdue_leads(conn, self.now)
        parts = self._parts(_FOLDED if self.plan.everybody else _SUMMED, overdue)
        for done, (part, report, again) in enumerate(answers(self._question, "bands", parts, self._hands), 1):
            self._again[part.span] = again
            self.report.merge(report)
            progress(done * self._scored.last_lead // len(parts), self._scored.last_lead)
        self._check()

    def _look_at_calls(self, progress: Progress) -> None:
        parts = [Part(span, again) for span, again in self._again.items()]
        for done, (_, report, _) in enumerate(answers(self._question, "calls", parts, self._hands), 1):
            self.report.merge(report)
            progress(done * self._scored.last_lead // len(parts), self._scored.last_lead)
        self._check()

    def _finding(self, days: int | None) -> Finding:
        with self._database.read() as conn:
            names = names_of_leads(conn, self.report.leads_named())
        return Finding(
            as_of=self.now,
            models=models_found(self.report, self.plan.models, (self.old, self.new), days),
            unchanged=tuple(model.label for model in self.new.models if model.id not in self.plan.models),
            folded_again=self.report.replayed,
            not_scored=self.report.failed,
            names=names,
        )

    def _parts(self, size: int, overdue: list[int]) -> list[Part]:
        last = self._scored.last_lead
        late: dict[int, list[int]] = {}
        for lead in overdue:
            late.setdefault((lead - 1) // size, []).append(lead)
        return [Part((at, min(at + size, last)), frozenset(late.get(at // size, ()))) for at in range(0, last, size)]

    def _check(self) -> None:
        with self._database.read() as conn:
            if in_force(conn).hash != self._scored.hash:
                raise DataProblem(N_("other rules came into force meanwhile; ask again"))
