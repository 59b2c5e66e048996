"""What the Install page is told of installs that are under way: who asked for the script, who was turned away.

In memory only: it is about the last hour, and strangers must not be able to fill a table with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

HOUR_MS: Final = 3_600_000
#: Two addresses of the script asked for within this time by pages of one site: two different tags.
_TOGETHER_MS: Final = 10_000
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Load:
    """Pages of `origin` asked for the script, last at `at` (ms), at `address`.

    `other` is another address they asked for within seconds, "" when there was none.
    """

    origin: str
    at: int
    address: str
    other: str = ""

    @property
    def is_local(self) -> bool:
        """There the script is silent unless the tag says `data-dev`."""
        host = urlsplit(self.origin).hostname or ""
        return host.startswith("127.") or host == "::1" or host.endswith("localhost")


class Sightings:
    """The newest of each kind, one an origin."""

    def __init__(self) -> None:
        self._loads: dict[str, Load] = {}
        self._refusals: dict[str, int] = {}

    def loaded(self, referrer: str, address: str, at: int) -> None:
        """A browser asked for the script at `address` (path and query), from a page of `referrer` if it says so."""
        origin = origin_of(referrer)
        if not origin:
            return
        before = self._loads.pop(origin, None)
        self._loads[origin] = Load(origin, at, address, _other(before, address, at))
        _shorten(self._loads)

    def refused(self, origin: str, at: int) -> None:
        """Events of this origin were turned away, because it is not registered (`null` never can be)."""
        if not origin_of(origin):
            return
        self._refusals.pop(origin, None)
        self._refusals[origin] = at
        _shorten(self._refusals)

    def loads(self, now: int) -> tuple[Load, ...]:
        """Those of the last hour, the newest first."""
        return tuple(load for load in reversed(list(self._loads.values())) if now - load.at < HOUR_MS)

    def refusals(self, now: int) -> tuple[tuple[str, int], ...]:
        """Origins turned away in the last hour and when, the newest first."""
        return tuple(pair for pair in reversed(list(self._refusals.items())) if now - pair[1] < HOUR_MS)


def _other(before: Load | None, address: str, at: int) -> str:
    if before is None or at - before.at > _TOGETHER_MS:
        return ""
    return before.other if before.address == address else before.address


def _shorten(kept: dict[str, Any]) -> None:
    if len(kept) > _MOST:
        del kept[next(iter(kept))]


def origin_of(address: str) -> str:
    """https://www.example.com/a → https://www.example.com; "" for what is no web address."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or len(host) > 253 or not host.isprintable() or " " in host:
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port and port != usual else ''}"
