"""One rescore going on: every lead built again into tables beside those in force, which it then replaces at once.

It goes on batch by batch, in transactions of its own, while events are folded under the rules in force; what these
change after the rescore had it, the rescore takes again at the end. Its place is stored with its work, so it goes on
where it was when the process is killed. It tells nobody anything: what it would tell is proposed (`store.proposals`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ripeline.fold.batch import PoisonedBatch
from ripeline.fold.building import Answer, Builder, Built, Order
from ripeline.fold.crew import Crew
from ripeline.fold.folder import REBUILT, RULES_HASH, now_ms
from ripeline.fold.form import FORM, FORM_KEY
from ripeline.fold.rows import Names, session_rows
from ripeline.fold.uncollected import uncollected
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection, file_of, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.leads import count_leads_upto, count_living_leads, living_leads, living_of
from ripeline.store.meta import drop_meta, read_meta, write_meta
from ripeline.store.projection import Projection
from ripeline.store.proposals import drop_other_proposals, put_proposals
from ripeline.store.rescore import (
    NEXT,
    again_of,
    all_aside_next,
    begin_next,
    describe_next,
    leads_again,
    set_aside_next,
    swap_next,
    taken_again,
)
from ripeline.store.rule_versions import keep_rule_version, rules_changed, text_of_rules
from ripeline.store.shelf import SHELVED

log = logging.getLogger(__name__)

#: The names in `meta` of the rules being applied (with the form of what they make), and of who applies them.
_NEXT_RULES: Final = "rescore_rules"
_NEXT_AUTHOR: Final = "rescore_author"

_LEADS_A_BATCH: Final = 200

#: For fewer leads other processes are not worth their start.
_WORTH_A_CREW: Final = 5_000


class Rescore:
    """One rescore of one database, going on or to be gone on with; belongs to the one connection that writes."""

    def __init__(self, conn: Connection, ruleset: Ruleset, now: Callable[[], int]) -> None:
        self.ruleset = ruleset
        self.is_done = False
        self._conn = conn
        self._now = now
        self._dictionary = Dictionary()
        self._projection = Projection(conn, NEXT)
        with transaction(conn):
            self._names = Names(conn, ruleset, self._dictionary)
        self._builder = Builder(ruleset, self._names)
        self._aside = frozenset(all_aside_next(conn))
        self._last = self._ordered = int(read_meta(conn, REBUILT) or 0)
        self._total = count_living_leads(conn)
        self._done = count_leads_upto(conn, self._last)
        self._rounds = 0
        self._crew: Crew | None = None
        # Kept until it is written: a full disk must not cost leads their scores.
        self._answered: tuple[Order, Answer] | None = None

    @classmethod
    def begun(cls, conn: Connection, ruleset: Ruleset, by: Said, now: Callable[[], int] = now_ms) -> Rescore:
        """A new one, for whoever asked for it; any other that goes on is given up."""
        with transaction(conn):
            begin_next(conn)
            keep_rule_version(conn, ruleset.hash, ruleset.text, by)
            add_audit(conn, by, "rules_saved", ruleset.hash[:12])
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

    def hire(self, mates: int, worth: int = _WORTH_A_CREW) -> None:
        """Let so many processes build leads from now on, if at least `worth` are left; call `close` when it is over."""
        if mates and self._total - self._done >= worth:
            self._ordered = self._last
            self._crew = Crew(file_of(self._conn), self.ruleset, self._names, mates)

    def close(self) -> None:
        """Send the processes home, if there are any."""
        if self._crew is not None:
            self._crew.end()
            self._crew = self._answered = None

    def step(self, limit: int = _LEADS_A_BATCH, patience: float = 1.0) -> bool:
        """Build the next leads in one transaction; whether that was all, and the new scores are in force.

        `patience`: so many seconds it waits for the processes that were hired, and does nothing when none is ready.
        """
        # Ids of erased texts may have been given to others since.
        self._dictionary.clear()
        try:
            with uncollected():
                self._go_on(limit, patience)
        except BaseException:
            # What was learnt on the way to a transaction that did not happen is nobody's.
            self._dictionary.clear()
            raise
        return self.is_done

    def _go_on(self, limit: int, patience: float) -> None:
        if self._crew is None or not self._is_by_crew(self._crew, limit, patience):
            while not self._is_built(limit):
                self._dictionary.clear()

    def _is_by_crew(self, crew: Crew, limit: int, patience: float) -> bool:
        """Have leads built by the crew; False when this process is to go on by itself."""
        try:
            while crew.has_room and (leads := _ids(self._conn, self._ordered, limit)):
                crew.ask(Order(leads, self._aside, self._now()))
                self._ordered = leads[-1]
            if self._answered is None and not crew.is_idle:
                self._answered = crew.answer(patience)
        except (EOFError, OSError):
            log.warning("a process that helped with the rescore is gone: it goes on without")
            self.close()
            return False
        if self._answered is None:
            if crew.is_idle:
                self.close()
            return not crew.is_idle
        order, answer = self._answered
        while not isinstance(answer, Built):
            self._set_aside(answer)
            answer = self._builder.answer(self._conn, replace(order, aside=self._aside), Dictionary())
        with transaction(self._conn):
            self._write(answer.without(_changed(self._conn, answer.leads)))
            write_meta(self._conn, REBUILT, str(order.leads[-1]))
        self._has_built(order.leads)
        return True

    def _is_built(self, limit: int) -> bool:
        try:
            with transaction(self._conn):
                found = _ids(self._conn, self._last, limit)
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
            self._set_aside(poisoned.problems)
            return False
        self._has_built(found)
        self._rounds += len(found) < limit
        self.is_done = is_last
        return True

    def _build(self, new: list[int], again: list[int]) -> None:
        """Fold leads into the tables beside; those taken again, or gone meanwhile, go first."""
        if again:
            self._projection.forget(again, self._names.models)
            put_proposals(self._conn, self.ruleset.hash, again, [])
            taken_again(self._conn, again)
        order = Order([*new, *living_of(self._conn, again)], self._aside, self._now())
        self._write(self._builder.build(self._conn, order, self._dictionary))

    def _write(self, built: Built) -> None:
        built.rows.sessions = session_rows(self._conn, self._dictionary, built.sessions)
        self._projection.save(built.rows)
        describe_next(self._conn, built.described)
        put_proposals(self._conn, self.ruleset.hash, built.leads, built.proposals)

    def _has_built(self, leads: list[int]) -> None:
        self._last, self._done, self._answered = (leads[-1] if leads else self._last), self._done + len(leads), None

    def _set_aside(self, problems: dict[int, str]) -> None:
        with transaction(self._conn):
            set_aside_next(self._conn, [(seq, self._now(), each) for seq, each in problems.items()])
        self._aside |= problems.keys()

    def _put_in_force(self) -> None:
        conn, ruleset = self._conn, self.ruleset
        by = Said(read_meta(conn, _NEXT_AUTHOR) or "", self._now())
        swap_next(conn)
        drop_other_proposals(conn, ruleset.hash)
        if read_meta(conn, RULES_HASH) != ruleset.hash:
            rules_changed(conn, ruleset.hash, by)
        write_meta(conn, RULES_HASH, ruleset.hash)
        write_meta(conn, FORM_KEY, FORM)
        write_meta(conn, SHELVED, "0")
        forget_rescore(conn)


def coming_rules(conn: Connection) -> Ruleset | None:
    """The rules a rescore that goes on is applying, None when none does."""
    text = text_of_rules(conn, (read_meta(conn, _NEXT_RULES) or "").rpartition(" ")[2])
    return None if text is None else read_rules(text)


def is_going_on(conn: Connection) -> bool:
    """Whether there is a rescore to be gone on with."""
    return read_meta(conn, _NEXT_RULES) is not None


def forget_rescore(conn: Connection) -> None:
    """Its place is nobody's any more."""
    for key in (_NEXT_RULES, _NEXT_AUTHOR, REBUILT):
        drop_meta(conn, key)


def _ids(conn: Connection, after: int, limit: int) -> list[int]:
    return [id for id, _ in living_leads(conn, after, limit)]


def _changed(conn: Connection, leads: list[int]) -> set[int]:
    """Those of the leads that are no more what they were when they were read: gone, or to be taken again."""
    return {*leads} - {*living_of(conn, leads)} | again_of(conn, leads)


def _rules_of(ruleset: Ruleset) -> str:
    return f"{FORM} {ruleset.hash}"
