"""The event as Segment's HTTP API takes it (also RudderStack's and Jitsu's): one object in, our events out; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from msgspec.structs import replace

from ripeline.domain.channels import Channels
from ripeline.domain.emails import plausible_email
from ripeline.domain.event import ENGAGEMENT, IDENTIFY, PAGE, Event
from ripeline.domain.flat import flat
from ripeline.domain.urls import UnusableUrl, canonical_url
from ripeline.domain.wire import EMAIL_VISITOR, LEAD_VISITOR, USER_VISITOR, parse_api_event
from ripeline.domain.wire_text import LONGEST_TEXT, cleaned, is_id
from ripeline.domain.wire_time import EARLIEST, LATEST, reported_at
from ripeline.errors import InvalidEvent

#: What is read; and what is answered like the rest and left out, each with the reason why.
READ: Final = frozenset({"page", "track", "identify"})
IGNORED: Final = {
    "screen": "screens of apps are no pages",
    "group": "companies are read off the traits of their people",
    "alias": "people are known by their e-mail",
}

#: Names Segment gives to traits → ours.
_TRAITS: Final = {
    "firstName": "first_name",
    "firstname": "first_name",
    "lastName": "last_name",
    "lastname": "last_name",
    "title": "job",
    "jobTitle": "job",
    "position": "job",
    "company.name": "company",
    "address.city": "city",
    "address.country": "country",
    "address.postalCode": "postal_code",
}
_CAMPAIGN: Final = {"name": "utm_campaign", "source": "utm_source", "medium": "utm_medium", "term": "utm_term"}

_OF_THE_PAGE: Final = frozenset("url title referrer path search".split())

_NOT_FOR_SENDERS: Final = (EMAIL_VISITOR, LEAD_VISITOR)
_LONGEST_AGENT: Final = 400
_LONGEST_CAMPAIGN: Final = 200


@dataclass(frozen=True, slots=True)
class Batch:
    """What the events of one request share: when it was sent and received, their place and the known channels.

    `sent_at` is the sender's clock in ms, or None. `channels` None: the shipped ones.
    """

    received_at: int
    sent_at: int | None = None
    channels: Channels | None = None


def parse_segment_item(item: Mapping[str, Any], batch: Batch) -> list[Event]:
    """The events an item of one of the kinds in `READ` makes, the first of them the item itself.

    Raises `InvalidEvent`. An `identify` that says both ids of a person and an e-mail ties the three together by a
    second event.
    """
    context = _object(item, "context")
    email = _email(item, context)
    user, visitor = (
        "" if plausible_email(item.get("userId")) else _key(USER_VISITOR, item),
        _key("", item, "anonymousId"),
    )
    said = {"id": _id(item, batch), "visitor": visitor or user or None, "email": email, **_said(item, context)}
    event = parse_api_event(said, batch.received_at, batch.channels)
    event = replace(event, agent=cleaned(_text(context, "userAgent")[:_LONGEST_AGENT]), at=_occurred_at(item, batch))
    if not (event.on == IDENTIFY and email and user and visitor):
        return [event]
    # Matches no rule and shows nowhere: all it does is to say whose the other id is.
    tie = {"id": _digest(event.id, user), "visitor": user, "email": email, "on": ENGAGEMENT}
    return [event, replace(parse_api_event(tie, batch.received_at), at=event.at, agent=event.agent)]


def sent_at_of(item: Mapping[str, Any]) -> int | None:
    """When it was sent, by the sender's clock (ms), None when it does not say so."""
    try:
        return _milliseconds(item.get("sentAt"))
    except InvalidEvent:
        return None


def _said(item: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """What happened, where, and what is known of it, as `parse_api_event` reads it."""
    if item["type"] == IDENTIFY:
        return {"on": IDENTIFY, "traits": _traits({**_object(context, "traits"), **_object(item, "traits")})}
    properties = _object(item, "properties")
    page = _object(context, "page")
    if item["type"] == PAGE:
        page = {**page, **properties}
        properties = {name: value for name, value in properties.items() if name not in _OF_THE_PAGE}
    place = {
        "title": _text(page, "title")[:LONGEST_TEXT],
        "referrer": _text(page, "referrer"),
        "url": _text(page, "url"),
    }
    if item["type"] == PAGE:
        place["url"] = _with_campaign(place["url"], _object(context, "campaign"))
        return {"on": PAGE, **_short(place, "referrer"), "props": flat(properties)}
    return {"on": item.get("event"), **_short(place, "referrer", "url"), "props": flat(properties)}


def _short(place: dict[str, str], *addresses: str) -> dict[str, str]:
    """Without those addresses that no page can have: what happened elsewhere must not be lost for them."""
    return {name: text for name, text in place.items() if name not in addresses or _is_usable(text)}


def _is_usable(address: str) -> bool:
    try:
        return bool(address and canonical_url(address))
    except UnusableUrl:
        return False


def _with_campaign(url: str, campaign: Mapping[str, Any]) -> str:
    """What the sender read off the address before it cut it is put back, so that it is read like any other."""
    said = {
        utm: text[:_LONGEST_CAMPAIGN] for name, utm in _CAMPAIGN.items() if (text := cleaned(_text(campaign, name)))
    }
    if not url or not said or "utm_" in url:
        return url
    address, hash_, fragment = url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{urlencode(said)}{hash_}{fragment}"


def _traits(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in flat(values).items():
        found.setdefault(_TRAITS.get(name, name), value)
    return found


def _email(item: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    """Whose it is: the id of the user where that is an e-mail, else what the traits say."""
    said = (item.get("userId"), _object(item, "traits").get("email"), _object(context, "traits").get("email"))
    return next((email for text in said if (email := plausible_email(text))), None)


def _key(prefix: str, item: Mapping[str, Any], name: str = "userId") -> str:
    """An id of somebody as a visitor's key, one that cannot be a key by its digest; "" when there is none."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return ""
    key = f"{prefix}{value}"
    return key if is_id(key) and not key.startswith(_NOT_FOR_SENDERS) else prefix + _digest(key)[:40]


def _id(item: Mapping[str, Any], batch: Batch) -> str:
    """The message's id, one that is too long by its digest. Without one its content: sent again it is the same.

    Of a message without a time nobody can say whether it is the same.
    """
    given = item.get("messageId")
    if isinstance(given, str) and given:
        return given if is_id(given) else _digest(given)
    timed = "timestamp" in item or "originalTimestamp" in item
    content = {name: value for name, value in item.items() if name != "sentAt"}
    return _digest(repr(sorted(content.items())), "" if timed else str(batch.received_at))


def _occurred_at(item: Mapping[str, Any], batch: Batch) -> int:
    """By the sender's own clock set right by when it sent the message; never ahead. Raises `InvalidEvent`."""
    said = item.get("originalTimestamp") or item.get("timestamp")
    if not said:
        return batch.received_at
    at, sent_at = _milliseconds(said), sent_at_of(item) or batch.sent_at
    late = batch.received_at - sent_at if sent_at is not None else 0
    return max(EARLIEST, min(at + late, batch.received_at))


def _milliseconds(said: object) -> int:
    """ISO 8601, in UTC where no zone is said, or ms; raises `InvalidEvent`."""
    if isinstance(said, str):
        with suppress(ValueError):
            moment = datetime.fromisoformat(said)
            said = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    if isinstance(said, str):
        return reported_at(said, LATEST)
    if isinstance(said, int | float) and 0 < said < LATEST:
        return reported_at(float(said), LATEST)
    raise InvalidEvent("bad_time", "timestamp", "is no time")


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    return value if isinstance(value, Mapping) else {}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
