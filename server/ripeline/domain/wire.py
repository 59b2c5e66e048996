"""The event as trusted senders write it (NDJSON, server API): one JSON object in, one `Event` out; pure.

Used by `POST /api/events`, `replay` and `import events`. The browser's shorter form is in `wire_browser`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from ripeline.domain.channels import Channels
from ripeline.domain.emails import plausible_email
from ripeline.domain.event import ENGAGEMENT, FORM, IDENTIFY, SESSION, Event
from ripeline.domain.fields import kept_fields
from ripeline.domain.fields_person import email_of
from ripeline.domain.source import Source
from ripeline.domain.source_reading import cleaned_source
from ripeline.domain.wire_place import place_of
from ripeline.domain.wire_text import checked_name, cleaned, is_id
from ripeline.domain.wire_time import reported_at
from ripeline.domain.wire_types import UNFIT, Props, Text, Word, explained
from ripeline.errors import InvalidEvent

EMAIL_VISITOR: Final = "email:"

#: Whoever Segment knows by an id that is no e-mail has a visitor of this name.
USER_VISITOR: Final = "user:"

#: What people say about an anonymous lead has a visitor of this name and the lead's id, which no sender may use.
LEAD_VISITOR: Final = "lead:"

#: A session is read off the events; nobody may send one.
_RESERVED: Final = frozenset({SESSION})

#: Programs do not say what kind a field was.
_NO_HINTS: Final[Mapping[str, str]] = {}


class ApiItem(Struct, gc=False):
    """One event as it stands in the JSON; whatever a decoder could not check is checked by `parse_api_event`.

    Beyond what senders usually write, `source` and `verified` keep what an export knew.
    """

    id: Word = ""
    on: Word = ""
    at: str | float | None = None
    visitor: Word | None = None
    email: Text | None = None
    url: Text | None = None
    title: Text | None = None
    referrer: Text | None = None
    item: Text | None = None
    props: Props | None = None
    traits: Props | None = None
    verified: bool = True
    source: Source | None = None


def parse_api_event(item: object, received_at: int, channels: Channels | None = None) -> Event:
    """A decoded JSON object (or an `ApiItem`) → `Event`; raises `InvalidEvent` with what its sender is told.

    `received_at` is ms since 1970 UTC; it is the event's time when it has none of its own.
    `channels` None: the shipped ones.
    """
    event = item if isinstance(item, ApiItem) else _converted(item)
    if not is_id(event.id):
        raise InvalidEvent("bad_id", "id", "1–64 printable ASCII characters")
    on = checked_name(event.on, _RESERVED, "on")
    place = place_of(on, event.url or "", event.referrer or "", event.item or "", channels)
    email, props = _claim(event, on)
    traits = cleaned_values(event.traits) if event.traits else None
    return Event(
        id=event.id,
        visitor=_visitor(event, email),
        on=on,
        at=reported_at(event.at, received_at),
        received_at=received_at,
        url=place.url,
        title=cleaned(event.title or ""),
        referrer=place.referrer,
        item=place.item,
        email=email,
        verified=event.verified,
        props=props,
        traits=(kept_fields(traits, _NO_HINTS) or None) if traits else None,
        source=cleaned_source(event.source) if event.source else place.source,
    )


def cleaned_values(values: dict[str, Any]) -> dict[str, Any] | None:
    """Keys and texts without control characters; empty values are left out; None when nothing remains."""
    kept = {cleaned(key): cleaned(value) if isinstance(value, str) else value for key, value in values.items()}
    return {key: value for key, value in kept.items() if key and value is not None and value != ""} or None


def _converted(item: object) -> ApiItem:
    try:
        return msgspec.convert(item, ApiItem)
    except UNFIT as error:
        raise explained(item, error) from error


def _claim(event: ApiItem, on: str) -> tuple[str | None, dict[str, Any] | None]:
    """The e-mail the event claims and the props that may be stored."""
    email = None
    if event.email:
        email = plausible_email(event.email)
        if email is None:
            raise InvalidEvent("bad_email", "email", "is no e-mail address")
    props = cleaned_values(event.props) if event.props else None
    if props and on != ENGAGEMENT:
        props = kept_fields(props, _NO_HINTS) or None
    if props and on == FORM:
        email = email or email_of(props, _NO_HINTS)
    if event.traits and email is None and on in (FORM, IDENTIFY):
        email = plausible_email(event.traits.get("email"))
    return email, props


def _visitor(event: ApiItem, email: str | None) -> str:
    """The visitor's key; of an event with only an e-mail `email:<address>`."""
    if event.visitor:
        if not is_id(event.visitor) or event.visitor.startswith(LEAD_VISITOR):
            raise InvalidEvent("bad_visitor", "visitor", "1–64 printable ASCII characters")
        return event.visitor
    if email is None:
        raise InvalidEvent("no_person", "visitor", "a visitor or an e-mail is needed")
    return EMAIL_VISITOR + email
