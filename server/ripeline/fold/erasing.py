"""Erasing a person, for good: every event, what was folded and said, and then the texts nobody else used."""

from __future__ import annotations

from ripeline.fold.desk import Desk, LeadKey
from ripeline.fold.folder import CURSOR
from ripeline.fold.rebuilding import coming_rules
from ripeline.fold.rows import names_of as names_in
from ripeline.store.audit import add_audit
from ripeline.store.database import Connection
from ripeline.store.epochs import visitors_of_leads
from ripeline.store.erasing import (
    all_ids_of,
    doubt_entries,
    erase_events,
    erase_for_good,
    erase_leads,
    said_elsewhere,
)
from ripeline.store.erasing_texts import Unused, erase_texts, unused_texts
from ripeline.store.erasures import list_erased, names_of
from ripeline.store.log_reading import events_of_lead
from ripeline.store.marks import leads_of_visitors_of
from ripeline.store.meta import read_meta


def erase_lead(desk: Desk, key: LeadKey) -> int:
    """Erase a lead with all it did and all that was said of it; how many events that was. Raises `NotFound`.

    Other people who used the same machine keep what is theirs. Texts that nobody else used wait for `erase_unused`.
    """
    lead, conn = desk.lead(key), desk.conn
    leads, elsewhere = all_ids_of(conn, lead), said_elsewhere(conn, all_ids_of(conn, lead))
    visitors = {*visitors_of_leads(conn, [lead]), *(visitor for _, visitor in elsewhere)}
    seqs = {*(event.seq for event in events_of_lead(conn, lead)), *(seq for seq, _ in elsewhere)}
    others = leads_of_visitors_of(conn, [seq for seq, _ in elsewhere])
    named = names_of(conn, leads, visitors, seqs)
    erase_for_good(conn, True)
    try:
        doubt_entries(conn, lead)
        erase_events(conn, seqs)
        desk.folder.drop_lead(lead)
        erase_leads(conn, leads, visitors)
        desk.forget()
        desk.folder.refold({*others} - {lead}, visitors, quiet=True)
    finally:
        erase_for_good(conn, False)
    if desk.by.author:
        # What the night took is one line, not one of each, and the night after a restore takes it again.
        list_erased(conn, named, desk.by.at)
        add_audit(conn, desk.by, "lead_erased", lead=lead)
    return len(seqs)


def find_unused(conn: Connection) -> Unused | None:
    """What of erased events nobody uses any more; None: there is nothing to look for. Reads the whole log."""
    return unused_texts(conn, int(read_meta(conn, CURSOR) or 0))


def erase_unused(desk: Desk, unused: Unused) -> None:
    """Erase those texts and sources, but for what was used since."""
    coming = coming_rules(desk.conn)
    names = names_in(desk.ruleset) | (names_in(coming) if coming is not None else set())
    erase_for_good(desk.conn, True)
    try:
        erase_texts(desk.conn, unused, names)
        desk.forget()
    finally:
        erase_for_good(desk.conn, False)
