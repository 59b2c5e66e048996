"""Sites: each with the tag to paste, and from which addresses events are taken."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ripeline.auth.guard import require
from ripeline.errors import InvalidRequest, NotFound
from ripeline.pages.desk import Desk, shown
from ripeline.pages.doing import fields_of, words
from ripeline.pages.install_snippets import Tag
from ripeline.pages.said import Done
from ripeline.pages.settings_deeds import told
from ripeline.store.audit import add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.install import SeenOrigin, seen_origins
from ripeline.store.sites import Site, add_site, all_sites, rename_site

HERE: Final = "/settings/sites"

_LONGEST_NAME: Final = 80
_MOST_SITES: Final = 50


@dataclass(frozen=True, slots=True)
class TaggedSite:
    """A site and the line to paste into its pages."""

    site: Site
    tag: str


@dataclass(frozen=True, slots=True)
class SitesPage:
    """`origins`, `closed`, `fixed`, `wrong` and `banner` are what the list of origins shows, here as on Install."""

    sites: tuple[TaggedSite, ...]
    origins: tuple[SeenOrigin, ...]
    closed: bool
    fixed: tuple[str, ...]
    wrong: bool
    banner: str


def read_sites(desk: Desk) -> SitesPage:
    """With one site its tag needs no key."""
    settings, sites, origins = desk.running.settings, all_sites(desk.conn), seen_origins(desk.conn)
    return SitesPage(
        tuple(TaggedSite(site, Tag(settings, site.key if len(sites) > 1 else "").line()) for site in sites),
        origins,
        closed=any(origin.mine for origin in origins) or bool(settings.origins),
        fixed=settings.origins,
        wrong="wrong" in desk.query,
        banner="",
    )


show_sites: Final = shown("marketer", "sites.html", read_sites)


@require("marketer")
async def make_site(request: Request) -> Response:
    fields, gettext = await fields_of(request), words(request).gettext

    def done(name: str) -> Done:
        return Done(gettext("The site “%(name)s” is there: its tag is below.") % {"name": name})

    return await told(request, partial(_make, name=fields.get("name", "")), done, HERE)


@require("marketer")
async def name_site(request: Request) -> Response:
    fields, gettext = await fields_of(request), words(request).gettext
    work = partial(_rename, id=request.path_params["id"], name=fields.get("name", ""))
    return await told(request, work, lambda _: Done(gettext("Saved.")), HERE)


def _make(conn: Connection, by: Said, name: str) -> str:
    name = _plain(name)
    if len(all_sites(conn)) >= _MOST_SITES:
        raise InvalidRequest("site", f"at most {_MOST_SITES}")
    add_site(conn, secrets.token_urlsafe(9), name, by.at)
    add_audit(conn, by, "site_added", name)
    return name


def _rename(conn: Connection, by: Said, id: int, name: str) -> None:
    name = _plain(name)
    if not rename_site(conn, id, name):
        raise NotFound("site", id)
    add_audit(conn, by, "site_renamed", name)


def _plain(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise InvalidRequest("name", "is needed")
    return name


ROUTES: Final = [
    Route(HERE, show_sites, methods=["GET"]),
    Route(HERE, make_site, methods=["POST"]),
    Route(f"{HERE}/{{id:int}}/name", name_site, methods=["POST"]),
]
