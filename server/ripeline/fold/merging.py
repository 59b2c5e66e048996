"""Two leads that are one person, and a visitor who is somebody else: said by a person, and taken back by one."""

from __future__ import annotations

from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.desk import Desk, LeadKey
from ripeline.store.audit import add_audit
from ripeline.store.database import Connection
from ripeline.store.detachments import drop_detachments
from ripeline.store.epochs import epochs_of_visitors, visitors_of_leads
from ripeline.store.handoff_rows import move_handoffs
from ripeline.store.leads import email_of, merge_leads
from ripeline.store.looks import drop_looks
from ripeline.store.merge_rows import (
    Merge,
    add_merge,
    emails_of,
    end_merge,
    facts_of,
    give_back,
    merge_in_force,
    merged_into,
    read_under,
    take_along,
)
from ripeline.store.reading_lead import own_id_of
from ripeline.store.visitors import visitor_named, visitor_of_lead

#: Only a circle could be longer, and there are none.
_LONGEST_CHAIN = 1_000


def merge(desk: Desk, key: LeadKey, other: LeadKey) -> int:
    """Read the `other` lead under the first from now on: all events of both, folded as one; the id of the one.

    A lead that is known reads one that is anonymous, also when it is the other: the two have its name then.
    Hand-offs, verdicts and outcomes go along, and of two hand-offs that sales has in one model that of the lead that
    reads stays. Raises `NotFound`, and `Conflict` when the two are one already.
    """
    into, gone = desk.lead(key), desk.lead(other)
    if into == gone:
        raise Conflict("the two are one lead already")
    if email_of(desk.conn, into) is None and email_of(desk.conn, gone) is not None:
        into, gone = gone, into
    moved = facts_of(desk.conn, gone)
    move_handoffs(desk.conn, gone, into, desk.by.at)
    take_along(desk.conn, moved, into)
    drop_looks(desk.conn, [gone])
    add_merge(desk.conn, gone, into, desk.by, moved)
    merge_leads(desk.conn, [(gone, into)])
    desk.folder.drop_lead(gone)
    desk.folder.refold([into])
    add_audit(desk.conn, desk.by, "leads_merged", f"+ {gone}", into)
    return into


def undo_merge(desk: Desk, key: LeadKey, other: LeadKey) -> int:
    """Give back the `other` lead, that a person put into the first (or the first into it): both are as without.

    The id of the one given back. Nobody is told anything. Raises `NotFound`, and `Conflict` when no such merge is in
    force, or one of the two was anonymous and all its visitors have left it by now.
    """
    root = desk.lead(key)
    found = _merge_of(desk, other) or _merge_into(desk, key, other)
    if found is None or desk.lead(found.gone) != root:
        raise Conflict("no person merged that lead into this one")
    end_merge(desk.conn, found.id, desk.by.at)
    read_under(desk.conn, found.gone, None)
    if any(_is_nobody(desk.conn, lead) for lead in (found.gone, root)):
        raise Conflict("nothing is left of one of the two: its visitor turned out to be somebody else")
    give_back(desk.conn, found)
    desk.folder.refold([root, found.gone], quiet=True)
    add_audit(desk.conn, desk.by, "merge_undone", f"- {found.gone}", root)
    return found.gone


def detach(desk: Desk, key: LeadKey, visitor: str) -> int:
    """Take a visitor out of a lead: its events are an anonymous lead of their own, whose id this gives.

    It stays out, even when it says again that it is this person. Raises `NotFound`, and `InvalidRequest` for what
    is no visitor of its own: what was said by e-mail, and an anonymous lead with no other visitor.
    """
    lead = desk.lead(key)
    found = visitor_of_lead(desk.conn, lead, visitor)
    if found is None:
        raise NotFound("visitor of this lead", visitor)
    if found.is_given:
        raise InvalidRequest("visitor", "was made for this lead and has no browser: it cannot be somebody else")
    emails = emails_of(desk.conn, lead)
    if found.is_alone and not emails:
        raise InvalidRequest("visitor", "is a lead of its own already")
    add_audit(desk.conn, desk.by, "visitor_detached", lead=lead)
    return desk.folder.take_out(found.id, lead, emails, desk.by)


def take_back_detach(desk: Desk, key: LeadKey, visitor: str) -> None:
    """The visitor is this person's after all: what it did and said is the lead's again. Nobody is told anything.

    Raises `NotFound`, and `Conflict` for a visitor that is not by itself.
    """
    lead, found = desk.lead(key), visitor_named(desk.conn, visitor)
    if found is None:
        raise NotFound("visitor", visitor)
    was_out = drop_detachments(desk.conn, found, emails_of(desk.conn, lead))
    desk.folder.refold([lead], [found], quiet=True)
    alone = {root for _, email, root, _ in epochs_of_visitors(desk.conn, [found])[found] if email is None} - {lead}
    if not was_out and not alone:
        raise Conflict("the visitor is somebody's already")
    # What it did without a name was this lead's only because a person had said so.
    for each in alone:
        merge(desk, lead, each)


def _is_nobody(conn: Connection, lead: int) -> bool:
    """Whether it has no name, and no visitor any more."""
    return email_of(conn, lead) is None and not visitors_of_leads(conn, [lead])


def _merge_into(desk: Desk, key: LeadKey, other: LeadKey) -> Merge | None:
    """The merge by which a person put the first lead right into the other."""
    found = _merge_of(desk, key)
    return found if found is not None and found.into == own_id_of(desk.conn, other) else None


def _merge_of(desk: Desk, key: LeadKey) -> Merge | None:
    """The merge by which a person put away the lead named so, or the one that lead had become part of by itself."""
    lead = own_id_of(desk.conn, key)
    for _ in range(_LONGEST_CHAIN):
        found = merge_in_force(desk.conn, lead)
        into = merged_into(desk.conn, lead)
        if found is not None or into is None:
            return found
        lead = into
    return None
