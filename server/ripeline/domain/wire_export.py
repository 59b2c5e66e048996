"""An event written as trusted senders write it, so that what is exported can be imported, replayed or sent again."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from ripeline.domain.event import Event
from ripeline.domain.times import iso_time
from ripeline.domain.wire import EMAIL_VISITOR


def api_item(event: Event, visitor: str) -> dict[str, Any]:
    """The JSON object of an event whose visitor has that key; what is empty is left out.

    Besides the keys every sender may use, `source`, `verified` (only when false) and `suspect` keep what was known.
    """
    found: dict[str, Any] = {
        "id": event.id,
        "visitor": None if event.email and visitor == EMAIL_VISITOR + event.email else visitor,
        "email": event.email,
        "on": event.on,
        "url": event.url or None,
        "at": iso_time(event.at),
        "title": event.title or None,
        "referrer": event.referrer or None,
        "item": event.item or None,
        "props": event.props,
        "traits": event.traits,
        "source": asdict(event.source) if event.source else None,
        "verified": None if event.verified else False,
        "suspect": event.suspect or None,
    }
    return {name: value for name, value in found.items() if value is not None}
