"""Who of a list of leads objects to being scored: nothing is missing to any band for them."""

from __future__ import annotations

from dataclasses import replace

from ripeline.fold.form import is_of_this_form
from ripeline.scoring.state import decode_state
from ripeline.store.database import Connection
from ripeline.store.projection import Projection
from ripeline.store.views import LeadSummary


def with_objections(conn: Connection, leads: tuple[LeadSummary, ...]) -> tuple[LeadSummary, ...]:
    """The same lines, with who objects marked; only who has no points can."""
    if not is_of_this_form(conn):
        # What another version wrote of them is not read; they are shown without the word until all is made anew.
        return leads
    states = Projection(conn).states([lead.id for lead in leads if not lead.score])
    objecting = {lead for lead, state, _ in states if decode_state(state).objects}
    return tuple(objector(lead) if lead.id in objecting else lead for lead in leads)


def objector(lead: LeadSummary) -> LeadSummary:
    """The line of a lead that objects."""
    return replace(lead, objects=True, next_band=None, missing=None)
