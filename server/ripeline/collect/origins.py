"""Which sites may send events: by site key and by Origin; registered ones only, as soon as there is one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from ripeline.collect.own_channels import own_channels
from ripeline.collect.refusals import Refused
from ripeline.collect.storing import unread
from ripeline.domain.source_reading import host_of
from ripeline.running import Running
from ripeline.store.database import Connection, DatabaseError
from ripeline.store.sites import own_origins, record_origin, site_keys

_REREAD_AFTER_MS: Final = 1_000
_RECORD_AGAIN_AFTER_MS: Final = 60_000
_MOST_REMEMBERED: Final = 1_000

_ORIGIN: Final = re.compile(r"null|[a-z][a-z0-9+.-]{0,20}://[!-.0-~]{1,255}")

CorsHeaders = list[tuple[bytes, bytes]]
NO_CORS: Final[CorsHeaders] = []


class Sites:
    """Site keys and registered origins as the database has them, read again once a second while events come.

    `channels`: where page views come from, with these sites as our own.
    """

    def __init__(self, running: Running) -> None:
        self._running = running
        self._from_settings = frozenset(running.settings.origins)
        self._keys: dict[str, int] = {}
        self._registered = self._from_settings
        self.hosts = _hosts_of(self._registered)
        self._table = own_channels(running.settings.channels_file)
        self.channels = self._table.with_sites(map(host_of, self._registered))
        self._read_at = 0
        self._recorded: dict[tuple[int, str], int] = {}
        self._cors: dict[bytes, CorsHeaders] = {}
        self._writes: set[asyncio.Task[Any]] = set()

    def refresh(self, now: int) -> None:
        """Read the database again when the last reading is older than a second (~0.1 ms).

        Raises `Refused` 503 when it cannot be read.
        """
        if 0 <= now - self._read_at < _REREAD_AFTER_MS:
            return
        try:
            with self._running.database.read() as conn:
                self._keys = site_keys(conn)
                registered = own_origins(conn) | self._from_settings
        except DatabaseError as error:
            raise unread(error) from error
        self._read_at = now
        if registered != self._registered:
            self._registered = registered
            self.hosts = _hosts_of(registered)
            self.channels = self._table.with_sites(map(host_of, registered))
            self._cors.clear()

    def cors(self, origin: bytes) -> CorsHeaders:
        """The headers that let a page of this origin read the answer; raises `Refused` 403 for other sites."""
        found = self._cors.get(origin)
        if found is None:
            self._check_origin(origin.decode("latin-1"))
            if len(self._cors) >= _MOST_REMEMBERED:
                self._cors.clear()
            found = self._cors[origin] = [
                (b"access-control-allow-origin", origin),
                (b"access-control-allow-credentials", b"true"),
            ]
        return found

    def _check_origin(self, origin: str) -> None:
        if not _ORIGIN.fullmatch(origin):
            raise Refused(403, "bad_origin", "this Origin is none")
        if self._registered and origin not in self._registered:
            self._running.sightings.refused(origin, self._read_at)
            raise Refused(403, "unknown_origin", f"{origin} is not registered on this server")

    def may_be_own(self, address: str) -> bool:
        """Is this the address of a page that may send us events, as far as we know our sites?"""
        parts = urlsplit(address)
        return not self._registered or f"{parts.scheme}://{parts.netloc}".lower() in self._registered

    def site_of(self, key: str | None) -> int:
        """The site of this key, or the only one when there is no key; raises `Refused` 403."""
        if key:
            site = self._keys.get(key)
            if site is None:
                raise Refused(403, "unknown_site", "no site has this key")
            return site
        if len(self._keys) != 1:
            raise Refused(403, "unknown_site", "say which site: the key is missing")
        return next(iter(self._keys.values()))

    def saw(self, site_id: int, origin: bytes, now: int) -> None:
        """Events of this origin were stored: the Install page shows it. Written at once, then once a minute."""
        key = (site_id, origin.decode("latin-1"))
        last = self._recorded.get(key)
        if last is not None and 0 <= now - last < _RECORD_AGAIN_AFTER_MS:
            return
        if last is None and len(self._recorded) >= _MOST_REMEMBERED:
            return
        self._recorded[key] = now
        self._write(lambda conn: record_origin(conn, *key, now))

    def _write(self, work: Callable[[Connection], None]) -> None:
        # Beside the request: its events are stored, and their answer does not wait for this.
        task = asyncio.ensure_future(self._running.write(work))
        self._writes.add(task)
        task.add_done_callback(self._settle)

    def _settle(self, task: asyncio.Task[Any]) -> None:
        self._writes.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._recorded.clear()


def _hosts_of(origins: Iterable[str]) -> frozenset[str]:
    """The hosts as canonical addresses write them: a port only where it is not the usual one."""
    return frozenset(origin.partition("://")[2] for origin in origins)
