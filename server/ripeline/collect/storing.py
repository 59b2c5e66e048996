"""Events into the log: the one place where a request waits for the commit."""

from __future__ import annotations

from asyncio import Future, wait
from collections.abc import Sequence
from typing import Final

from ripeline.collect.refusals import Refused
from ripeline.domain.event import Event
from ripeline.errors import InvalidEvent, LogRefused
from ripeline.running import Running
from ripeline.store.database import DatabaseError

#: Seconds.
_RETRY_AFTER: Final = 5


async def store(running: Running, events: list[Event], found: Sequence[Event] = (), sender: str = "") -> int:
    """Append and return how many were new; on return they are on disk. Raises as `accepted_of`.

    What was `found` is appended with them, and not counted.
    """
    if not events:
        return 0
    stored = submit(running, [*events, *found], sender)
    await wait([stored])
    return accepted_of(stored, len(events))


async def store_counted(running: Running, events: list[Event], rejected: int = 0) -> int:
    """`store` for doors that read no `Arrival`: with these events, and so many that could not be read, in the tally."""
    tally, received = running.tally, len(events) + rejected
    tally.received += received
    try:
        accepted = await store(running, events)
    except Refused as refusal:
        tally.turn_away(received)
        refusal.is_counted = True
        raise
    tally.answer(accepted, len(events) - accepted, rejected)
    return accepted


def turn_away(running: Running, refusal: Refused) -> None:
    """Count a request that is refused, unless its events are counted already."""
    if not refusal.is_counted:
        running.tally.turn_away(0)


def submit(running: Running, events: list[Event], sender: str = "") -> Future[list[bool]]:
    """Hand events (at least one) to the log; done when they are on disk. Raises `Refused` 503 when there is no room."""
    try:
        return running.log.submit(events, sender)
    except LogRefused as refused:
        raise _try_again(refused) from refused


def accepted_of(stored: Future[list[bool]], sent: int) -> int:
    """How many of the first `sent` were new, once `stored` is done.

    Raises `Refused`: 503 when nothing is taken now, 400 for what no check at the door caught.
    """
    try:
        return sum(stored.result()[:sent])
    except LogRefused as refused:
        raise _try_again(refused) from refused
    except InvalidEvent as problem:
        raise Refused(400, problem.code, str(problem)) from problem


def unread(error: DatabaseError) -> Refused:
    """What a sender is told while we cannot look up whose events these are: 503."""
    return Refused(503, "try_again", f"the database cannot be read: {error}", retry_after=_RETRY_AFTER)


def _try_again(refused: LogRefused) -> Refused:
    return Refused(503, "try_again", str(refused), retry_after=refused.retry_after)
