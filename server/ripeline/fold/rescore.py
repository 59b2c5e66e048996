"""Scores rebuilt from all events under a rule file: the same fold into tables beside, swapped at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ripeline.fold.batch import PoisonedBatch
from ripeline.fold.folder import CURSOR, RULES_HASH, SWEPT, now_ms
from ripeline.fold.rows import Names, described_rows, projection_rows
from ripeline.fold.scored import fold_again
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.leads import count_living_leads, living_leads
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.projection import Projection
from ripeline.store.projection_aside import set_aside, take_all_back
from ripeline.store.rescore import NEXT, begin_next, describe_next, keep_rule_version, swap_next

#: Called with (leads done, leads in all).
Progress = Callable[[int, int], None]

#: The name in `meta` of the form of what was stored.
FORM_KEY: Final = "scoring_form"

#: Raised by one whenever the same events and rules give other scores or states than before.
FORM: Final = "2"

_LEADS_A_BATCH: Final = 200


def ensure_scored(conn: Connection, ruleset: Ruleset, progress: Progress, now: Callable[[], int] = now_ms) -> bool:
    """Rescore unless all scores were made under this very rule file; whether it was needed."""
    if read_meta(conn, RULES_HASH) == ruleset.hash and read_meta(conn, FORM_KEY) == FORM:
        return False
    rescore(conn, ruleset, progress, now)
    return True


def rescore(conn: Connection, ruleset: Ruleset, progress: Progress, now: Callable[[], int] = now_ms) -> None:
    """Build every score again from the events folded so far, and put them in force at once.

    Nobody is told anything: hand-offs are facts and stay. Nothing may be folded meanwhile. Stopped half-way, it
    leaves the scores as they were. Events set aside are tried again. `now` gives ms.
    """
    rebuilding = _Rebuilding(conn, ruleset, now())
    begin_next(conn)
    total = count_living_leads(conn)
    done = 0
    progress(done, total)
    for leads in _all_leads(conn):
        rebuilding.rebuild(leads)
        done += len(leads)
        progress(done, total)
    with transaction(conn):
        swap_next(conn)
        take_all_back(conn)
        set_aside(conn, [(seq, now(), problem) for seq, problem in rebuilding.problems.items()])
        keep_rule_version(conn, ruleset.hash, ruleset.text, now())
        write_meta(conn, RULES_HASH, ruleset.hash)
        write_meta(conn, FORM_KEY, FORM)


def _all_leads(conn: Connection) -> Iterator[list[int]]:
    last = 0
    while found := living_leads(conn, last, _LEADS_A_BATCH):
        yield [id for id, _ in found]
        last = found[-1][0]


class _Rebuilding:
    """Folds leads again, a batch a transaction, into the next tables; `problems` of events it could not take."""

    def __init__(self, conn: Connection, ruleset: Ruleset, now: int) -> None:
        self.problems: dict[int, str] = {}
        self._conn = conn
        self._scorer = Scorer(ruleset)
        self._dictionary = Dictionary()
        self._projection = Projection(conn, NEXT)
        self._upto = int(read_meta(conn, CURSOR) or 0)
        self._until = max(now, int(read_meta(conn, SWEPT) or 0))
        with transaction(conn):
            self._names = Names(conn, ruleset, self._dictionary)

    def rebuild(self, leads: list[int]) -> None:
        while True:
            try:
                with transaction(self._conn):
                    self._rebuild(leads)
            except PoisonedBatch as poisoned:
                self._dictionary.clear()
                self.problems |= poisoned.problems
            else:
                return

    def _rebuild(self, leads: list[int]) -> None:
        histories = events_of_leads(self._conn, leads, self._upto, self.problems, self._dictionary)
        folded = [fold_again(self._scorer, lead, None, events, self._until) for lead, events in histories.items()]
        self._projection.save(projection_rows(self._conn, self._names, self._dictionary, folded))
        describe_next(self._conn, described_rows(folded))
