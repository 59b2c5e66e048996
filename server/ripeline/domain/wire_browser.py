"""The event as browsers send it to `/e`: one short-keyed item in, one `Event` out; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct, ValidationError

from ripeline.domain.channels import Channels
from ripeline.domain.emails import plausible_email
from ripeline.domain.event import (
    BOUNCE,
    EMAIL_CLICK,
    EMAIL_OPEN,
    FORM,
    IDENTIFY,
    POINTS,
    SESSION,
    UNSUBSCRIBE,
    Event,
)
from ripeline.domain.fields import kept_fields
from ripeline.domain.fields_person import email_of, traits_of
from ripeline.domain.wire import EMAIL_VISITOR, LEAD_VISITOR, cleaned_values
from ripeline.domain.wire_place import place_of
from ripeline.domain.wire_text import checked_name, cleaned, is_id
from ripeline.domain.wire_time import EARLIEST, LATEST, occurred_at
from ripeline.domain.wire_types import Hints, Props, Text, Word, explained
from ripeline.errors import InvalidEvent, ReferrerSpam

#: What only our own links and the server API may say: anyone can post to `/e`.
_RESERVED: Final = frozenset({SESSION, EMAIL_OPEN, EMAIL_CLICK, UNSUBSCRIBE, BOUNCE, POINTS})

_NO_HINTS: Final[Mapping[str, str]] = {}
# The proof of a verified identify is no attribute.
_PROOF: Final = "hash"


class BrowserItem(Struct, gc=False):
    """One item of `e`: id, name, address, referrer, title, client time (ms), item, props, types of form fields."""

    i: Word = ""
    n: Word = ""
    u: Text | None = None
    r: Text | None = None
    h: Text | None = None
    a: float | None = None
    k: Text | None = None
    p: Props | None = None
    f: Hints | None = None


class Sender(Struct, frozen=True, gc=False):
    """What the items of one request share; `sent_at` is the browser's clock when it sent them, ms, or None.

    `channels` None: the shipped ones. `suspect` is what they are suspected of, or "".
    """

    visitor: str
    alias: str = ""
    agent: str = ""
    site: int = 1
    sent_at: float | None = None
    channels: Channels | None = None
    suspect: str = ""


class Claim(Struct, frozen=True, gc=False):
    """What an event says about its person."""

    email: str | None = None
    props: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None


_NOTHING: Final = Claim()


def is_browser_visitor(text: str) -> bool:
    """A visitor id a browser may send: an id, but not one that names somebody's e-mail, or a lead."""
    return is_id(text) and not text.startswith((EMAIL_VISITOR, LEAD_VISITOR))


def parse_browser_item(item: object, sender: Sender, received_at: int) -> Event:
    """A decoded JSON object (or a `BrowserItem`) → `Event`; raises `InvalidEvent` with what the browser is told.

    Raises `ReferrerSpam` when it is not to be stored at all.
    """
    event = item if isinstance(item, BrowserItem) else _converted(item)
    if not is_id(event.i):
        raise InvalidEvent("bad_id", "i", "1–64 printable ASCII characters")
    on = checked_name(event.n, _RESERVED, "n")
    if event.a is not None and not EARLIEST <= event.a <= LATEST:
        raise InvalidEvent("bad_time", "a", "milliseconds since 1970")
    place = place_of(on, event.u or "", event.r or "", event.k or "", sender.channels)
    if place.spam:
        raise ReferrerSpam
    claim = _claim(event, on) if event.p or on == IDENTIFY else _NOTHING
    return Event(
        id=event.i,
        visitor=sender.visitor,
        on=on,
        at=occurred_at(event.a, sender.sent_at, received_at),
        received_at=received_at,
        site=sender.site,
        url=place.url,
        title=cleaned(event.h) if event.h else "",
        referrer=place.referrer,
        agent=sender.agent,
        item=place.item,
        email=claim.email,
        suspect=sender.suspect,
        alias=sender.alias,
        props=claim.props,
        traits=claim.traits,
        source=place.source,
    )


def _converted(item: object) -> BrowserItem:
    try:
        return msgspec.convert(item, BrowserItem)
    except ValidationError as error:
        raise explained(item, error) from error


def _claim(event: BrowserItem, on: str) -> Claim:
    """Of a form its e-mail, harmless fields and typed attributes; of an identify its e-mail and traits."""
    props = cleaned_values(event.p or {})
    if on == FORM:
        hints = event.f or _NO_HINTS
        kept = kept_fields(props or {}, hints)
        return Claim(email_of(kept, hints), kept or None, traits_of(kept, hints))
    if on != IDENTIFY:
        return Claim(props=props)
    traits = kept_fields(props or {}, _NO_HINTS)
    email = plausible_email(traits.pop("email", None))
    if email is None:
        raise InvalidEvent("bad_email", "p", "identify needs an e-mail address")
    traits.pop(_PROOF, None)
    return Claim(email, None, traits or None)
