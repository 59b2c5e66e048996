"""The door of the log: a bounded queue between the requests that bring events and the one thread that writes."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ripeline.domain.event import Event
from ripeline.errors import LogRefused

Outcome = list[bool] | Exception

#: Places in the queue, and the bytes that one event in one place may have come in. What is longer takes more: all of it
#: came in at most 4 MB, and takes 16 MB of memory at worst, as a text with an emoji has four bytes a character there.
LIMIT: Final = 2_000
PLACE_BYTES: Final = 2_048


@dataclass(slots=True)
class Waiting:
    """Events of one call, whom to tell what became of them, and the places they take.

    `sender` is the address they come from, "" for none that counts.
    """

    events: list[Event]
    tell: Callable[[Outcome], None]
    loop: asyncio.AbstractEventLoop
    sender: str = ""
    places: int = 1


class EventLog:
    """Takes events from event loops and keeps them until the writer has them on disk.

    `bell` wakes the writer. At most `limit` events wait, those being written included, and fewer when they are long
    (`places_of`). Once several sites have sent some, each may take at most twice the room that is left, and so may each
    sender at any time: whoever floods leaves room for the others.
    """

    def __init__(self, bell: threading.Event | None = None, limit: int = LIMIT) -> None:
        self.bell = bell or threading.Event()
        self.limit = limit
        self._lock = threading.Lock()
        self._queue: deque[Waiting] = deque()
        self._accepted = 0
        self._answered = 0
        self._taken = 0
        self._of_site: dict[int, int] = {}
        self._of_sender: dict[str, int] = {}
        self._closed = ""

    async def append(self, events: list[Event], sender: str = "", size: int = 0) -> list[bool]:
        """Store events; per event True when it is new, False when the site had its id before.

        Returns after the COMMIT that holds them all. Raises `LogRefused` when there is no room or the log is
        closed: nothing of this call is then acknowledged, and all of it may be sent again; `InvalidEvent` for what no
        check at the door caught. At most `limit` events a call, which came in `size` bytes (0: few).
        """
        if not events:
            return []
        future: asyncio.Future[list[bool]] = asyncio.get_running_loop().create_future()
        self.hand_in(events, partial(_resolve, future), sender, size)
        return await future

    def hand_in(self, events: list[Event], tell: Callable[[Outcome], None], sender: str = "", size: int = 0) -> None:
        """`append` without a future, of at least one event: `tell` is called in this event loop with what became of it.

        It must not raise: others are told after it. Raises `LogRefused` when there is no room.
        """
        loop = asyncio.get_running_loop()
        waiting = Waiting(events, tell, loop, sender, places_of(len(events), size))
        with self._lock:
            self._admit(waiting)
            self._accepted += len(events)
            self._queue.append(waiting)
        if not self.bell.is_set():
            self.bell.set()

    def _admit(self, call: Waiting) -> None:
        """A call is of one site: of the one its first event is of."""
        if self._closed:
            raise LogRefused(self._closed)
        places, site = call.places, call.events[0].site
        of_site = self._of_site.setdefault(site, 0)
        left = self.limit - self._taken - places
        if left < 0:
            raise LogRefused(self.crowd)
        if len(self._of_site) > 1 and of_site + places > 2 * left:
            raise LogRefused(f"{self.crowd}, too many of them of this site")
        if call.sender:
            of_sender = self._of_sender.get(call.sender, 0)
            if of_sender + places > 2 * left:
                raise LogRefused(f"{self.crowd}, too many of them of this address")
            self._of_sender[call.sender] = of_sender + places
        self._of_site[site] = of_site + places
        self._taken += places

    @property
    def accepted(self) -> int:
        """How many events were let in since the start."""
        return self._accepted

    @property
    def answered(self) -> int:
        """How many of them have their outcome."""
        return self._answered

    @property
    def pending(self) -> int:
        """How many of them have none yet."""
        return self._accepted - self._answered

    @property
    def calls(self) -> int:
        """How many calls nobody has taken yet."""
        return len(self._queue)

    @property
    def is_crowded(self) -> bool:
        """Whether next to no more events fit in."""
        return self._taken * 20 >= self.limit * 19

    @property
    def crowd(self) -> str:
        """What keeps others out, for whoever is told to come back."""
        return f"{self.pending} events are waiting to be written"

    def take(self, most: int) -> list[Waiting]:
        """The oldest calls, whole, of about `most` events in all (at least one call); [] when none waits."""
        taken: list[Waiting] = []
        count = 0
        with self._lock:
            while self._queue and count < most:
                taken.append(self._queue.popleft())
                count += len(taken[-1].events)
        return taken

    def answer(self, taken: Sequence[Waiting], outcomes: Sequence[Outcome]) -> None:
        """Wake the callers, each with its outcome: one call into each event loop for all of its callers."""
        with self._lock:
            for waiting in taken:
                self._answered += len(waiting.events)
                self._taken -= waiting.places
                self._of_site[waiting.events[0].site] -= waiting.places
                if waiting.sender:
                    self._forget(waiting.sender, waiting.places)
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Callable[[Outcome], None], Outcome]]] = {}
        for waiting, outcome in zip(taken, outcomes, strict=True):
            by_loop.setdefault(waiting.loop, []).append((waiting.tell, outcome))
        for loop, answers in by_loop.items():
            # A loop that is gone has no callers left; their events are stored all the same.
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell_all, answers)

    def _forget(self, sender: str, places: int) -> None:
        """Only who has events waiting is remembered."""
        left = self._of_sender.pop(sender) - places
        if left:
            self._of_sender[sender] = left

    def close(self, reason: str) -> None:
        """Take nothing more; what was let in keeps its place."""
        with self._lock:
            self._closed = reason

    def refuse_all(self, reason: str) -> None:
        """Take nothing more and let go of everybody who waits."""
        self.close(reason)
        taken = self.take(self.limit)
        self.answer(taken, [LogRefused(reason)] * len(taken))


def places_of(count: int, size: int) -> int:
    """How many places so many events take that came in so many bytes: mostly as many as there are."""
    return count if size <= count * PLACE_BYTES else -(-size // PLACE_BYTES)


def _tell_all(answers: list[tuple[Callable[[Outcome], None], Outcome]]) -> None:
    for tell, outcome in answers:
        tell(outcome)


def _resolve(future: asyncio.Future[list[bool]], outcome: Outcome) -> None:
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
