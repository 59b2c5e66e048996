"""What people add about a lead: points with a reason, attributes; events of the log, folded as such."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from ripeline.domain.event import IDENTIFY, OBJECTION, POINTS, Event
from ripeline.domain.fields import kept_fields
from ripeline.domain.points import to_thousandths
from ripeline.domain.wire import EMAIL_VISITOR, cleaned_values
from ripeline.domain.wire_text import cleaned
from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.desk import Desk, LeadKey
from ripeline.fold.marking import erase_event
from ripeline.identity.epochs import MIN
from ripeline.scoring.objections import objects
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.epochs import visitors_of_leads
from ripeline.store.leads import email_of
from ripeline.store.log_reading import events_by_seq, events_of_lead
from ripeline.store.log_rows import append_events
from ripeline.store.marks import find_events
from ripeline.store.visitors import given_visitors, tie_visitor

_MOST_POINTS: Final = 1_000_000
_LONGEST_REASON: Final = 500
_OWN_IDS: Final = f"{IDENTIFY}-"


@dataclass(frozen=True, slots=True)
class Points:
    """So many points in one model (None: the only one), and why; `id` of the event, so that a retry gives them once."""

    points: int | float
    reason: str
    model: str | None = None
    id: str = ""


def give_points(desk: Desk, key: LeadKey, given: Points) -> str:
    """Points a person gives (or takes): a ledger line at this moment, as engagement; the id of its event.

    Raises `NotFound`, `InvalidRequest` for no number, no reason, an unknown model, and `Conflict` when the lead objects
    to being scored or the id was given to something else.
    """
    if not abs(given.points) <= _MOST_POINTS or not to_thousandths(given.points):
        raise InvalidRequest("points", f"must be a number other than 0, at most {_MOST_POINTS}")
    reason = cleaned(given.reason)
    if not 0 < len(reason) <= _LONGEST_REASON:
        raise InvalidRequest("reason", f"say why, in at most {_LONGEST_REASON} characters")
    if is_objecting(desk.conn, desk.lead(key)):
        raise Conflict("the lead objects to being scored")
    props = {"model": desk.model(given.model), "points": given.points, "reason": reason, "by": desk.by.author}
    return _append(desk, key, given.id, on=POINTS, props=props)


def tell_attributes(desk: Desk, key: LeadKey, attributes: dict[str, Any]) -> str:
    """What is so about a lead from now on, by a source we trust: it replaces what was known; the id of its event.

    Before this moment things stay as they were known then. Raises `NotFound`, and `InvalidRequest` for an e-mail
    (that is who the lead is) and for nothing.
    """
    if "email" in attributes:
        raise InvalidRequest("email", "is who the lead is: send an identify event, or merge two leads")
    told = cleaned_values(attributes)
    if not told or len(told) < len(attributes):
        raise InvalidRequest("attributes", "each needs a value that is not empty")
    if kept_fields(told, {}) != told:
        raise InvalidRequest("attributes", "passwords, cards, IBANs and social security numbers are never kept")
    return _append(desk, key, "", on=IDENTIFY, traits=told)


def say(desk: Desk, key: LeadKey, on: str, props: dict[str, Any]) -> str:
    """An event of the log that a person makes of a lead at this moment; its id. Raises `NotFound`."""
    return _append(desk, key, "", on=on, props=props)


def take_back(desk: Desk, key: LeadKey, id: str) -> None:
    """Points, attributes or an objection a person noted were a slip: as if never said. Raises `NotFound`."""
    lead = desk.lead(key)
    visitors = given_visitors(desk.conn, visitors_of_leads(desk.conn, [lead]))
    found = find_events(desk.conn, id)
    said = events_by_seq(desk.conn, [event.seq for event in found if event.visitor in visitors])
    if not said or any(event.on not in (POINTS, IDENTIFY, OBJECTION) or _is_from_outside(event) for event in said):
        raise NotFound("word of a person", id)
    erase_event(desk, id)


def is_objecting(conn: Connection, lead: int) -> bool:
    """Whether the lead objects to being scored, by all that is in the log of it."""
    return objects(sorted(events_of_lead(conn, lead), key=lambda event: event.order))


def _is_from_outside(event: Event) -> bool:
    """Whether a program sent it, and not a person at a desk, who need give no id."""
    return event.on == IDENTIFY and not event.id.startswith(_OWN_IDS)


def _append(desk: Desk, key: LeadKey, id: str, **what: Any) -> str:
    lead, at = desk.lead(key), desk.by.at
    email = email_of(desk.conn, lead)
    event = Event(
        id=id or f"{what['on']}-{secrets.token_hex(12)}",
        visitor=EMAIL_VISITOR + email if email else tie_visitor(desk.conn, lead, MIN),
        at=at,
        received_at=at,
        email=email,
        verified=True,
        **what,
    )
    # Of its own: what this one learns is nobody's should the transaction fail.
    (is_new,) = append_events(desk.conn, [event], Dictionary())
    if not is_new and not _is_said(desk, lead, event):
        raise Conflict(f"the id {event.id!r} is of another event: nothing was done; give each its own")
    return event.id


def _is_said(desk: Desk, lead: int, event: Event) -> bool:
    """Whether the event of that id says just this of this lead: somebody tries again."""
    stored = events_by_seq(desk.conn, [found.seq for found in find_events(desk.conn, event.id)])
    (said,) = [each for each in stored if each.site == event.site]
    # Nobody has the visitor yet where the first try waits to be folded.
    is_of_lead = said.email == event.email is not None or said.visitor in visitors_of_leads(desk.conn, [lead])
    return is_of_lead and said.on == event.on and _words(said) == _words(event)


def _words(event: Event) -> dict[str, Any]:
    return {key: value for key, value in (event.props or {}).items() if key != "by"}
