"""Proxies that the settings do not name: until they do, all who come through one count as one address."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from ripeline.sentences import N_

#: Fewer may be somebody who tries what a header does.
_FEW: Final = 3
#: Machines of one's own network that are counted; a proxy is among the first.
_MOST: Final = 16


class UnnamedProxies:
    """How often which machine of our own network has passed on what others asked, since the start; in memory only.

    Machines of the Internet are not counted: strangers write what they like into a header.
    """

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def saw(self, peer: str) -> None:
        """A request from there says that it is somebody else's (`X-Forwarded-For`, `Forwarded`)."""
        if peer in self._seen:
            self._seen[peer] += 1
        elif len(self._seen) < _MOST and is_near(peer):
            self._seen[peer] = 1

    def problem(self, named: tuple[str, ...]) -> str:
        """What that does and the setting that mends it, which names those proxies now; "" when there is none."""
        peer = max(self._seen, key=self._seen.__getitem__, default="")
        if self._seen.get(peer, 0) < _FEW:
            return ""
        return N_(
            "visitors come through a proxy at %(peer)s that the settings do not name, so all of them count as one "
            "address: one rate limit for all, and no address of your own can be left out. Start with "
            "`RIPELINE_TRUSTED_PROXIES=%(proxies)s`, and let the proxy write `X-Forwarded-For`",
            peer=peer,
            proxies=",".join((*named, peer)),
        )


@lru_cache(maxsize=1024)
def is_near(address: str) -> bool:
    """Whether no network far away can be there: this machine, or one beside it."""
    try:
        return not ip_address(address).is_global
    except ValueError:
        return False
