"""Work on shares of something, each share in a process of its own: they agree on one number, then each has a result."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, TypeVar

from ripeline.errors import DataProblem

Share = TypeVar("Share", contravariant=True)
Result = TypeVar("Result", covariant=True)

#: Called with how much is done.
Done = Callable[[int], None]


class BadItem(Exception):
    """One item of a share cannot be used: its place among all, and the sentence for a person."""

    def __init__(self, place: tuple[int, ...], problem: str) -> None:
        super().__init__(place, problem)
        self.place = place
        self.problem = problem


class Work(Protocol[Share, Result]):
    """What is done with a share: first a number is found, of all shares' numbers the highest counts; then the rest.

    Pickled where processes do not share their memory. `first` raises BadItem.
    """

    def first(self, share: Share) -> int: ...

    def then(self, highest: int, done: Done) -> Result: ...


def side_by_side(work: Work[Share, Result], shares: Sequence[Share], done: Done) -> list[Result]:
    """The result of every share, in their order; raises DataProblem with the first bad item of all."""
    if len(shares) == 1:
        try:
            highest = work.first(shares[0])
        except BadItem as bad:
            raise DataProblem(bad.problem) from bad
        return [work.then(highest, done)]
    crew = [_Mate(work, share) for share in shares]
    try:
        highest = _agreed([mate.link.recv() for mate in crew])
        for mate in crew:
            mate.link.send(highest)
        return _results(crew, done)
    except EOFError as error:
        raise RuntimeError("a process ended before its work was done") from error
    finally:
        for mate in crew:
            mate.end()


class _Mate:
    """One process and the pipe to it."""

    def __init__(self, work: Work[Share, Result], share: Share) -> None:
        self.link, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_work, args=(work, share, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def end(self) -> None:
        self.link.close()
        self._process.terminate()
        self._process.join()


def _work(work: Work[Share, Result], share: Share, link: Connection) -> None:
    try:
        link.send(work.first(share))
    except BadItem as bad:
        link.send(bad)
        return
    result = work.then(link.recv(), lambda done: link.send(done))
    link.send((result,))


def _agreed(answers: list[Any]) -> int:
    bad = [answer for answer in answers if isinstance(answer, BadItem)]
    if bad:
        raise DataProblem(min(bad, key=lambda each: each.place).problem)
    highest: int = max(answers)
    return highest


def _results(crew: list[_Mate], done: Done) -> list[Any]:
    """Until every process has sent its result, in a tuple; plain numbers say how much it has done."""
    results: dict[int, Any] = {}
    counts = [0] * len(crew)
    while len(results) < len(crew):
        waiting = {mate.link: place for place, mate in enumerate(crew) if place not in results}
        spoken = wait(list(waiting))
        for link, place in waiting.items():
            if link not in spoken:
                continue
            message = link.recv()
            if isinstance(message, tuple):
                (results[place],) = message
            else:
                counts[place] = message
                done(sum(counts))
    return [results[place] for place in range(len(crew))]
