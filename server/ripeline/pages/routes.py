"""The pages people see."""

from __future__ import annotations

import time
from functools import partial
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ripeline.auth.guard import public, require
from ripeline.pages.alerts import ROUTES as ALERTS_ROUTES
from ripeline.pages.alerts_deeds import ROUTES as ALERTS_DEEDS
from ripeline.pages.desk import running_of, shown
from ripeline.pages.handoff_forms import ROUTES as HANDOFF_ROUTES
from ripeline.pages.install import read_install
from ripeline.pages.install_arrival import read_arrival
from ripeline.pages.lead import read_lead
from ripeline.pages.lead_export import ROUTES as EXPORT_ROUTES
from ripeline.pages.lead_forms_merge import ROUTES as MERGE_ROUTES
from ripeline.pages.lead_forms_notes import ROUTES as NOTE_ROUTES
from ripeline.pages.lead_forms_objection import ROUTES as OBJECTION_ROUTES
from ripeline.pages.lead_forms_person import ROUTES as PERSON_ROUTES
from ripeline.pages.lead_forms_word import ROUTES as WORD_ROUTES
from ripeline.pages.leads_doors import ROUTES as LEADS_ROUTES
from ripeline.pages.live import ROUTES as LIVE_ROUTES
from ripeline.pages.outcomes_forms import ROUTES as OUTCOMES_ROUTES
from ripeline.pages.own_people import ROUTES as OWN_ROUTES
from ripeline.pages.ready import read_ready
from ripeline.pages.ready_csv import ROUTES as READY_CSV_ROUTES
from ripeline.pages.score_this import ROUTES as SCORE_ROUTES
from ripeline.pages.settings_page import ROUTES as SETTINGS_ROUTES
from ripeline.pages.sites_page import HERE as SITES
from ripeline.pages.stars import ROUTES as STAR_ROUTES
from ripeline.pages.static import serve_asset
from ripeline.pages.suspects import change_suspects, show_suspects
from ripeline.pages.tuning import ROUTES as TUNING_ROUTES
from ripeline.pages.verdict_link import ROUTES as VERDICT_ROUTES
from ripeline.sightings import origin_of
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.install import disown_origin, own_origin


@public
async def show_first_page(_: Request) -> Response:
    return RedirectResponse("/ready", 303)


show_ready: Final = shown("sales", "ready.html", read_ready)
show_lead: Final = shown("sales", "lead.html", read_lead)
show_install: Final = shown("marketer", "install.html", read_install)
#: The part of the Install page that is asked again while it waits.
show_arrival: Final = shown("marketer", "arrival.html", read_arrival)


@require("marketer")
async def change_origin(request: Request) -> Response:
    """ "This one is mine", and back; what is typed may be any address of the site."""
    form = await request.form(max_files=0, max_fields=5, max_part_size=4_096)
    asked = {name: str(form.get(name, "")).strip() for name in ("origin", "mine", "banner", "back")}
    back = {"banner": asked["banner"]} if asked["banner"] else {}
    page = asked["back"] if asked["back"] == SITES else "/install"
    by = Said(request.state.user.email, int(time.time() * 1000))
    origin = origin_of(asked["origin"] if "//" in asked["origin"] else f"https://{asked['origin']}")
    if origin and asked["mine"] == "yes":
        await running_of(request).write(partial(_own, by=by, origin=origin))
    elif origin:
        await running_of(request).write(partial(_disown, by=by, origin=origin))
    elif asked["origin"]:
        back["wrong"] = "1"
    return RedirectResponse(page + (f"?{urlencode(back)}#sites" if back else ""), 303)


def _own(conn: Connection, by: Said, origin: str) -> None:
    own_origin(conn, origin, by.at)
    add_audit(conn, by, "origin_owned", origin)


def _disown(conn: Connection, by: Said, origin: str) -> None:
    disown_origin(conn, origin)
    add_audit(conn, by, "origin_disowned", origin)


ROUTES: Final = [
    Route("/", show_first_page, methods=["GET"]),
    Route("/ready", show_ready, methods=["GET"]),
    *READY_CSV_ROUTES,
    *LIVE_ROUTES,
    *HANDOFF_ROUTES,
    *LEADS_ROUTES,
    Route("/leads/{id:int}", show_lead, methods=["GET"]),
    *WORD_ROUTES,
    *NOTE_ROUTES,
    *PERSON_ROUTES,
    *OBJECTION_ROUTES,
    *MERGE_ROUTES,
    Route("/install", show_install, methods=["GET"]),
    Route("/install/status", show_arrival, methods=["GET"]),
    Route("/install/origins", change_origin, methods=["POST"]),
    *STAR_ROUTES,
    *SCORE_ROUTES,
    *EXPORT_ROUTES,
    *OWN_ROUTES,
    *SETTINGS_ROUTES,
    *ALERTS_ROUTES,
    *ALERTS_DEEDS,
    Route("/suspects", show_suspects, methods=["GET"]),
    Route("/suspects", change_suspects, methods=["POST"]),
    *VERDICT_ROUTES,
    *TUNING_ROUTES,
    *OUTCOMES_ROUTES,
    Route("/static/{name}", serve_asset, methods=["GET"]),
]
