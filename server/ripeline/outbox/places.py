"""Where a server may send to when anybody can type an address: never into the network it stands in, unless allowed.

A name is looked up once, every address of it is checked, and the connection goes to one that was (see `web`): a second
look-up could answer otherwise (CWE-918, DNS rebinding).
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import quote, urlsplit

from ripeline.errors import InvalidRequest

#: The addresses of a name at a port, as text.
LookUp = Callable[[str, int], Awaitable[list[str]]]

_LONGEST: Final = 2_048
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f]*:[0-9a-f:.]+")
# IPv6 addresses that stand for an IPv4 one (RFC 6052); the others `ipaddress` knows itself.
_CARRIES_IPV4: Final = IPv6Network("64:ff9b::/96")
# Those of a network's own translator (RFC 8215), whatever it makes of them.
_TRANSLATED: Final = IPv6Network("64:ff9b:1::/48")
# What a cloud tells its machines about themselves, keys included; an address of its own on AWS over IPv6.
_METADATA: Final = frozenset({ip_address("fd00:ec2::254"), ip_address("100.100.100.200"), ip_address("192.0.0.192")})


class Forbidden(Exception):
    """That address may not be sent to; the text says why."""


def checked_address(text: str, *, private: bool) -> str:
    """An address of a webhook as it will be called; raises `InvalidRequest`. `private`: http will do, and any host."""
    try:
        parts = urlsplit(text.strip())
        host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii").decode()
        port = parts.port
    except ValueError as error:
        raise InvalidRequest("address", "is no web address, like https://example.com/hook") from error
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or len(text) > _LONGEST:
        raise InvalidRequest("address", "is no web address, like https://example.com/hook")
    if parts.username is not None or parts.password is not None:
        raise InvalidRequest("address", "must not hold a name and a password")
    if parts.scheme == "http" and not private:
        raise InvalidRequest("address", "must begin with https://")
    if _is_address(host) and not is_allowed(host, private=private):
        raise InvalidRequest("address", "leads into a private network")
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._')}" if parts.query else ""
    return f"{parts.scheme}://{place}{path}{query}"


def is_allowed(address: str, *, private: bool) -> bool:
    """Whether an IP address may be sent to: a public one; with `private` any a service can have beside this one."""
    try:
        real = _behind(ip_address(address))
    except ValueError:
        return False
    if real in _METADATA or real.is_link_local or real.is_multicast or real.is_unspecified:
        return False
    if private:
        return not real.is_reserved or real.is_loopback
    is_local = isinstance(real, IPv6Address) and (real.is_site_local or real in _TRANSLATED)
    return real.is_global and not (real.is_private or real.is_reserved or real.is_loopback or is_local)


async def find_allowed(host: str, port: int, look_up: LookUp, *, private: bool) -> list[str]:
    """The addresses of that host, all of which may be sent to; raises `Forbidden`, and OSError when it has none."""
    found = [host] if _is_address(host) else await look_up(host, port)
    if not found:
        raise OSError(f"{host} has no address")
    if not all(is_allowed(each, private=private) for each in found):
        raise Forbidden(f"{host} leads into a private network")
    return list(dict.fromkeys(found))


async def look_up(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        # 127.1, 0x7f000001 and 2130706433 are addresses to some resolvers.
        return False
    return True


def _behind(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if address in _CARRIES_IPV4:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.teredo[1] if address.teredo else address
