"""Scores rebuilt from all events under a rule file: the same fold into tables beside, swapped at once.

It goes on batch by batch, in transactions of its own, while events are folded under the rules in force; what these
change after the rescore had it, the rescore takes again at the end. Its place is stored with its work, so it goes on
where it was when the process is killed. It tells nobody anything: what it would tell is proposed (`store.proposals`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from ripeline.fold.batch import Folded, PoisonedBatch
from ripeline.fold.folder import CURSOR, REBUILT, RULES_HASH, SWEPT, now_ms
from ripeline.fold.proposing import proposals_of
from ripeline.fold.rows import Names, described_rows, projection_rows
from ripeline.fold.scored import fold_again
from ripeline.identity.history import events_of_leads
from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer
from ripeline.store.authors import Said
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.leads import count_leads_upto, count_living_leads, living_leads, living_of
from ripeline.store.meta import drop_meta, read_meta, write_meta
from ripeline.store.projection import Projection
from ripeline.store.projection_aside import all_passed_over
from ripeline.store.proposals import drop_other_proposals, put_proposals
from ripeline.store.rescore import (
    NEXT,
    all_aside_next,
    begin_next,
    describe_next,
    drop_next,
    empty_old,
    leads_again,
    set_aside_next,
    swap_next,
    taken_again,
)
from ripeline.store.rule_versions import keep_rule_version, rules_changed

#: Called with (leads done, leads in all).
Progress = Callable[[int, int], None]

#: The name in `meta` of the form of what was stored.
FORM_KEY: Final = "scoring_form"

#: Raised by one whenever the same events and rules give other scores or states than before.
FORM: Final = "2"

#: The names in `meta` of the rules being applied (with the form of what they make), and of who applies them.
_NEXT_RULES: Final = "rescore_rules"
_NEXT_AUTHOR: Final = "rescore_author"

_LEADS_A_BATCH: Final = 200


def is_scored(conn: Connection, ruleset: Ruleset) -> bool:
    """Whether all scores were made under this very rule file, by this version of the scoring."""
    return read_meta(conn, RULES_HASH) == ruleset.hash and read_meta(conn, FORM_KEY) == FORM


def ensure_scored(conn: Connection, ruleset: Ruleset, progress: Progress, now: Callable[[], int] = now_ms) -> bool:
    """Rescore unless all scores were made under this very rule file; whether it was needed."""
    if is_scored(conn, ruleset):
        with transaction(conn):
            give_up(conn)
        return False
    rescore(conn, ruleset, progress, now)
    return True


def rescore(conn: Connection, ruleset: Ruleset, progress: Progress, now: Callable[[], int] = now_ms) -> None:
    """Build every score again from the events folded so far, and put them in force at once, while nobody else writes.

    One that was stopped half-way is gone on with. Events set aside are tried again. `now` gives ms.
    """
    work = Rescore.resumed(conn, ruleset, now) or Rescore.begun(conn, ruleset, Said("", now()), now)
    progress(*work.progress)
    while not work.step():
        progress(*work.progress)
    progress(*work.progress)
    while tidy(conn):
        pass


class Rescore:
    """One rescore of one database, going on or to be gone on with; belongs to the one connection that writes."""

    def __init__(self, conn: Connection, ruleset: Ruleset, now: Callable[[], int]) -> None:
        self.ruleset = ruleset
        self.is_done = False
        self._conn = conn
        self._now = now
        self._scorer = Scorer(ruleset)
        self._dictionary = Dictionary()
        self._projection = Projection(conn, NEXT)
        self._names: Names | None = None
        self._aside = all_aside_next(conn)
        self._last = int(read_meta(conn, REBUILT) or 0)
        self._total = count_living_leads(conn)
        self._done = count_leads_upto(conn, self._last)
        self._rounds = 0

    @classmethod
    def begun(cls, conn: Connection, ruleset: Ruleset, by: Said, now: Callable[[], int] = now_ms) -> Rescore:
        """A new one, for whoever asked for it; any other that goes on is given up."""
        with transaction(conn):
            begin_next(conn)
            keep_rule_version(conn, ruleset.hash, ruleset.text, by)
            write_meta(conn, _NEXT_RULES, _rules_of(ruleset))
            write_meta(conn, _NEXT_AUTHOR, by.author)
            write_meta(conn, REBUILT, "0")
        return cls(conn, ruleset, now)

    @classmethod
    def resumed(cls, conn: Connection, ruleset: Ruleset, now: Callable[[], int] = now_ms) -> Rescore | None:
        """The one that was stopped half-way under these rules; None: there is none."""
        return cls(conn, ruleset, now) if read_meta(conn, _NEXT_RULES) == _rules_of(ruleset) else None

    @property
    def progress(self) -> tuple[int, int]:
        """Leads done, and how many there are."""
        return min(self._done, self._total), self._total

    def step(self, limit: int = _LEADS_A_BATCH) -> bool:
        """Build the next leads in one transaction; whether that was all, and the new scores are in force."""
        try:
            while not self._is_built(limit):
                self._dictionary.clear()
        except BaseException:
            # What was learnt on the way to a transaction that did not happen is nobody's.
            self._dictionary.clear()
            self._names = None
            raise
        return self.is_done

    def _is_built(self, limit: int) -> bool:
        aside = self._aside
        try:
            with transaction(self._conn):
                found = [id for id, _ in living_leads(self._conn, self._last, limit)]
                # More and more at once: under a flood of events there are always some.
                most = limit << min(self._rounds, 20)
                again = leads_again(self._conn, most) if len(found) < limit else []
                self._build(found, again)
                is_last = len(found) < limit and len(again) < most
                if is_last:
                    self._put_in_force()
                else:
                    write_meta(self._conn, REBUILT, str(found[-1] if found else self._last))
        except PoisonedBatch as poisoned:
            with transaction(self._conn):
                set_aside_next(self._conn, [(seq, self._now(), each) for seq, each in poisoned.problems.items()])
            self._aside = aside | poisoned.problems.keys()
            return False
        self._last, self._done = (found[-1] if found else self._last), self._done + len(found)
        self._rounds += len(found) < limit
        self.is_done = is_last
        return True

    def _build(self, new: list[int], again: list[int]) -> None:
        """Fold leads into the tables beside; those taken again, or gone meanwhile, go first."""
        conn, names = self._conn, self._known_names()
        if again:
            self._projection.forget(again, names.models)
            taken_again(conn, again)
        leads = [*new, *living_of(conn, again)]
        upto = int(read_meta(conn, CURSOR) or 0)
        until = max(self._now(), int(read_meta(conn, SWEPT) or 0))
        aside = self._aside | all_passed_over(conn)
        histories = events_of_leads(conn, leads, upto, aside, self._dictionary)
        folded = [fold_again(self._scorer, lead, None, events, until) for lead, events in histories.items()]
        self._projection.save(projection_rows(conn, names, self._dictionary, folded))
        describe_next(conn, described_rows(folded))
        self._propose(folded, [*new, *again])

    def _propose(self, folded: Sequence[Folded], leads: Collection[int]) -> None:
        rows = proposals_of(self._conn, self.ruleset, folded, self._now())
        put_proposals(self._conn, self.ruleset.hash, leads, rows)

    def _put_in_force(self) -> None:
        conn, ruleset = self._conn, self.ruleset
        by = Said(read_meta(conn, _NEXT_AUTHOR) or "", self._now())
        swap_next(conn)
        drop_other_proposals(conn, ruleset.hash)
        if read_meta(conn, RULES_HASH) != ruleset.hash:
            rules_changed(conn, ruleset.hash, by)
        write_meta(conn, RULES_HASH, ruleset.hash)
        write_meta(conn, FORM_KEY, FORM)
        _forget(conn)

    def _known_names(self) -> Names:
        if self._names is None:
            self._names = Names(self._conn, self.ruleset, self._dictionary)
        return self._names


def tidy(conn: Connection, limit: int = 2_000) -> bool:
    """Take out some of the scores that were in force before, in one transaction; whether there were any."""
    with transaction(conn):
        return empty_old(conn, limit)


def give_up(conn: Connection) -> None:
    """Forget a rescore that goes on, inside the caller's transaction: its rules are wanted no more."""
    if read_meta(conn, _NEXT_RULES) is not None:
        drop_next(conn)
        _forget(conn)


def _forget(conn: Connection) -> None:
    for key in (_NEXT_RULES, _NEXT_AUTHOR, REBUILT):
        drop_meta(conn, key)


def _rules_of(ruleset: Ruleset) -> str:
    return f"{FORM} {ruleset.hash}"
