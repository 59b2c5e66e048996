"""The keys of `where`: which text of an event or its session each of them reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ripeline.domain.event import (
    BOUNCE,
    CLICK,
    DOWNLOAD,
    EMAIL_CLICK,
    EMAIL_OPEN,
    FORM,
    UNSUBSCRIBE,
    Event,
)
from ripeline.domain.session import Session
from ripeline.domain.urls import decoded

Reader = Callable[[Event, Session], Any]

#: Kinds that happen to an e-mail, whose item is the e-mail's id.
EMAIL_KINDS: Final = frozenset({EMAIL_OPEN, EMAIL_CLICK, UNSUBSCRIBE, BOUNCE})

#: Keys whose patterns are canonicalised as whole addresses.
URL_KEYS: Final = frozenset({"url", "referrer", "link"})


def _form(event: Event, _: Session) -> str:
    """A form's id or name, else the path of the page it stands on."""
    if event.on != FORM:
        return ""
    return decoded(event.item) if event.item else event.path


def _file(event: Event, _: Session) -> str:
    """The base name of what was downloaded, from its address (`item` may be anything)."""
    if event.on != DOWNLOAD:
        return ""
    return (event.path if event.url else decoded(event.item)).rpartition("/")[2]


def _link(event: Event, _: Session) -> str:
    """Where a click leads, `mailto:` and `tel:` too; for a click in an e-mail, the address opened."""
    if event.on == CLICK:
        return decoded(event.item or event.url)
    return decoded(event.url) if event.on == EMAIL_CLICK else ""


def _email(event: Event, _: Session) -> str:
    return decoded(event.item) if event.on in EMAIL_KINDS else ""


def _category(event: Event, _: Session) -> str:
    value = event.props.get("category") if event.props else None
    return decoded(value) if isinstance(value, str) else ""


#: Every key of `where` but `stage` (which needs `[content]`) and `props.X`; all give decoded text, "" for none.
READERS: Final[dict[str, Reader]] = {
    "path": lambda event, _: event.path,
    "host": lambda event, _: event.host,
    "url": lambda event, _: decoded(event.url),
    "title": lambda event, _: decoded(event.title),
    "referrer": lambda event, _: decoded(event.referrer),
    "channel": lambda _, session: session.source.channel,
    "source": lambda _, session: decoded(session.source.source),
    "medium": lambda _, session: decoded(session.source.medium),
    "campaign": lambda _, session: decoded(session.source.campaign),
    "term": lambda _, session: decoded(session.source.term),
    "form": _form,
    "file": _file,
    "link": _link,
    "email": _email,
    "category": _category,
    "entry": lambda _, session: session.entry,
}

#: As a person writes them; `props.X` stands for any property.
WHERE_KEYS: Final = (*READERS, "stage", "props")
