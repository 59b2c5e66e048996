"""Passwords: argon2id, hashed off the event loop and a few at a time."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.concurrency import run_in_threadpool

MINIMUM_LENGTH: Final = 10
MAXIMUM_LENGTH: Final = 1024

_HASHER: Final = PasswordHasher()
# Each hash takes 64 MiB: without a bound, a burst of sign-ins would take the machine's memory.
_AT_ONCE: Final = 2


@cache
def _gate(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:  # noqa: ARG001 - one gate a loop, kept by the cache
    return asyncio.Semaphore(_AT_ONCE)


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash("the password of an account that does not exist")


def hash_password(password: str) -> str:
    """The argon2id hash to store (blocking, ~50 ms)."""
    return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Check a password (blocking); an unknown account (None) takes as long and is always False."""
    try:
        return _HASHER.verify(password_hash or _hash_of_nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


async def hash_password_aside(password: str) -> str:
    async with _gate(asyncio.get_running_loop()):
        return await run_in_threadpool(hash_password, password)


async def is_password_aside(password: str, password_hash: str | None) -> bool:
    async with _gate(asyncio.get_running_loop()):
        return await run_in_threadpool(is_password, password, password_hash)
