"""Privacy: for how long visits and leads are kept, and whose visits do not count."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.domain.times import months_before
from ripeline.errors import InvalidRequest
from ripeline.pages.desk import Desk, shown
from ripeline.pages.doing import fields_of, words
from ripeline.pages.own_people import OwnView, read_own
from ripeline.pages.said import Done, Undo
from ripeline.pages.settings_deeds import told
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.install import seen_origins
from ripeline.store.retention import Retention, read_retention, write_retention
from ripeline.store.retention_counts import idle_leads_about, old_visits_about

HERE: Final = "/settings/privacy"

#: Months there are to choose from; the last of each is the most there may be.
VISITS: Final = (3, 6, 9, 13, 18, 25)
LEADS: Final = (12, 24, 36)


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """`kept` is what is set, `asked` what is looked at; visits and leads are what the coming night takes under `asked`,
    estimated where counting takes too long (not `is_exact`).

    `before_visits` and `before_leads`: older than these moments (ms) they go. `may_set`: only the owner changes it.
    """

    kept: Retention
    asked: Retention
    visits: int
    leads: int
    is_exact: bool
    before_visits: int
    before_leads: int
    visit_months: tuple[int, ...]
    lead_months: tuple[int, ...]
    may_set: bool
    own: OwnView


def read_privacy(desk: Desk) -> PrivacyPage:
    """What is set, and what it takes; other months in the address are looked at before they are set."""
    now, kept = int(time.time() * 1000), read_retention(desk.conn)
    asked = _asked(desk.query, kept)
    before_visits, before_leads = months_before(now, asked.visits), months_before(now, asked.leads)
    visits, leads = old_visits_about(desk.conn, before_visits), idle_leads_about(desk.conn, before_leads)
    return PrivacyPage(
        kept=kept,
        asked=asked,
        visits=visits.number,
        leads=leads.number,
        is_exact=visits.is_exact and leads.is_exact,
        before_visits=before_visits,
        before_leads=before_leads,
        visit_months=VISITS,
        lead_months=LEADS,
        may_set=desk.role == "owner",
        own=read_own(desk, seen_origins(desk.conn)),
    )


def _asked(query: Mapping[str, str], kept: Retention) -> Retention:
    visits, leads = (query.get(name, "") for name in ("visits", "leads"))
    return Retention(
        int(visits) if visits in map(str, VISITS) else kept.visits,
        int(leads) if leads in map(str, LEADS) else kept.leads,
    )


show_privacy: Final = shown("marketer", "privacy.html", read_privacy)


@require("owner")
async def set_retention(request: Request) -> Response:
    """From the coming night on."""
    fields, gettext = await fields_of(request), words(request).gettext

    def done(before: Retention) -> Done:
        said = gettext("Saved: it holds from the coming night on.")
        return Done(said, Undo(HERE, {"visits": str(before.visits), "leads": str(before.leads)}))

    return await told(request, partial(_set, fields=fields), done, HERE)


def _set(conn: Connection, by: Said, fields: Mapping[str, str]) -> Retention:
    before = read_retention(conn)
    for name, months in (("visits", VISITS), ("leads", LEADS)):
        if fields.get(name, "") not in map(str, months):
            raise InvalidRequest(name, "is none of those there are to choose from")
    after = Retention(int(fields["visits"]), int(fields["leads"]))
    if after != before:
        write_retention(conn, after)
        add_audit(conn, by, "retention_changed", f"{before.visits}/{before.leads} → {after.visits}/{after.leads}")
    return before


ROUTES: Final = [
    Route(HERE, show_privacy, methods=["GET"]),
    Route(HERE, set_retention, methods=["POST"]),
]
