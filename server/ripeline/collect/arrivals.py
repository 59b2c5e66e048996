"""A request with events on its way through the steps: what is known of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.types import Scope

from ripeline.collect.decoding import Envelope
from ripeline.collect.origins import NO_CORS, CorsHeaders
from ripeline.collect.own_people import NOBODY, Found
from ripeline.collect.refusals import Drop
from ripeline.domain.event import Event
from ripeline.domain.wire_browser import Sender
from ripeline.errors import EventProblem

NOTHING_SENT: Final = Envelope()
_NOBODY = Sender(visitor="")


class Arrival:
    """One request. `received_at` is ms since 1970 UTC; `rejected` holds (place in the list sent, code).

    `received`: how many events were counted as such, 0 before they are known.
    `size`: bytes of its body, 0 before that is let go.
    `address`: the one it counts for, "" before that is known and where there are no limits.
    `drop` is why `dropped` of its events are not stored. `found`: events nobody sent, that follow from those sent.
    """

    __slots__ = (
        "address",
        "body",
        "cors",
        "drop",
        "dropped",
        "envelope",
        "events",
        "found",
        "headers",
        "items",
        "method",
        "origin",
        "own",
        "received",
        "received_at",
        "rejected",
        "scope",
        "sender",
        "set_cookie",
        "site",
        "size",
    )

    def __init__(self, scope: Scope, received_at: int) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.received_at = received_at
        # ASGI header names are lower case; of a repeated one the last counts.
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.origin = self.headers.get(b"origin")
        self.body = b""
        self.address = ""
        self.cors: CorsHeaders = NO_CORS
        self.envelope = NOTHING_SENT
        self.items: Sequence[object] = ()
        self.site = 0
        self.size = 0
        self.sender = _NOBODY
        self.events: list[Event] = []
        self.found: list[Event] = []
        self.rejected: list[tuple[int, EventProblem]] = []
        self.drop: Drop | None = None
        self.dropped = 0
        self.received = 0
        self.own: Found = NOBODY
        self.set_cookie: bytes | None = None
