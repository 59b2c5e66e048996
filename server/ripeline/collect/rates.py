"""How many requests an address may send: a token bucket each, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from ripeline.settings import RateLimit

_MOST_ADDRESSES: Final = 20_000


class Rates:
    """Each address starts with `burst` requests and gains `per_second`; None: no limit.

    The addresses stay in memory only, the longest silent forgotten first.
    """

    def __init__(self, limit: RateLimit | None) -> None:
        self.limit = limit
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, address: str, now: float) -> int:
        """0 when a request at `now` (s) may pass, and count it; otherwise seconds until the next may."""
        if self.limit is None:
            return 0
        key = _neighbourhood(address) if ":" in address else address
        left, since = self._buckets.pop(key, (float(self.limit.burst), now))
        left = min(float(self.limit.burst), left + max(0.0, now - since) * self.limit.per_second)
        passes = left >= 1
        self._buckets[key] = (left - 1 if passes else left, now)
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return 0 if passes else max(1, ceil((1 - left) / self.limit.per_second))


def _neighbourhood(address: str) -> str:
    """One IPv6 household has 2^64 addresses; they count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return address
