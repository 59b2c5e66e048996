"""What people type about a destination, read and checked: its name, its address, what it hears of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from ripeline.domain.emails import plausible_email
from ripeline.errors import InvalidRequest
from ripeline.outbox.places import Forbidden, checked_address, find_allowed, look_up
from ripeline.rules.model import Ruleset
from ripeline.running import Running
from ripeline.store.destinations import KINDS, Destination, Kind
from ripeline.store.outbox_rows import TOPICS
from ripeline.templating.languages import known_locale

_LONGEST_NAME: Final = 80
#: Seconds a name may take to be looked up while somebody waits; then it is looked up when something is sent.
_LOOK_UP_SECONDS: Final = 3.0
_PORTS: Final = {"http": 80, "https": 443}


def kind_of(fields: Mapping[str, str]) -> Kind:
    """The kind somebody chose; raises `InvalidRequest`."""
    for kind in KINDS:
        if fields.get("kind") == kind:
            return kind
    raise InvalidRequest("kind", f"must be one of {', '.join(KINDS)}")


def read_destination(
    fields: Mapping[str, str], kind: Kind, ruleset: Ruleset, before: Destination | None
) -> Destination:
    """A destination as typed; an empty address is the one of `before`. Raises `InvalidRequest`."""
    name = " ".join(fields.get("name", "").split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidRequest("name", "is needed")
    topics = tuple(topic for topic in TOPICS if fields.get(topic))
    if not topics:
        raise InvalidRequest("topics", "at least one")
    model = fields.get("model", "")
    return Destination(
        id=before.id if before else 0,
        kind=kind,
        name=name,
        address=fields.get("address", "") or (before.address if before else ""),
        topics=topics,
        model=model if any(each.id == model for each in ruleset.models) else None,
        locale=known_locale(fields.get("locale")) or "en",
    )


async def usable_address(running: Running, kind: Kind, typed: str) -> str:
    """The address in its one form, if alerts may go there; raises `InvalidRequest`."""
    if kind == "email":
        email = plausible_email(typed)
        if email is None:
            raise InvalidRequest("email", "is no e-mail address")
        return email
    private = running.settings.private_hooks
    address = checked_address(typed, private=private)
    parts = urlsplit(address)
    try:
        async with asyncio.timeout(_LOOK_UP_SECONDS):
            await find_allowed(parts.hostname or "", parts.port or _PORTS[parts.scheme], look_up, private=private)
    except Forbidden as error:
        raise InvalidRequest("address", "leads into a private network") from error
    except OSError:
        # Nobody knows that name now; a test says so, and it is looked up again whenever something is sent.
        return address
    return address
