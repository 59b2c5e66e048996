"""What-ifs for the pages: asked in one request, answered in a later one, one at a time so that pages stay quick."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import Final

from ripeline.calibration.finding import Finding
from ripeline.calibration.whatif import WhatIf, rules_in_force
from ripeline.errors import RipelineError
from ripeline.rules.model import Ruleset
from ripeline.store.database import Database

log = logging.getLogger(__name__)

#: Answers kept, and how long (seconds) one is true enough.
_KEPT: Final = 16
_FRESH_SECONDS: Final = 300.0
#: Questions that may wait; who asks beyond that asks again.
_MOST_WAITING: Final = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """`finding` once it is there (first with the bands alone, and `is_whole` with the hand-offs too), `problem` when
    there will be none; until then so many leads `done` of `total` (0: it waits for another)."""

    finding: Finding | None = None
    is_whole: bool = False
    problem: str = ""
    done: int = 0
    total: int = 0

    @property
    def is_over(self) -> bool:
        return self.is_whole or bool(self.problem)


class _Closed(RipelineError):
    """Nobody is there any more to hear the answer."""


@dataclass(slots=True)
class _Asked:
    at: float
    over: Event
    answer: Answer = Answer()


class Asking:
    """The what-ifs of one server, by the hashes of the rules in force and the new ones."""

    def __init__(self, database: Database, rules_file: Path) -> None:
        self._database = database
        self._rules_file = rules_file
        self._lock = Lock()
        self._asked: OrderedDict[tuple[str, str], _Asked] = OrderedDict()
        self._hands = ThreadPoolExecutor(1, thread_name_prefix="whatif")
        self._is_closed = False

    def ask(self, in_force: str, new: Ruleset, now: int, patience: float = 0.0) -> Answer:
        """What is known of this question by now, having waited at most `patience` seconds; `now` in ms.

        A new question begins to be answered. `in_force` is the hash of the rules compared with.
        """
        with self._lock:
            asked = self._known(in_force, new, now)
        if asked is None:
            return Answer()
        asked.over.wait(patience)
        return asked.answer

    def close(self) -> None:
        """Answer nothing any more; what is being answered ends with its part, so that a server that stops can."""
        with self._lock:
            self._is_closed = True
        self._hands.shutdown(wait=False, cancel_futures=True)

    def _known(self, in_force: str, new: Ruleset, now: int) -> _Asked | None:
        key = in_force, new.hash
        asked = self._asked.get(key)
        if asked is not None and (not asked.answer.is_over or monotonic() - asked.at < _FRESH_SECONDS):
            self._asked.move_to_end(key)
            return asked
        if self._is_closed or sum(not each.answer.is_over for each in self._asked.values()) >= _MOST_WAITING:
            return None
        asked = self._asked[key] = _Asked(monotonic(), Event())
        while len(self._asked) > _KEPT:
            self._asked.popitem(last=False)
        self._hands.submit(self._answer, asked, new, now)
        return asked

    def _answer(self, asked: _Asked, new: Ruleset, now: int) -> None:
        try:
            self._look(asked, new, now)
        except RipelineError as error:
            asked.answer = Answer(problem=error.args[0])
        except Exception as error:
            log.exception("a what-if failed")
            asked.answer = Answer(problem=type(error).__name__)
        finally:
            asked.at = monotonic()
            asked.over.set()

    def _look(self, asked: _Asked, new: Ruleset, now: int) -> None:
        with self._database.read() as conn:
            known = rules_in_force(conn, self._rules_file)
        what_if = WhatIf(self._database, known, new, now)
        bands = what_if.bands(self._telling(asked, None))
        asked.answer = Answer(bands)
        asked.answer = Answer(what_if.calls(self._telling(asked, bands)), is_whole=True)

    def _telling(self, asked: _Asked, so_far: Finding | None) -> Callable[[int, int], None]:
        def tell(done: int, total: int) -> None:
            if self._is_closed:
                raise _Closed("the server is shutting down")
            asked.answer = Answer(so_far, done=done, total=total)

        return tell
