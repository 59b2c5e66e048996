"""The pace of the fold: large batches under load, soon when it is quiet, slower and slower while it fails."""

from __future__ import annotations

import logging
from collections import deque
from itertools import islice
from typing import Final, Protocol

from ripeline.saying_why import said_of
from ripeline.sentences import N_
from ripeline.store.failures import failure_of, may_pass

log = logging.getLogger(__name__)

#: Events a step. A step keeps appends waiting, so it is not to last longer than a slow commit.
STEP: Final = 250
#: Once more than so many wait, a step is as large as pays, and nothing is appended in its midst: what comes must not
#: outrun the scores.
FAR_BEHIND: Final = 600
LARGE: Final = 1_000
#: Folded when that many wait, or when the oldest has waited that long (seconds): a few soon, more in a larger
#: batch, which costs a quarter less CPU an event.
ENOUGH: Final = 200
FEW: Final = 5
SOON: Final = 0.02
LATER: Final = 0.045

_FIRST_REST: Final = 1.0
_LONGEST_REST: Final = 30.0


class Folder(Protocol):
    """Folds the next events of the log in one transaction; how many there were, at most `limit`.

    `forget`: rows whose ids it may remember are gone. `is_held`: nothing is to be folded yet.
    """

    is_held: bool

    def step(self, limit: int = STEP) -> int: ...
    def forget(self) -> None: ...


class Folding:
    """When to fold next, how far behind the scores are, and why they stay behind. Times are monotonic seconds."""

    def __init__(self, folder: Folder, now: float) -> None:
        self.folder = folder
        self.problem = ""
        self.is_behind = True
        self._hurry = False
        self._free_since = now
        # Since when it is behind: None until the writer's next turn, where nobody said when.
        self._since: float | None = now
        self._waiting: deque[tuple[int, float]] = deque()
        self._unfolded = 0
        self._rest = 0.0
        self._not_before = now

    @property
    def unfolded(self) -> int:
        """How many events are known to wait; 1 when it is only known that there may be some."""
        return self._unfolded or int(self.is_behind)

    @property
    def is_stuck(self) -> bool:
        """Whether nobody need wait for it: it fails, or is held."""
        return bool(self.problem) or self.folder.is_held

    @property
    def is_far_behind(self) -> bool:
        """Whether more is taken in than is scored."""
        return self._unfolded > FAR_BEHIND

    def appended(self, count: int, now: float) -> None:
        """So many new events were committed."""
        if count:
            if not self.is_behind:
                self._since = now
            self.is_behind = True
            self._unfolded += count
            if self.folder.is_held and self._waiting:
                # It may be for long, and only the oldest is asked for.
                before, now = self._waiting.pop()
                count += before
            self._waiting.append((count, now))

    def look(self) -> None:
        """There may be events nobody told about: fold at once and see."""
        if not self.is_behind:
            self._since = None
        self.is_behind = True
        self._hurry = True

    def hurry(self) -> None:
        """What made it fail may have passed: no more rest."""
        self._not_before = 0.0
        self.look()

    def lag(self, now: float) -> float:
        """Seconds since the oldest event without a score was committed; 0.0 when there is none."""
        if not self.is_behind:
            return 0.0
        since = self._waiting[0][1] if self._waiting else self._since
        return 0.0 if since is None else now - since

    def late(self, now: float) -> float:
        """The lag, as far as the fold can help it: it could not while it was held."""
        return 0.0 if self.folder.is_held else min(self.lag(now), now - self._free_since)

    def due_in(self, now: float) -> float | None:
        """Seconds until the next step is due, 0.0 when it is; None when there is nothing to fold."""
        if self.folder.is_held:
            self._free_since = now
            return None
        if not self.is_behind:
            return None
        if self._since is None:
            self._since = now
        if now < self._not_before:
            return self._not_before - now
        if self._hurry or self._unfolded >= ENOUGH or not self._waiting:
            return 0.0
        patience = SOON if self._unfolded < FEW else LATER
        return max(0.0, self._waiting[0][1] + patience - now)

    def step(self, now: float) -> int:
        """Fold one batch; how many events that was. Raises only when the storage is broken."""
        known, limit = len(self._waiting), LARGE if self.is_far_behind else STEP
        try:
            folded = self.folder.step(limit)
        except Exception as error:
            if failure_of(error) == "broken":
                raise
            self._failed(error, now)
            return 0
        self.problem, self._rest = "", 0.0
        if folded < limit:
            # Those that came meanwhile are still to be folded.
            self._waiting = deque(islice(self._waiting, known, None))
            self._unfolded = sum(count for count, _ in self._waiting)
            self.is_behind, self._hurry = bool(self._waiting), False
        else:
            self._take(folded)
        return folded

    def _failed(self, error: Exception, now: float) -> None:
        self._rest = min(max(_FIRST_REST, 2 * self._rest), _LONGEST_REST)
        self._not_before = now + self._rest
        self.problem = N_("scores are not being updated: %(why)s", why=said_of(error))
        log.error("the fold failed; again in %g s: %s", self._rest, error, exc_info=not may_pass(error))

    def _take(self, folded: int) -> None:
        self._unfolded = max(0, self._unfolded - folded)
        while folded and self._waiting:
            count, at = self._waiting.popleft()
            if count > folded:
                self._waiting.appendleft((count - folded, at))
            folded -= min(count, folded)
