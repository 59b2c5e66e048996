"""After a restore: whoever was erased since the backup was made is erased again, by the list of erasures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from ripeline.errors import NotFound
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead
from ripeline.fold.forgetting import forget_visits
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.erasing import forget_visitors
from ripeline.store.erasures import Erased, Hasher, Kind, add_erased, read_erased
from ripeline.store.erasures_found import all_emails, all_events, all_visitors, leads_of_visitors, seqs_of_visitors

#: Events taken out at once.
_AT_ONCE: Final = 500


class Again(NamedTuple):
    """What was there again and went: leads, and events besides; `foreign` lines were made with another key."""

    leads: int = 0
    events: int = 0
    foreign: int = 0


def missing_lines(conn: Connection, lines: Iterable[Erased]) -> list[Erased]:
    """Those of the lines this database does not know: what was erased after it was copied."""
    known = set(read_erased(conn))
    return sorted({line for line in lines if line not in known})


def erase_again(desk: Desk, lines: Sequence[Erased]) -> Again:
    """Erase what these lines name, and write them down. Everything must be folded."""
    # Nobody does it a second time: the lines that are there stay the only ones.
    desk = replace(desk, by=Said("", desk.by.at))
    hashed = Hasher(desk.conn)
    ours = [line for line in lines if line.key == hashed.name]
    wanted: dict[Kind, set[str]] = {"email": set(), "visitor": set(), "event": set()}
    for line in ours:
        wanted[line.kind].add(line.hash)
    leads = _leads(desk, hashed, wanted["email"])
    more, events = _visits(desk, hashed, wanted)
    add_erased(desk.conn, lines)
    return Again(leads + more, events, len(lines) - len(ours))


def _leads(desk: Desk, hashed: Hasher, wanted: Collection[str]) -> int:
    if not wanted:
        return 0
    found = [id for id, email in all_emails(desk.conn) if hashed("email", email) in wanted]
    return sum(_is_erased(desk, lead) for lead in found)


def _is_erased(desk: Desk, lead: int) -> bool:
    try:
        erase_lead(desk, lead)
    except NotFound:
        # It went with the lead it is part of.
        return False
    return True


def _visits(desk: Desk, hashed: Hasher, wanted: dict[Kind, set[str]]) -> tuple[int, int]:
    """Take out the events of those browsers, and those events: how many leads went with them, how many events."""
    conn = desk.conn
    visitors = {id for id, key in all_visitors(conn) if hashed("visitor", key) in wanted["visitor"]}
    seqs = set(seqs_of_visitors(conn, visitors))
    if wanted["event"]:
        seqs |= {seq for seq, name in all_events(conn) if hashed("event", name) in wanted["event"]}
    leads, ordered = 0, sorted(seqs)
    for start in range(0, len(ordered), _AT_ONCE):
        leads += forget_visits(desk, ordered[start : start + _AT_ONCE])
    forget_visitors(conn, leads_of_visitors(conn, visitors), visitors)
    return leads, len(ordered)
