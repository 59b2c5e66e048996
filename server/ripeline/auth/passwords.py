"""Passwords: argon2id, hashed off the event loop and one at a time."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.concurrency import run_in_threadpool

from ripeline.errors import Crowded

MINIMUM_LENGTH: Final = 10
MAXIMUM_LENGTH: Final = 1024

_HASHER: Final = PasswordHasher()
# Each hash takes 64 MiB and four threads: more at once would take the machine from those who send events.
_AT_ONCE: Final = 1
#: Beyond so many who wait, whoever comes is asked to come again.
MOST_WAITING: Final = 100
_COME_AGAIN_SECONDS: Final = 5

# A password nobody has, hashed as all are: made anew it would show by its time that nobody has asked yet.
_OF_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$cvzOZ+aEjPyTmK2C6vL7gA$4EvBAxe2g9Jb1Eq45us1cb5dyMJzHwjTDWAkrjEIjeA"


class _Gate:
    """Where those wait who want a hash; belongs to one loop."""

    def __init__(self) -> None:
        self.waiting = 0
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> None:
        check_room()
        self.waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        self._turn.release()


@cache
def _gate(loop: asyncio.AbstractEventLoop) -> _Gate:  # noqa: ARG001 - one gate a loop, kept by the cache
    return _Gate()


def check_room() -> None:
    """Raises `Crowded` when too many wait already: to be asked before anything is begun."""
    if _gate(asyncio.get_running_loop()).waiting >= MOST_WAITING:
        raise Crowded("too many people are signing in at this moment", retry_after=_COME_AGAIN_SECONDS)


def hash_password(password: str) -> str:
    """The argon2id hash to store (blocking, ~50 ms)."""
    return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Check a password (blocking); an unknown account (None) takes as long and is always False."""
    try:
        return _HASHER.verify(password_hash or _OF_NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


async def hash_password_aside(password: str) -> str:
    """Raises `Crowded`."""
    async with _gate(asyncio.get_running_loop()):
        return await run_in_threadpool(hash_password, password)


async def is_password_aside(password: str, password_hash: str | None) -> bool:
    """Raises `Crowded`."""
    async with _gate(asyncio.get_running_loop()):
        return await run_in_threadpool(is_password, password, password_hash)
