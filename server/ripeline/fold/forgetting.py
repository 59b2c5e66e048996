"""Visits that were kept long enough: out of the log, and their leads folded again from what is left."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ripeline.domain.event import BOUNCE, EMAIL_OPEN, POINTS
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.store.erasing import doubt_entries, erase_events, erase_for_good
from ripeline.store.log_reading import events_of_lead
from ripeline.store.marks import leads_of_visitors_of
from ripeline.store.retention import keep_last_actions, leads_without_events

#: What is done to somebody, or by one of us, is no action of theirs.
_NOT_THEIRS: Final = frozenset({EMAIL_OPEN, BOUNCE, POINTS})


def forget_visits(desk: Desk, seqs: Collection[int]) -> int:
    """Take these events out of the log for ever; nobody is told what that changes. How many leads went with them.

    A lead nobody knows goes when nothing is left of it; of the others stays when they last did something.
    """
    conn = desk.conn
    leads = leads_of_visitors_of(conn, list(seqs))
    keep_last_actions(conn, [(lead, at) for lead in leads if (at := _last_action(desk, lead)) is not None])
    erase_for_good(conn, True)
    try:
        for lead in leads:
            doubt_entries(conn, lead)
        erase_events(conn, seqs)
        desk.forget()
        desk.folder.refold(leads, quiet=True)
    finally:
        erase_for_good(conn, False)
    empty = leads_without_events(conn, leads)
    for lead in empty:
        erase_lead(desk, lead)
    return len(empty)


def _last_action(desk: Desk, lead: int) -> int | None:
    """When the lead last did something itself (ms)."""
    return max(
        (e.at for e in events_of_lead(desk.conn, lead) if e.on not in _NOT_THEIRS and not e.suspect), default=None
    )
