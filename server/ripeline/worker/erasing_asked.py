"""`ripeline erase` beside a running server: the server looks once a second whom it is asked to erase."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Final

from ripeline.errors import NotFound, RipelineError
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.running import Running
from ripeline.store.audit import COMMAND_LINE
from ripeline.store.database import DatabaseError
from ripeline.store.erasures_asked import asked_erasures, erasure_done

log = logging.getLogger(__name__)

_EVERY: Final = 1.0


async def erase_asked(running: Running) -> None:
    """Finish an erasure that was cut short, and look for others for as long as the server runs."""
    await running.scored_again()
    await running.erase_unused()
    while True:
        try:
            if leads := await asyncio.to_thread(_asked, running):
                # What is not folded yet could belong to somebody else.
                await running.settled()
                for lead in leads:
                    await running.do(partial(_erase, lead=lead), COMMAND_LINE)
                await running.erase_unused()
        except (RipelineError, DatabaseError) as error:
            log.warning("who is to be erased is looked at again: %s", error)
        await asyncio.sleep(_EVERY)


def _asked(running: Running) -> list[int]:
    with running.database.read() as conn:
        return asked_erasures(conn)


def _erase(desk: Desk, lead: int) -> None:
    # Somebody else may have been faster.
    with suppress(NotFound):
        erase_lead(desk, lead)
    erasure_done(desk.conn, lead)
