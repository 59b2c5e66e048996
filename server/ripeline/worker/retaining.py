"""Every night what was kept long enough goes: a little at a time, between everything else."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, timedelta
from functools import partial
from typing import Final

from ripeline.domain.times import months_before
from ripeline.errors import NotFound, RipelineError
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.fold.folder import now_ms
from ripeline.fold.forgetting import forget_visits
from ripeline.fold.noting import KEPT_MS
from ripeline.running import Running
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.copies import drop_old_copies
from ripeline.store.database import Connection, DatabaseError
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.notes import forget_notes
from ripeline.store.retention import LAST_NIGHT, SPAN, idle_leads, last_visitor, old_visits, read_retention
from ripeline.templating.times import local

log = logging.getLogger(__name__)

#: From this hour on, in the zone of the rules, when hardly anybody visits.
_HOUR: Final = 3
_EVERY: Final = 60.0
_A_WEEK: Final = timedelta(days=7)
#: Events forgotten, and leads looked at, in one transaction.
_AT_ONCE: Final = 200


async def keep_no_longer(running: Running) -> None:
    """See to it once a night, for as long as the server runs."""
    await running.scored_again()
    while True:
        try:
            await see_to_it(running, now_ms())
        except (RipelineError, DatabaseError) as error:
            # The next minute tries again: what is done by then stays done.
            log.warning("what was kept long enough is looked at again: %s", error)
        await asyncio.sleep(_EVERY)


async def see_to_it(running: Running, now: int) -> bool:
    """Forget what is due at `now` (ms), if this night has not been seen to; whether it was done.

    Not on the day it is asked first: whoever has just upgraded, or brought a history in, reads first what would go.
    Nor when more than a week seems to have passed: a clock that runs ahead for a day must not cost what is kept.
    """
    moment = local(now, running.rules.ruleset.timezone)
    night, last = moment.date(), await asyncio.to_thread(_last_night, running)
    if last is None or abs(night - last) > _A_WEEK:
        await running.write(partial(_seen_to, night=night.isoformat(), done=(0, 0), at=now))
        return False
    if moment.hour < _HOUR or last >= night:
        return False
    visits, leads = await forget(running, now)
    await running.write(partial(_seen_to, night=night.isoformat(), done=(visits, leads), at=now))
    if visits or leads:
        await running.erase_unused()
    return True


async def forget(running: Running, now: int) -> tuple[int, int]:
    """Take out what has been kept long enough by `now` (ms): how many visits, how many leads."""
    with running.database.read() as conn:
        kept, last = read_retention(conn), last_visitor(conn)
    await running.write(partial(forget_notes, moment=now - KEPT_MS))
    await asyncio.to_thread(drop_old_copies, running.settings.data, now)
    visits = leads = 0
    for after in range(0, last, SPAN):
        while seqs := await asyncio.to_thread(_visits, running, months_before(now, kept.visits), after):
            leads += await running.do(partial(forget_visits, seqs=seqs), "")
            visits += len(seqs)
    after = 0
    while found := await asyncio.to_thread(_leads, running, months_before(now, kept.leads), after):
        for lead in found:
            leads += await running.do(partial(_erase, lead=lead), "")
        after = found[-1]
    return visits, leads


def _erase(desk: Desk, lead: int) -> bool:
    try:
        erase_lead(desk, lead)
    except NotFound:
        # Erased by somebody, or part of another lead, since it was found.
        return False
    return True


def _visits(running: Running, cutoff: int, after: int) -> list[int]:
    with running.database.read() as conn:
        return old_visits(conn, cutoff, after, _AT_ONCE)


def _leads(running: Running, cutoff: int, after: int) -> list[int]:
    with running.database.read() as conn:
        return idle_leads(conn, cutoff, after, _AT_ONCE)


def _last_night(running: Running) -> date | None:
    with running.database.read() as conn:
        kept = read_meta(conn, LAST_NIGHT)
    return date.fromisoformat(kept) if kept else None


def _seen_to(conn: Connection, night: str, done: tuple[int, int], at: int) -> None:
    write_meta(conn, LAST_NIGHT, night)
    if any(done):
        add_audit(conn, Said("", at), "retention_done", "visits {}, leads {}".format(*done))
