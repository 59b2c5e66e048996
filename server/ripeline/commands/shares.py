"""A file of events cut into shares that have nobody in common, so that each can be scored by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from ripeline.commands.lines import Raw, line_of
from ripeline.domain.event import FORM, IDENTIFY
from ripeline.domain.wire import EMAIL_VISITOR, parse_api_event
from ripeline.domain.wire_time import LATEST
from ripeline.errors import InvalidEvent

#: Their fields may name a person.
_MAY_NAME: Final = frozenset({FORM, IDENTIFY})


class Numbered(NamedTuple):
    """An item of the file, and how many were before it."""

    number: int
    raw: Raw


Share = list[Numbered]


class _Glance(Struct, gc=False):
    """As much of an event as says whose it is."""

    id: str = ""
    on: str = ""
    visitor: str | None = None
    email: str | None = None


def shares_of(items: Iterable[Raw], most: int, least: int) -> list[Share]:
    """The items in their order, in at most so many shares of at least so many items, and one at least.

    Whoever may be one lead, by visitor or e-mail, is in one share, and so are items with the same id. Items that
    cannot be read are in any.
    """
    people = _People()
    owned = [(people.owner_of(raw), Numbered(number, raw)) for number, raw in enumerate(items)]
    count = min(most, len(owned) // least)
    if count <= 1:
        return [[item for _, item in owned]]
    sizes = Counter(people.known_as(owner) for owner, _ in owned)
    loads, places = [0] * count, dict[str, int]()
    for owner, size in sizes.most_common():
        places[owner] = loads.index(min(loads))
        loads[places[owner]] += size
    shares: list[Share] = [[] for _ in loads]
    for owner, item in owned:
        shares[places[people.known_as(owner)]].append(item)
    return shares


class _People:
    """Who may be the same lead: visitors and e-mails (as the visitors their names would be), joined as they meet."""

    def __init__(self) -> None:
        self._joined: dict[str, str] = {}
        self._by_id: dict[str, str] = {}
        self._read = msgspec.json.Decoder(_Glance).decode

    def owner_of(self, raw: Raw) -> str:
        """A visitor of the item, "" when it cannot be read."""
        try:
            glance = self._read(raw.text)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return ""
        owner = glance.visitor or ""
        if glance.email or not owner or glance.on in _MAY_NAME:
            owner = self._named(raw) or owner
        before = self._by_id.setdefault(glance.id, owner)
        if before != owner:
            self._join(before, owner)
        return owner

    def known_as(self, name: str) -> str:
        """One name for all that were joined."""
        joined = self._joined
        while (other := joined.get(name)) is not None:
            if (further := joined.get(other)) is not None:
                joined[name] = further
            name = other
        return name

    def _named(self, raw: Raw) -> str:
        """The visitor of an item that may name a person; "" when it cannot be used."""
        try:
            event = parse_api_event(line_of(raw).item, LATEST)
        except InvalidEvent:
            return ""
        if event.email:
            self._join(str(event.visitor), EMAIL_VISITOR + event.email)
        return str(event.visitor)

    def _join(self, one: str, other: str) -> None:
        one, other = self.known_as(one), self.known_as(other)
        if one != other:
            self._joined[one] = other
