"""Install: is the tag in, and does anything arrive?"""

from __future__ import annotations

from dataclasses import dataclass

from ripeline.pages.desk import Desk
from ripeline.store.install import SeenEvent, SeenOrigin, first_event, latest_event, seen_origins


@dataclass(frozen=True, slots=True)
class Arrival:
    """The first event ever and the latest."""

    first: SeenEvent
    latest: SeenEvent


@dataclass(frozen=True, slots=True)
class InstallPage:
    """`tag` is the line to paste. `blocks`: the site's banner holds scripts back until consent ("", "yes", "no").

    `closed`: only registered sites are taken. `fixed`: the sites are a setting, so nothing here changes them.
    """

    tag: str
    blocks: str
    arrival: Arrival | None
    origins: tuple[SeenOrigin, ...]
    closed: bool
    fixed: tuple[str, ...]


def read_install(desk: Desk) -> InstallPage:
    """The tag for this server, what arrived, and from where."""
    settings = desk.running.settings
    blocks = desk.query.get("banner", "")
    consent = ' data-consent="granted"' if blocks == "yes" else ""
    origins = seen_origins(desk.conn)
    return InstallPage(
        tag=f'<script async src="{settings.public_url}{settings.script_path}"{consent}></script>',
        blocks=blocks,
        arrival=read_arrival(desk),
        origins=origins,
        closed=any(origin.mine for origin in origins) or bool(settings.origins),
        fixed=settings.origins,
    )


def read_arrival(desk: Desk) -> Arrival | None:
    """What the page asks again every second while it waits; None while nothing has arrived."""
    first, latest = first_event(desk.conn), latest_event(desk.conn)
    return Arrival(first, latest) if first and latest else None
