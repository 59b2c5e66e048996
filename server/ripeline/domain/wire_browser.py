"""The event as browsers send it to `/e`: one short-keyed item in, one `Event` out; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from ripeline.domain.channels import Channels
from ripeline.domain.emails import plausible_email
from ripeline.domain.event import (
    BOUNCE,
    CLICK,
    DOWNLOAD,
    EMAIL_CLICK,
    EMAIL_OPEN,
    ENGAGEMENT,
    FORM,
    IDENTIFY,
    OBJECTION,
    POINTS,
    SESSION,
    UNSUBSCRIBE,
    Event,
)
from ripeline.domain.fields import kept_fields
from ripeline.domain.fields_person import email_of, traits_of
from ripeline.domain.proofs import is_proven
from ripeline.domain.wire import EMAIL_VISITOR, LEAD_VISITOR, USER_VISITOR, cleaned_values
from ripeline.domain.wire_links import link_of, marked, page_address
from ripeline.domain.wire_place import Place, place_of
from ripeline.domain.wire_text import checked_name, cleaned, is_id
from ripeline.domain.wire_time import EARLIEST, LATEST, occurred_at
from ripeline.domain.wire_types import UNFIT, Hints, Props, Text, Word, explained
from ripeline.errors import InvalidEvent, ReferrerSpam

#: What only our own links and the server API may say: anyone can post to `/e`.
_RESERVED: Final = frozenset({SESSION, EMAIL_OPEN, EMAIL_CLICK, UNSUBSCRIBE, BOUNCE, POINTS, OBJECTION})

# What links in e-mails say has ids that can be worked out: sent before, the real one would be taken for a repetition.
_OF_OURS: Final = re.compile(r"(click|file|open|unsubscribe)-[0-9a-f]{32}")

_NO_HINTS: Final[Mapping[str, str]] = {}
# The proof of a verified identify is no attribute.
_PROOF: Final = "hash"
# Of a page that was read, ms and %. A clock that is set right, or a machine that slept, would make years of it.
_MOST_READ: Final = {"ms": 86_400_000, "scroll": 100}


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
    """What the items of one request share.

    `sent_at` is the browser's clock when it sent them, ms, or None; `identity_key` makes the proofs of identifies;
    `files` are the site's own endings of files, `own_hosts` the hosts that are registered. `channels` None: the shipped
    ones. `suspect` is what they are suspected of, or "".
    """

    visitor: str
    alias: str = ""
    agent: str = ""
    site: int = 1
    sent_at: float | None = None
    identity_key: str = ""
    files: str = ""
    own_hosts: frozenset[str] = frozenset()
    channels: Channels | None = None
    suspect: str = ""


class Claim(Struct, frozen=True, gc=False):
    """What an event says about its person, and whether the site proved that it is so."""

    email: str | None = None
    props: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    verified: bool = False


_NOTHING: Final = Claim()


def is_browser_visitor(text: str) -> bool:
    """A visitor id a browser may send: an id, but none that names somebody's e-mail, their number elsewhere, or a lead.

    Such names can be guessed, and whoever sends one as theirs would be that visitor.
    """
    return is_id(text) and not text.startswith((EMAIL_VISITOR, LEAD_VISITOR, USER_VISITOR))


def parse_browser_item(item: object, sender: Sender, received_at: int) -> Event:
    """A decoded JSON object (or a `BrowserItem`) → `Event`; raises `InvalidEvent` with what the browser is told.

    Raises `ReferrerSpam` when it is not to be stored at all.
    """
    event = item if isinstance(item, BrowserItem) else _converted(item)
    if not is_id(event.i) or ("-" in event.i and _OF_OURS.fullmatch(event.i)):
        raise InvalidEvent("bad_id", "i", "1–64 printable ASCII characters, and no id of our own links")
    on = checked_name(event.n, _RESERVED, "n")
    if event.a is not None and not EARLIEST <= event.a <= LATEST:
        raise InvalidEvent("bad_time", "a", "milliseconds since 1970")
    place = _place(event, on, sender)
    if place.spam:
        raise ReferrerSpam
    claim = _claim(event, on, sender) if event.p or on == IDENTIFY else _NOTHING
    props = claim.props
    if on == CLICK:
        on, is_internal = link_of(place, sender.files, sender.own_hosts)
        props = marked(props) if is_internal else props
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
        verified=claim.verified,
        suspect=sender.suspect,
        alias=sender.alias,
        props=props,
        traits=claim.traits,
        source=place.source,
    )


def _converted(item: object) -> BrowserItem:
    try:
        return msgspec.convert(item, BrowserItem)
    except UNFIT as error:
        raise explained(item, error) from error


def _place(event: BrowserItem, on: str, sender: Sender) -> Place:
    url, referrer = event.u or "", event.r or ""
    if "#" in url and on not in (CLICK, DOWNLOAD):
        url = page_address(url)
    if "#" in referrer:
        referrer = page_address(referrer)
    return place_of(on, url, referrer, event.k or "", sender.channels)


def _claim(event: BrowserItem, on: str, sender: Sender) -> Claim:
    """Of a form its e-mail, harmless fields and typed attributes; of an identify its e-mail and traits; else props."""
    props = cleaned_values(event.p or {})
    if on == FORM:
        hints = event.f or _NO_HINTS
        kept = kept_fields(props or {}, hints)
        return Claim(email_of(kept, hints), kept or None, traits_of(kept, hints))
    if on == ENGAGEMENT:
        for name, most in _MOST_READ.items():
            if props and isinstance(said := props.get(name), int):
                props[name] = min(max(said, 0), most)
        return Claim(props=props)
    if on != IDENTIFY:
        return Claim(props=kept_fields(props, _NO_HINTS) or None if props else None)
    proof = (props or {}).pop(_PROOF, None)
    traits = kept_fields(props or {}, _NO_HINTS)
    email = plausible_email(traits.pop("email", None))
    if email is None:
        raise InvalidEvent("bad_email", "p", "identify needs an e-mail address")
    return Claim(email, None, traits or None, is_proven(email, proof, sender.identity_key))
