"""Events into the log: the one place where a request waits for the commit."""

from __future__ import annotations

from ripeline.collect.refusals import Refused
from ripeline.domain.event import Event
from ripeline.errors import InvalidEvent, LogRefused
from ripeline.running import Running


async def store(running: Running, events: list[Event]) -> int:
    """Append and return how many were new; on return they are on disk.

    Raises `Refused`: 503 when nothing is taken now, 400 for what no check at the door caught.
    """
    if not events:
        return 0
    try:
        return sum(await running.log.append(events))
    except LogRefused as refused:
        raise Refused(503, "try_again", str(refused), retry_after=refused.retry_after) from refused
    except InvalidEvent as problem:
        raise Refused(400, problem.code, str(problem)) from problem
