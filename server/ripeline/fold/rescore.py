"""Scores made again from all events: when that is needed, done while nobody waits, and given up."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import Final

from ripeline.fold.folder import RULES_HASH, now_ms
from ripeline.fold.form import FORM, FORM_KEY
from ripeline.fold.rebuilding import Rescore, forget_rescore, is_going_on
from ripeline.rules.model import Ruleset
from ripeline.store.authors import Said
from ripeline.store.database import Connection, transaction
from ripeline.store.meta import read_meta
from ripeline.store.rescore import drop_next, empty_old

#: Called with (leads done, leads in all).
Progress = Callable[[int, int], None]

_LEADS_A_BATCH: Final = 1_000
#: The same where the clock is looked at in between.
_LEADS_A_LOOK: Final = 100


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


def rescore(
    conn: Connection,
    ruleset: Ruleset,
    progress: Progress,
    now: Callable[[], int] = now_ms,
    within: float | None = None,
) -> bool:
    """Build every score again from the events folded so far, and put them in force at once, while nobody else writes.

    One that was stopped half-way is gone on with. Events set aside are tried again. `now` gives ms. False when it is
    not done `within` so many seconds: it is to be gone on with.
    """
    work = Rescore.resumed(conn, ruleset, now) or Rescore.begun(conn, ruleset, Said("", now()), now)
    until, leads = (time.monotonic() + within, _LEADS_A_LOOK) if within is not None else (math.inf, _LEADS_A_BATCH)
    work.hire(processors())
    try:
        progress(*work.progress)
        while not work.step(leads):
            progress(*work.progress)
            if time.monotonic() > until:
                return False
    finally:
        work.close()
    progress(*work.progress)
    while tidy(conn):
        pass
    return True


def processors() -> int:
    """How many processes can compute at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def tidy(conn: Connection, limit: int = 2_000) -> bool:
    """Take out some of the scores that were in force before, in one transaction; whether there were any."""
    with transaction(conn):
        return empty_old(conn, limit)


def give_up(conn: Connection) -> None:
    """Forget a rescore that goes on, inside the caller's transaction: its rules are wanted no more."""
    if is_going_on(conn):
        drop_next(conn)
        forget_rescore(conn)
