"""Own people left out: what visitors of an own e-mail domain did is suspect and worth nothing, until that is undone."""

from __future__ import annotations

from collections.abc import Sequence

from ripeline.fold.desk import Desk
from ripeline.store.own_people import (
    LeftOut,
    clear_own_people,
    forget_domain,
    leads_of_visitors,
    leave_out,
    mark_own_people,
    take_back,
    visitor_of_domain,
    visitors_of_domain,
)


def leave_out_domain(desk: Desk, domain: str) -> None:
    """From now on whoever has an e-mail there is one of us, and so was everybody who had one."""
    leave_out(desk.conn, LeftOut("domain", domain, desk.by.at), desk.by.author)
    _mark(desk, visitors_of_domain(desk.conn, domain))


def take_domain_back(desk: Desk, domain: str) -> None:
    """Who was left out for that domain only counts again, with all they did meanwhile."""
    take_back(desk.conn, "domain", domain)
    visitors = forget_domain(desk.conn, domain)
    leads = leads_of_visitors(desk.conn, visitors)
    clear_own_people(desk.conn, visitors)
    desk.folder.refold(leads, visitors)


def leave_out_visitor(desk: Desk, key: str, domain: str) -> None:
    """This visitor has just said to be of that domain: what they did before is suspect too."""
    _mark(desk, visitor_of_domain(desk.conn, key, domain))


def _mark(desk: Desk, visitors: Sequence[int]) -> None:
    leads = leads_of_visitors(desk.conn, visitors)
    mark_own_people(desk.conn, visitors)
    desk.folder.refold(leads, visitors)
