"""What the writer does when it has a moment: a little at a time, each piece in transactions of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

from ripeline.saying_why import said_of
from ripeline.sentences import N_
from ripeline.store.failures import failure_of, may_pass

log = logging.getLogger(__name__)

#: Does a little of what there is to do; how much, 0 when there is nothing for now.
Chore = Callable[[], int]

#: Seconds until a chore that had nothing to do, or failed, is asked again.
_REST: Final = 30.0


class Paced:
    """A chore that rests for some other time (seconds) when there was nothing to do."""

    def __init__(self, chore: Chore, rest: float) -> None:
        self.rest = rest
        self._chore = chore

    def __call__(self) -> int:
        return self._chore()


class Chores:
    """Several chores, each asked in turn; times are monotonic seconds. `problem` is why the last one failed, or ""."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self.problem = ""
        self._chores = chores
        self._rests = [each.rest if isinstance(each, Paced) else _REST for each in chores]
        self._not_before = [0.0] * len(chores)

    def look(self) -> None:
        """There may be something to do that nobody told about."""
        self._not_before = [0.0] * len(self._chores)

    def step(self, now: float) -> int:
        """One piece of each chore that is not resting; how much was done. Raises only when the storage is broken."""
        return sum(self._do(place, now) for place, rests in enumerate(self._not_before) if rests <= now)

    def due_in(self, now: float) -> float:
        """Seconds until a chore is to be asked again."""
        return max(0.0, min(self._not_before, default=now + _REST) - now)

    def _do(self, place: int, now: float) -> int:
        try:
            done = self._chores[place]()
        except Exception as error:
            if failure_of(error) == "broken":
                raise
            self._not_before[place] = now + _REST
            self.problem = N_("a chore of the writer fails, and is tried again: %(why)s", why=said_of(error))
            log.error("a chore of the writer failed; again in %g s: %s", _REST, error, exc_info=not may_pass(error))
            return 0
        self.problem = ""
        if not done:
            self._not_before[place] = now + self._rests[place]
        return done
