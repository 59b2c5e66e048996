"""Events that turn out to be of a machine, or of a person after all, and events that are erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ripeline.errors import Conflict, NotFound
from ripeline.fold.desk import Desk
from ripeline.store.audit import add_audit
from ripeline.store.erasing import erase_events, forget_visitors
from ripeline.store.erasures import list_erased, names_of
from ripeline.store.marks import (
    MarkedEvent,
    events_of_reason,
    find_events,
    leads_of_visitors_of,
    mark_events,
    suspect_events,
)
from ripeline.store.visitors import given_visitors

#: Events of one reason marked in one transaction.
AT_ONCE: Final = 200


def mark(desk: Desk, id: str, suspect: bool) -> None:
    """Say that an event is suspect (worth nothing), or that it is not: its lead is as if it had come in so.

    Reversible. Raises `NotFound`, and `Conflict` when it is so already.
    """
    found = _found(desk, id)
    if all(event.is_suspect == suspect for event in found):
        raise Conflict("the event is suspect already" if suspect else "the event is not suspect")
    _mark(desk, found, suspect)


def mark_reason(desk: Desk, reason: str, suspect: bool, until: int) -> int:
    """Clear events that are suspect for this reason, or mark those of it again that people cleared; how many.

    Only some at once, up to that `seq`: to be done again until there are none, so that events may come in between.
    """
    found = events_of_reason(desk.conn, reason, not suspect, until, AT_ONCE)
    _mark(desk, found, suspect)
    if found:
        add_audit(desk.conn, desk.by, "suspects_changed", f"{reason}: {len(found)}")
    return len(found)


def suspect_late(desk: Desk, ids: Sequence[str], reason: str) -> None:
    """Events that give themselves away only by what came after them: suspect, as if they had come in so."""
    found = [event for id in ids for event in find_events(desk.conn, id) if not event.is_suspect]
    seqs = [event.seq for event in found]
    suspect_events(desk.conn, seqs, reason)
    _refold(desk, found, leads_of_visitors_of(desk.conn, seqs))


def erase_event(desk: Desk, id: str) -> None:
    """Take an event out of the log for ever; its lead is as if it had never come. Raises `NotFound`."""
    found = _found(desk, id)
    seqs = [event.seq for event in found]
    leads = leads_of_visitors_of(desk.conn, seqs)
    named = names_of(desk.conn, (), {event.visitor for event in found}, seqs)
    erase_events(desk.conn, seqs)
    # Made only for what was said: empty it would be a lead of its own.
    forget_visitors(desk.conn, leads, given_visitors(desk.conn, {event.visitor for event in found}))
    desk.forget()
    list_erased(desk.conn, named, desk.by.at)
    add_audit(desk.conn, desk.by, "event_erased", lead=leads[0] if leads else None)
    _refold(desk, found, leads)


def _mark(desk: Desk, events: list[MarkedEvent], suspect: bool) -> None:
    seqs = [event.seq for event in events]
    mark_events(desk.conn, seqs, suspect, desk.by)
    _refold(desk, events, leads_of_visitors_of(desk.conn, seqs))


def _refold(desk: Desk, events: list[MarkedEvent], leads: list[int]) -> None:
    desk.folder.refold(leads, {event.visitor for event in events})


def _found(desk: Desk, id: str) -> list[MarkedEvent]:
    found = find_events(desk.conn, id)
    if not found:
        raise NotFound("event", id)
    return found
