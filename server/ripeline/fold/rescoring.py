"""New rules taken by a running server: rescored beside the fold, put in force at once, in small steps."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from ripeline.errors import RipelineError
from ripeline.fold.folder import RULES_HASH
from ripeline.fold.keeper import Keeper
from ripeline.fold.rebuilding import Rescore
from ripeline.fold.rescore import ensure_scored, give_up, is_scored, processors, rescore, tidy
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.authors import Said
from ripeline.store.database import Connection, transaction
from ripeline.store.leads import count_living_leads
from ripeline.store.meta import read_meta
from ripeline.store.rule_versions import text_of_rules

log = logging.getLogger(__name__)

#: So many leads are rescored at once, if it takes no longer than so many seconds.
_SOON_DONE: Final = 2_000
_SOON: Final = 1.0

#: Leads a step, and how long one should take (seconds): events wait meanwhile, and some leads have done a lot.
_FEWEST: Final = 10
_MOST: Final = 1_000
_A_STEP: Final = 0.05
#: Seconds the writer waits for a process beside it before it looks for events again.
_PATIENCE: Final = 0.002


def rules_at_start(conn: Connection, ruleset: Ruleset, progress: Callable[[int, int], None]) -> Ruleset:
    """The rules to begin with when the file says `ruleset`: those, all scores made under them where that is soon done.

    Where it takes long, the rules of before are gone on with. When those cannot be (this version scores otherwise), it
    is the rules of the file, nothing is to be folded yet, and they are to be offered to `Rescoring`.
    """
    if is_scored(conn, ruleset):
        ensure_scored(conn, ruleset, progress)
    elif count_living_leads(conn) > _SOON_DONE or not rescore(conn, ruleset, progress, within=_SOON):
        return _rules_before(conn) or ruleset
    return ruleset


def _rules_before(conn: Connection) -> Ruleset | None:
    """The rules all scores were made under, None when they cannot be gone on with."""
    text = text_of_rules(conn, read_meta(conn, RULES_HASH) or "")
    try:
        before = None if text is None else read_rules(text)
    except RipelineError:
        return None
    return before if before is not None and is_scored(conn, before) else None


class Rescoring:
    """Offered rules become rules in force; belongs to the thread that writes.

    `taken` is called with them right before, and once more right after they are in force.
    """

    def __init__(self, conn: Connection, keeper: Keeper, taken: Callable[[Ruleset, bool], None]) -> None:
        self._conn = conn
        self._keeper = keeper
        self._taken = taken
        self._offered: tuple[Ruleset, Said] | None = None
        self._work: Rescore | None = None
        self._is_tidy = False
        self._leads = _FEWEST

    def offer(self, ruleset: Ruleset, by: Said) -> None:
        """Take these rules instead of any others that were offered before."""
        self._offered = (ruleset, by)

    @property
    def progress(self) -> tuple[str, int, int] | None:
        """The hash of the rules being applied, leads done and leads in all; None while nothing is going on."""
        work, offered = self._work, self._offered
        if work is not None:
            return (work.ruleset.hash, *work.progress)
        return (offered[0].hash, 0, 0) if offered is not None else None

    def step(self) -> int:
        """A little of what there is to do, in transactions of its own; 0 when there is nothing."""
        if self._offered is not None:
            ruleset, by = self._offered
            self._begin(ruleset, by)
            self._offered = None
        elif self._work is not None:
            self._go_on(self._work)
        elif self._is_tidy or not tidy(self._conn):
            self._is_tidy = True
            return 0
        return 1

    def _begin(self, ruleset: Ruleset, by: Said) -> None:
        self.close()
        if is_scored(self._conn, ruleset):
            # Back to what is in force.
            with transaction(self._conn):
                give_up(self._conn)
            if self._keeper.is_held:
                self._put_in_force(ruleset)
        else:
            self._work = Rescore.resumed(self._conn, ruleset) or Rescore.begun(self._conn, ruleset, by)
            # One processor is left to those who wait; even a single one serves them before a process beside it.
            self._work.hire(max(1, processors() - 1))

    def close(self) -> None:
        """Let go of what goes on: it is resumed when it is offered again."""
        if self._work is not None:
            self._work.close()
            self._work = None

    def _go_on(self, work: Rescore) -> None:
        self._taken(work.ruleset, False)
        began, before = time.monotonic(), work.progress
        is_done = work.step(self._leads, _PATIENCE)
        if work.progress != before:
            self._leads = _leads_of(self._leads, time.monotonic() - began)
        if is_done:
            work.close()
            self._work, self._is_tidy = None, False
            self._put_in_force(work.ruleset)

    def _put_in_force(self, ruleset: Ruleset) -> None:
        was_held = self._keeper.is_held
        self._keeper.adopt(ruleset)
        self._taken(ruleset, True)
        if was_held:
            log.warning("all scores are made anew; events are scored again")
        log.warning("new rules are in force: %s", ruleset.hash[:12])


def _leads_of(leads: int, took: float) -> int:
    """How many leads the next step takes, when these took so many seconds."""
    wanted = leads * 2 if took < _A_STEP / 2 else leads if took < _A_STEP * 2 else leads // 2
    return min(max(wanted, _FEWEST), _MOST)
