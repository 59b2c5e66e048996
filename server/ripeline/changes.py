"""What has just changed, for pages that are open: told by the thread that writes, heard by whoever listens.

Nobody listening costs one look at a flag. However much changes, a listener hears of it at most once a second, by the
ids of leads and two flags: nothing about anybody.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

#: Listeners at a time, each a connection; and how many of them one person may be, with however many pages open.
MOST_LISTENERS: Final = 200
MOST_OF_ONE: Final = 20
#: Beyond so many leads it is just "all".
MOST_LEADS: Final = 200
#: Seconds between two words to a listener.
PACE: Final = 1.0


@dataclass(slots=True)
class Word:
    """Changes since the last one: leads; `is_ready`: hand-offs; `is_bands`: somebody entered or left a band; `is_all`:
    too much to tell one by one."""

    leads: set[int] = field(default_factory=set)
    is_ready: bool = False
    is_bands: bool = False
    is_all: bool = False

    def add(self, other: Word) -> None:
        """What the other one says, too."""
        self.leads |= other.leads
        self.is_ready |= other.is_ready
        self.is_bands |= other.is_bands
        self.is_all |= other.is_all or len(self.leads) > MOST_LEADS
        if self.is_all:
            self.leads.clear()

    def __bool__(self) -> bool:
        return bool(self.leads) or self.is_ready or self.is_bands or self.is_all


class Listener:
    """One open page of a person; belongs to the event loop."""

    def __init__(self, person: int = 0) -> None:
        self.person = person
        self._word = Word()
        self._bell = asyncio.Event()
        self.is_over = False

    def hear(self, word: Word) -> None:
        self._word.add(word)
        self._bell.set()

    def end(self) -> None:
        """There will be nothing more."""
        self.is_over = True
        self._bell.set()

    async def next(self, patience: float) -> Word | None:
        """What changed since the last time; None: nothing did for so many seconds, or it is over."""
        try:
            await asyncio.wait_for(self._bell.wait(), patience)
        except TimeoutError:
            return None
        self._bell.clear()
        word, self._word = self._word, Word()
        return word or None


class Changes:
    """Between the thread that writes and the event loop; `pace` in seconds."""

    def __init__(self, pace: float = PACE) -> None:
        self.is_heard = False
        self._pace = pace
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._word = Word()
        self._is_planned = False
        self._spread_at = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_over = False

    def tell(self, leads: Iterable[int], *, ready: bool = False, bands: bool = False, all: bool = False) -> None:
        """From any thread, after the commit: these leads changed, or hand-offs did, or bands."""
        loop = self._loop
        if not self.is_heard or loop is None or loop.is_closed():
            return
        with self._lock:
            self._word.add(Word(set(leads), ready, bands, all))
            is_planned, self._is_planned = self._is_planned, True
        if not is_planned:
            loop.call_soon_threadsafe(self._plan, loop)

    def has_room(self, person: int = 0) -> bool:
        """Whether one more page of that person may listen."""
        if self._is_over or len(self._listeners) >= MOST_LISTENERS:
            return False
        return sum(listener.person == person for listener in self._listeners) < MOST_OF_ONE

    def listen(self, person: int = 0) -> Listener:
        """In the event loop: hear of everything from now on, until `leave`."""
        self._loop = asyncio.get_running_loop()
        listener = Listener(person)
        self._listeners.add(listener)
        self.is_heard = True
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        self.is_heard = bool(self._listeners)

    def close(self) -> None:
        """In the event loop: the server stops, and everybody's connection ends."""
        self._is_over = True
        for listener in self._listeners:
            listener.end()

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(max(0.0, self._spread_at + self._pace - loop.time()), self._spread, loop)

    def _spread(self, loop: asyncio.AbstractEventLoop) -> None:
        self._spread_at = loop.time()
        with self._lock:
            word, self._word = self._word, Word()
            self._is_planned = False
        for listener in self._listeners:
            listener.hear(word)
