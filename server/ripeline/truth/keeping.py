"""The truth of each model, kept: counted in a process of its own while nobody waits, and shown with its moment.

Where few people can be called it is counted at once, for whoever asks. For many it takes a second or two: then what was
counted last is shown, and counted anew when it is older than a minute and somebody asks. When that process fails,
whoever asks within a minute counts; then it is tried again.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from multiprocessing.connection import Connection as Link
from pathlib import Path
from threading import Lock
from typing import Final

from ripeline.mates import Mates
from ripeline.rules.model import Model, Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.database import Connection, Database
from ripeline.store.truth_rows import people_upto
from ripeline.truth.telling import Truth, truth_of

log = logging.getLogger(__name__)

#: So many people are counted sooner than a process starts.
FEW: Final = 1_000
#: How old (ms) it may be without being counted anew; how long nothing is tried again that failed.
FRESH_MS: Final = 60_000
_KEPT: Final = 8

#: The hash of the rules, and the model.
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was counted, as of `at` (ms)."""

    truth: Truth
    at: int


class Truths:
    """Those of one server; ask from any thread."""

    def __init__(self, path: Path, few: int = FEW) -> None:
        self._path = path
        self._few = few
        self._lock = Lock()
        self._kept: OrderedDict[_Key, Kept] = OrderedDict()
        self._under_way: dict[_Key, Future[None]] = {}
        self._failed_at: dict[_Key, int] = {}
        self._hands = ThreadPoolExecutor(1, thread_name_prefix="truth")

    def ask(self, conn: Connection, ruleset: Ruleset, model: Model, now: int, patience: float = 0.0) -> Kept | None:
        """What is known by now (ms), having waited at most so many seconds; None: it is being counted."""
        key = ruleset.hash, model.id
        if self._has_just_failed(key, now) or people_upto(conn, self._few + 1) <= self._few:
            return Kept(truth_of(conn, ruleset, model, now), now)
        with self._lock:
            known = self._kept.get(key)
            if known is not None and now - known.at < FRESH_MS:
                return known
            if key not in self._under_way:
                self._under_way[key] = self._hands.submit(self._count, key, ruleset, now)
            under_way = self._under_way[key]
        if known is None:
            wait_for([under_way], patience)
        return self._kept.get(key)

    def close(self) -> None:
        """Count nothing any more."""
        self._hands.shutdown(wait=False, cancel_futures=True)

    def _has_just_failed(self, key: _Key, now: int) -> bool:
        return key in self._failed_at and now - self._failed_at[key] < FRESH_MS

    def _count(self, key: _Key, ruleset: Ruleset, now: int) -> None:
        try:
            truth = _counted_apart(self._path, ruleset.text, key[1], now)
        except Exception:
            log.exception("the truth was not counted in a process of its own: whoever asks waits for it")
            self._failed_at[key] = now
            truth = None
        with self._lock:
            del self._under_way[key]
            if truth is not None:
                self._kept[key] = Kept(truth, now)
                self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def _counted_apart(path: Path, rules: str, model: str, now: int) -> Truth:
    """Raises what it raised there, EOFError when the process is gone."""
    with Mates(1, _serve, path, rules, model, now) as mates:
        answer = mates.links[0].recv()
    if isinstance(answer, Truth):
        return answer
    raise answer


def _serve(path: Path, rules: str, model: str, now: int, link: Link) -> None:
    """The whole life of that process."""
    ruleset = read_rules(rules)
    try:
        with Database(path).read() as conn:
            link.send(truth_of(conn, ruleset, ruleset.model(model), now))
    except Exception as error:
        link.send(error)
