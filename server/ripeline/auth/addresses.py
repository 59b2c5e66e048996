"""Whose request this is: the peer's address, or what trusted proxies say of it. Never stored."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import Scope

from ripeline.unnamed_proxies import UnnamedProxies, is_near

Network = IPv4Network | IPv6Network

#: Any number of requests share it: peers on a Unix socket have no address.
NO_ADDRESS = ""


class Addresses:
    """Reads `X-Forwarded-For` only as far as the proxies named in the settings wrote it; `unnamed` hears of others."""

    def __init__(self, trusted_proxies: tuple[str, ...], unnamed: UnnamedProxies | None = None) -> None:
        self.unnamed = unnamed or UnnamedProxies()
        self._trusted = tuple(ip_network(proxy, strict=False) for proxy in trusted_proxies)
        self._is_trusted = lru_cache(maxsize=1024)(self._lookup)

    def is_peer_trusted(self, scope: Scope) -> bool:
        """Whether the other end of the connection is one of the proxies named in the settings."""
        client = scope["client"]
        return bool(self._trusted) and client is not None and self._is_trusted(client[0])

    def of(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The address to count by: the last one in the chain that no trusted proxy has."""
        client = scope["client"]
        peer: str = client[0] if client else NO_ADDRESS
        if not self._trusted or not self._is_trusted(peer):
            if _is_passed_on(headers):
                self.unnamed.saw(peer)
            return peer
        for hop in reversed(headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
            address = hop.strip()
            if not _is_address(address):
                return peer
            peer = address
            if not self._is_trusted(address):
                break
        return peer

    def is_hidden(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        """Whether the sender's address is not known: a proxy of our own network that nobody named stands before it."""
        client = scope["client"]
        peer = client[0] if client else NO_ADDRESS
        return _is_passed_on(headers) and not self.is_peer_trusted(scope) and is_near(peer)

    def _lookup(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self._trusted)


def _is_passed_on(headers: dict[bytes, bytes]) -> bool:
    return b"x-forwarded-for" in headers or b"forwarded" in headers


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=8)
def addresses_behind(trusted_proxies: tuple[str, ...]) -> Addresses:
    """The reader for these proxies, made once."""
    return Addresses(trusted_proxies)
