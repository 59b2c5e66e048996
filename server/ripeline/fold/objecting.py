"""A lead objects to being scored, or objects no longer: a fact in the log, from which no score is made any more."""

from __future__ import annotations

from typing import Final

from ripeline.domain.event import OBJECTION
from ripeline.domain.wire_text import cleaned
from ripeline.errors import Conflict, InvalidRequest
from ripeline.fold.desk import Desk, LeadKey
from ripeline.fold.saying import is_objecting, say
from ripeline.store.audit import add_audit

LONGEST_NOTE: Final = 500


def note_objection(desk: Desk, key: LeadKey, stands: bool, note: str = "") -> str:
    """Write down that the lead objects from now on (`stands`), or objects no longer; the id of the event.

    Raises `NotFound`, `InvalidRequest` for a long note, and `Conflict` when it is so already.
    """
    note = cleaned(note)
    if len(note) > LONGEST_NOTE:
        raise InvalidRequest("note", f"at most {LONGEST_NOTE} characters")
    lead = desk.lead(key)
    if is_objecting(desk.conn, lead) == stands:
        raise Conflict("the lead objects already" if stands else "the lead does not object")
    props = {"objects": stands, "by": desk.by.author} | ({"note": note} if note else {})
    add_audit(desk.conn, desk.by, "objection_noted" if stands else "objection_withdrawn", lead=lead)
    return say(desk, lead, OBJECTION, props)
