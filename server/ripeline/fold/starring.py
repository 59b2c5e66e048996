"""A star beside an event: what a person says mattered. It changes no score; who writes the rules reads it."""

from __future__ import annotations

from ripeline.errors import NotFound
from ripeline.fold.desk import Desk, LeadKey
from ripeline.store.log_reading import events_of_lead
from ripeline.store.stars import turn_star


def star(desk: Desk, key: LeadKey, seq: int) -> bool:
    """Give the person's star to an event of the lead, by its place in the log, or take it back; whether it has it now.

    Raises `NotFound`.
    """
    lead = desk.lead(key)
    if all(event.seq != seq for event in events_of_lead(desk.conn, lead)):
        raise NotFound("event", seq)
    return turn_star(desk.conn, seq, desk.by)
