"""The step that pays a click in an e-mail: the page it led to was seen, by somebody."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from ripeline.collect.arrivals import Arrival
from ripeline.collect.intake import Intake
from ripeline.domain.event import PAGE
from ripeline.domain.links import LANDING, landed
from ripeline.domain.wire_browser import BrowserItem

_MARK: Final = f"{LANDING}=".encode()
_CLICK: Final = re.compile(rf"[?&]{LANDING}=([A-Za-z0-9_-]{{16}})(?=[&#]|$)")


def confirm_clicks(intake: Intake, arrival: Arrival) -> None:
    """Add the click behind each page view whose address, as it was sent, still has one."""
    if _MARK not in arrival.body:
        return
    pages = {event.id: event for event in arrival.events if event.on == PAGE}
    for item in arrival.items:
        id, address = _address(item)
        found, page = _CLICK.search(address), pages.get(id)
        click = intake.mail.clicks.arrived(found[1], arrival.received_at) if found and page else None
        if found and page and click:
            suspect = page.suspect or intake.mail.watch.suspect(click.link, click.at)
            event = replace(landed(click.link, found[1], click.at, page), suspect=suspect)
            arrival.found.append(event)
            if not suspect:
                intake.mail.watch.keep(click.link, click.at, [event.id])


def _address(item: object) -> tuple[str, str]:
    """Id and address of what a browser sent."""
    if isinstance(item, BrowserItem):
        return item.i, item.u or ""
    return (str(item.get("i")), str(item.get("u"))) if isinstance(item, dict) else ("", "")
