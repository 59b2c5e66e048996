"""Events into the log: the one place where a request waits for the commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ripeline.collect.refusals import Refused
from ripeline.domain.event import Event
from ripeline.errors import InvalidEvent, LogRefused
from ripeline.log.queue import Outcome
from ripeline.running import Running
from ripeline.store.database import DatabaseError

#: Seconds.
_RETRY_AFTER: Final = 5


async def store(
    running: Running, events: list[Event], found: Sequence[Event] = (), sender: str = "", size: int = 0
) -> int:
    """Append and return how many were new; on return they are on disk. Raises as `accepted_of`.

    What was `found` is appended with them, and not counted. `size`: bytes they came in, 0 where it is no matter.
    """
    if not events:
        return 0
    try:
        stored: Outcome = await running.log.append([*events, *found], sender, size)
    except (LogRefused, InvalidEvent) as problem:
        stored = problem
    return accepted_of(stored, len(events))


async def store_counted(running: Running, events: list[Event], rejected: int = 0, size: int = 0) -> int:
    """`store` for doors that read no `Arrival`: with these events, and so many that could not be read, in the tally."""
    tally, received = running.tally, len(events) + rejected
    tally.received += received
    try:
        accepted = await store(running, events, size=size)
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


def submit(
    running: Running, events: list[Event], tell: Callable[[Outcome], None], sender: str = "", size: int = 0
) -> None:
    """Hand events (at least one) to the log; `tell` hears when they are on disk, or why not, and must not raise.

    Raises `Refused` 503 when there is no room.
    """
    try:
        running.log.hand_in(events, tell, sender, size)
    except LogRefused as refused:
        raise _try_again(refused) from refused


def accepted_of(stored: Outcome, sent: int) -> int:
    """How many of the first `sent` were new.

    Raises `Refused`: 503 when nothing is taken now, 400 for what no check at the door caught.
    """
    if not isinstance(stored, Exception):
        return sum(stored[:sent])
    if isinstance(stored, LogRefused):
        raise _try_again(stored) from stored
    if isinstance(stored, InvalidEvent):
        raise Refused(400, stored.code, str(stored)) from stored
    raise stored


def unread(error: DatabaseError) -> Refused:
    """What a sender is told while we cannot look up whose events these are: 503."""
    return Refused(503, "try_again", f"the database cannot be read: {error}", retry_after=_RETRY_AFTER)


def _try_again(refused: LogRefused) -> Refused:
    return Refused(503, "try_again", str(refused), retry_after=refused.retry_after)
