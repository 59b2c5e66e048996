"""Slower after each wrong password: per account and per address, whether or not the account exists."""

from __future__ import annotations

from typing import Final

from ripeline.auth.secrets import hash_of
from ripeline.store.database import Connection
from ripeline.store.people import count_failure, failures_of, forget_failure, forget_failures_before

# An office shares one address: it may fail more often than one account.
_FREE_TRIES: Final = {"account": 5, "address": 25}
_LONGEST_WAIT_SECONDS: Final = 15 * 60
_FORGOTTEN_AFTER_MS: Final = 24 * 3600 * 1000


def keys_of(email: str, address: str) -> tuple[str, str]:
    """What failures are counted under; hashed, so that nothing typed by a stranger is stored."""
    return (f"account:{hash_of(email)}", f"address:{hash_of(address)}")


def wait_seconds(conn: Connection, keys: tuple[str, str], now: int) -> int:
    """How long until the next try is looked at, 0 when it is now; from 1 s it doubles with each failure."""
    return max(_wait(key, *failures_of(conn, key), now) for key in keys)


def _wait(key: str, failures: int, last_at: int, now: int) -> int:
    beyond = failures - _FREE_TRIES[key.partition(":")[0]]
    if beyond < 0:
        return 0
    delay: int = min(2 ** min(beyond, 20), _LONGEST_WAIT_SECONDS)
    # A clock set back must lock nobody out for longer than the delay itself.
    return min(delay, max(0, -(-(last_at + delay * 1000 - now) // 1000)))


def note_failure(conn: Connection, keys: tuple[str, str], now: int) -> None:
    forget_failures_before(conn, now - _FORGOTTEN_AFTER_MS)
    for key in keys:
        count_failure(conn, key, now)


def note_success(conn: Connection, keys: tuple[str, str]) -> None:
    """The account starts afresh; the address does not, or one good account would free it to try others."""
    forget_failure(conn, keys[0])
