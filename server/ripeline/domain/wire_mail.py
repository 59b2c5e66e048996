"""What e-mail tools report of the e-mails they sent: one object of theirs in, one `Event` out; pure."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, Final

from ripeline.domain.emails import plausible_email
from ripeline.domain.event import Event
from ripeline.domain.fields import kept_fields, words_of
from ripeline.domain.flat import flat
from ripeline.domain.mail_tools import TOOLS, Report, Reported
from ripeline.domain.source import Source
from ripeline.domain.source_reading import cleaned_source
from ripeline.domain.suspicion import PREFETCH
from ripeline.domain.urls import UnusableUrl, canonical_url
from ripeline.domain.wire import EMAIL_VISITOR, cleaned_values
from ripeline.domain.wire_text import cleaned, is_id
from ripeline.domain.wire_time import EARLIEST, LATEST
from ripeline.domain.wire_types import MOST_PROPS

_LONGEST_NAME: Final = 200
_LONGEST_AGENT: Final = 400
# Whom an event is of stands in the event; where people are is not kept anywhere.
_LEFT_OUT: Final = frozenset({"email", "recipient"})
_PLACES: Final = frozenset({"ip", "geo", "geolocation"})


class Ignored(Exception):
    """A report that becomes no event; its text is the reason."""


def parse_report(tool: str, report: object, received_at: int) -> Event:
    """The event of one report of that tool (a key of `TOOLS`); raises `Ignored`."""
    if not isinstance(report, dict):
        raise Ignored("is not an object")
    words, read = TOOLS[tool]
    said = read(report)
    word = "".join(filter(str.isalpha, said.word.lower()))
    if word not in words:
        raise Ignored(f"{said.word[:64]!r} is no event that counts here")
    email = plausible_email(said.email)
    if email is None:
        raise Ignored("has no e-mail address")
    email_id = cleaned(said.email_id)[:_LONGEST_NAME]
    return Event(
        id=_id(tool, word, email, said),
        visitor=EMAIL_VISITOR + email,
        on=words[word],
        at=min(int(said.at), received_at) if EARLIEST <= said.at <= LATEST else received_at,
        received_at=received_at,
        url=_url(said.url),
        agent=cleaned(said.agent)[:_LONGEST_AGENT],
        item=email_id,
        email=email,
        verified=True,
        suspect=PREFETCH if said.by_machine or "proxy" in word else "",
        props=_props(report, said.category),
        source=cleaned_source(Source("email", tool, "email", email_id)),
    )


def _id(tool: str, word: str, email: str, said: Reported) -> str:
    """The tool's own, else made of what makes a report the same one."""
    own = f"{tool}-{said.id}"
    if said.id and is_id(own):
        return own
    same = json.dumps([word, email, said.at, said.message, said.email_id, said.url, said.id])
    return f"{tool}-{sha256(same.encode()).hexdigest()[:32]}"


def _url(url: str) -> str:
    try:
        return canonical_url(url) if url else ""
    except UnusableUrl:
        return ""


def _props(report: Report, category: str) -> dict[str, Any] | None:
    """All the tool said, as flat as props are; the category is ours."""
    kept = {name: value for name, value in flat(report).items() if not _is_left_out(name)}
    named = {"category": cleaned(category)[:_LONGEST_NAME]} if category else {}
    props = kept_fields(cleaned_values({**named, **kept, **named}) or {}, {})
    return dict(list(props.items())[:MOST_PROPS]) or None


def _is_left_out(name: str) -> bool:
    """`recipient`, `ip`, `envelope.sending-ip`, `geolocation.city`."""
    return name.rpartition(".")[2] in _LEFT_OUT or not _PLACES.isdisjoint(words_of(name))
