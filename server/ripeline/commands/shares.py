"""A file of events cut into shares that have nobody in common, so that each can be scored by itself."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress
from typing import Final

import msgspec
from msgspec import Struct

from ripeline.commands.lines import Raw, line_of
from ripeline.domain.emails import plausible_email
from ripeline.domain.event import FORM, IDENTIFY
from ripeline.domain.wire import EMAIL_VISITOR, parse_api_event
from ripeline.domain.wire_time import LATEST
from ripeline.errors import InvalidEvent

#: Their fields may name a person.
_MAY_NAME: Final = frozenset({FORM, IDENTIFY})

_NO_ELEMENT: Final = -1


class Share:
    """Items of one file in their order, kept in few pieces: a process that was forked would copy each item it reads,
    only to note that somebody reads it."""

    __slots__ = ("_elements", "_ends", "_file", "_lines", "_text")

    def __init__(self, items: Sequence[Raw]) -> None:
        self._file = items[0].file if items else ""
        self._text = b"".join([item.text for item in items])
        self._lines = array("q", [item.line for item in items])
        self._elements = array("q", [_NO_ELEMENT if item.element is None else item.element for item in items])
        self._ends = array("q", accumulate([len(item.text) for item in items]))

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[Raw]:
        """Where in the file a line begins is not kept."""
        start, file, text = 0, self._file, self._text
        for end, line, element in zip(self._ends, self._lines, self._elements, strict=True):
            yield Raw(file, text[start:end], 0, line, None if element == _NO_ELEMENT else element)
            start = end


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
    raws = list(items)
    count = min(most, len(raws) // least)
    if count <= 1:
        return [Share(raws)]
    owners = list(map(people.owner_of, raws))
    sizes = Counter[str]()
    by_owner = Counter(owners)
    for owner, size in by_owner.items():
        sizes[people.known_as(owner)] += size
    loads, places = [0] * count, dict[str, int]()
    for known, size in sizes.most_common():
        places[known] = loads.index(min(loads))
        loads[places[known]] += size
    of_owner = {owner: places[people.known_as(owner)] for owner in by_owner}
    place_of_each = [of_owner[owner] for owner in owners]
    return [Share(list(compress(raws, map(place.__eq__, place_of_each)))) for place in range(count)]


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
        if glance.email:
            owner = self._claimed(glance.email, owner)
        elif not owner or glance.on in _MAY_NAME:
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

    def _claimed(self, email: str, visitor: str) -> str:
        """The visitor of an item that says itself whose it is."""
        of_email = EMAIL_VISITOR + (plausible_email(email) or "")
        if visitor:
            self._join(visitor, of_email)
        return visitor or of_email

    def _named(self, raw: Raw) -> str:
        """The visitor of an item that may name a person in its fields; "" when it cannot be used."""
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
