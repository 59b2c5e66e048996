"""Slower after each wrong password, whether or not the account exists; and nobody is kept out by a stranger's tries.

Counted is a try under three keys: the account as tried from one address, the account, the address. A browser that
has signed in to the account before is counted by itself alone (`known_browsers`), so a flood does not reach it; and
what strangers fail elsewhere holds up a new browser by a minute at most each time.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple

from ripeline.auth.secrets import hash_of
from ripeline.store.database import Connection
from ripeline.store.people import (
    count_failure,
    failures_of,
    forget_failure,
    forget_failures_before,
    uncount_failure,
)


class Patience(NamedTuple):
    """So many wrong passwords are free; after that the wait doubles from 1 s up to `longest` (s)."""

    free: int
    longest: int


_QUARTER: Final = 15 * 60
_PATIENCE: Final = {
    "browser": Patience(5, _QUARTER),
    "pair": Patience(5, _QUARTER),
    "account": Patience(10, 60),
    # An office shares one address: it may fail more often than one person.
    "address": Patience(60, _QUARTER),
}
_FORGOTTEN_AFTER_MS: Final = 24 * 3600 * 1000
# Whoever has one IPv6 address has all of its network (RFC 6177).
_ONE_CUSTOMER: Final = 64


def keys_of(email: str, address: str, browser: str) -> tuple[str, ...]:
    """What a try is counted under; hashed, so that nothing typed by a stranger is stored.

    `browser`: what a known browser is called, "" for any other.
    """
    if browser:
        return (f"browser:{hash_of(browser)}",)
    place = _network(address)
    return (f"pair:{hash_of(f'{email} {place}')}", f"account:{hash_of(email)}", f"address:{hash_of(place)}")


def wait_seconds(conn: Connection, keys: tuple[str, ...], now: int) -> int:
    """After how many seconds the next try is looked at, 0 when it is now; `now` in ms."""
    return max(_wait(key, *failures_of(conn, key), now) for key in keys)


def begin_try(conn: Connection, keys: tuple[str, ...], now: int) -> int:
    """`wait_seconds`, and where that is 0 the try is written down.

    The try counts as failed until `forgive` is called: a hundred at once must not all be looked at for free.
    """
    wait = wait_seconds(conn, keys, now)
    if not wait:
        forget_failures_before(conn, now - _FORGOTTEN_AFTER_MS)
        for key in keys:
            count_failure(conn, key, now)
    return wait


def forgive(conn: Connection, keys: tuple[str, ...]) -> None:
    """The password was right: all starts afresh but the address, or one good account would free it to try others."""
    for key in keys:
        if _kind(key) == "address":
            uncount_failure(conn, key)
        else:
            forget_failure(conn, key)


def _wait(key: str, failures: int, last_at: int, now: int) -> int:
    patience = _PATIENCE[_kind(key)]
    beyond = failures - patience.free
    if beyond < 0:
        return 0
    delay: int = min(2 ** min(beyond, 20), patience.longest)
    # A clock set back must lock nobody out for longer than the delay itself.
    return min(delay, max(0, -(-(last_at + delay * 1000 - now) // 1000)))


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((int(found), _ONE_CUSTOMER), strict=False))
    return address
