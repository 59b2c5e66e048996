"""An event: one named thing that happened, as collected, stored and scored."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from ripeline.domain.source import Source
from ripeline.domain.urls import split_url

PAGE: Final = "page"
DOWNLOAD: Final = "download"
FORM: Final = "form"
CLICK: Final = "click"
IDENTIFY: Final = "identify"
ENGAGEMENT: Final = "engagement"
EMAIL_OPEN: Final = "email_open"
EMAIL_CLICK: Final = "email_click"
UNSUBSCRIBE: Final = "unsubscribe"
BOUNCE: Final = "bounce"
SESSION: Final = "session"

#: Points a person gives by hand: `props` {"model": id, "points": number, "reason": text}; no rule matches it.
POINTS: Final = "points"

#: That the lead objects to being scored: `props` {"objects": true or false, "note": text}; no rule matches it.
OBJECTION: Final = "objection"

#: What somebody agreed to, told by the site or a program: `props` {"wording": text, "given": true or false}; a name of
#: the owner's own events that is shown beside the lead and kept as long as it.
CONSENT: Final = "consent"

#: Names with a meaning of their own; any other `on` is a custom event.
KINDS: Final = frozenset(
    {PAGE, DOWNLOAD, FORM, CLICK, IDENTIFY, ENGAGEMENT, EMAIL_OPEN, EMAIL_CLICK, UNSUBSCRIBE, BOUNCE}
)

_FIRST_AT_THE_SAME_MOMENT: Final = frozenset({DOWNLOAD, FORM, IDENTIFY})

#: The total order of events: (occurred_at in ms, kind rank, event id).
OrderKey = tuple[int, int, str]


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One event.

    `at` and `received_at` are milliseconds since 1970 UTC; `at` is when it occurred, skew corrected.
    `visitor` is the visitor's key while it is collected and its row id once it is stored.
    `url`, `referrer` are canonical (see `urls`); of a download `url` is the file's address.
    `item` is the explicit item or "" (see `item_of`). `email` is the identity the event claims, or None.
    `seq` is its place in the log, 0 before it has one. `suspect` is the reason why it is worth nothing, or "".
    """

    id: str
    visitor: str | int
    on: str
    at: int
    received_at: int = 0
    site: int = 1
    seq: int = 0
    url: str = ""
    title: str = ""
    referrer: str = ""
    agent: str = ""
    item: str = ""
    email: str | None = None
    verified: bool = False
    suspect: str = ""
    alias: str = ""
    props: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    source: Source | None = None

    @property
    def order(self) -> OrderKey:
        return (self.at, 0 if self.on in _FIRST_AT_THE_SAME_MOMENT else 1, self.id)

    @property
    def path(self) -> str:
        return split_url(self.url).path

    @property
    def host(self) -> str:
        return split_url(self.url).host


def item_of(event: Event) -> str:
    """What the event is about: page, file path, form id, link, or the custom event's own item (scoring.md)."""
    if event.item:
        return event.item
    if event.on == CLICK:
        return event.url
    return event.path
