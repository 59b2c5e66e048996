"""Own people at the door: own addresses are turned away, events of own e-mail domains are taken as suspect."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache, partial
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final

from msgspec.structs import replace

from ripeline.collect.storing import unread
from ripeline.domain.event import Event
from ripeline.fold.own_people import leave_out_visitor
from ripeline.running import Running
from ripeline.store.database import DatabaseError
from ripeline.store.own_people import OWN_PEOPLE, left_out, own_visitor_keys

_REREAD_AFTER_MS: Final = 1_000
_REMEMBERED: Final = 4_096
_MOST_WAITING: Final = 1_000

#: Visitors who have just said to be of an own domain: key → domain.
Found = Mapping[str, str]
NOBODY: Final[Found] = {}


class OwnPeople:
    """What is left out as the database has it, read again once a second while events come."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._read_at = 0
        self._networks: frozenset[str] = frozenset()
        self._domains: frozenset[str] = frozenset()
        self._visitors: frozenset[str] = frozenset()
        self._waiting: dict[str, str] = {}
        self._task: asyncio.Task[Any] | None = None
        self._lookup = lru_cache(_REMEMBERED)(self._is_own)

    def refresh(self, now: int) -> None:
        """Read the database again when the last reading is older than a second; raises `Refused` as `Sites`."""
        if 0 <= now - self._read_at < _REREAD_AFTER_MS:
            return
        try:
            with self._running.database.read() as conn:
                own = left_out(conn)
                self._visitors = own_visitor_keys(conn) | self._waiting.keys()
        except DatabaseError as error:
            raise unread(error) from error
        self._read_at = now
        self._domains = frozenset(each.value for each in own if each.kind == "domain")
        networks = frozenset(each.value for each in own if each.kind == "address")
        if networks != self._networks:
            self._networks = networks
            self._lookup.cache_clear()

    @property
    def has_addresses(self) -> bool:
        return bool(self._networks)

    def is_own_address(self, address: str) -> bool:
        """Whether a whole address (never stored) is one of ours."""
        return self._lookup(address)

    def _is_own(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in ip_network(network) for network in self._networks)

    def is_own_email(self, email: str) -> bool:
        return email.rpartition("@")[2] in self._domains

    def mark(self, events: list[Event]) -> tuple[list[Event], Found]:
        """The same events, those of own people suspect; and who of their visitors was not known as such."""
        if not self._domains or not events:
            return events, NOBODY
        emails = {str(event.visitor): event.email for event in events if event.email}
        found = {key: email.rpartition("@")[2] for key, email in emails.items() if self.is_own_email(email)}
        marked = [self._marked(event, found) for event in events]
        return marked, {key: domain for key, domain in found.items() if key not in self._visitors}

    def _marked(self, event: Event, found: Found) -> Event:
        key = event.visitor
        if event.suspect or not (key in self._visitors or key in found):
            return event
        return replace(event, suspect=OWN_PEOPLE)

    def saw(self, found: Found) -> None:
        """Their events are stored: what they did before is looked at too, beside the request, one after the other.

        Anyone may say to be one of us: for whom there is no room, the next time they say so will do.
        """
        new = [pair for pair in found.items() if pair[0] not in self._waiting]
        self._waiting.update(new[: max(0, _MOST_WAITING - len(self._waiting))])
        self._visitors |= self._waiting.keys() & found.keys()
        if self._task is None and self._waiting:
            self._task = asyncio.ensure_future(self._leave_out())
            self._task.add_done_callback(self._settle)

    async def _leave_out(self) -> None:
        await self._running.scored_again()
        while self._waiting:
            key, domain = next(iter(self._waiting.items()))
            await self._running.do(partial(leave_out_visitor, key=key, domain=domain), "")
            del self._waiting[key]

    def _settle(self, task: asyncio.Task[Any]) -> None:
        self._task = None
        if not task.cancelled() and task.exception() is not None:
            # Known visitors are not looked at again: let their next event try.
            self._waiting.clear()
            self._read_at = 0
