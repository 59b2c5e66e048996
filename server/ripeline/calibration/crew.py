"""Many hands: parts of a question answered by as many processes as there are cores, the answers in any order."""

from __future__ import annotations

import gc
import logging
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Final, Literal

from ripeline.calibration.looking import Look, Part, Question
from ripeline.calibration.report import Report

log = logging.getLogger(__name__)

Kind = Literal["bands", "calls"]

#: A part, what was found in it, and the leads that were folded again for it.
Answer = tuple[Part, Report, frozenset[int]]

#: Fewer parts are answered sooner by one process than others are started.
_WORTH_IT: Final = 4


def hands() -> int:
    """How many processes may work at once."""
    return os.cpu_count() or 1


def answers(question: Question, kind: Kind, parts: Sequence[Part], most: int) -> Iterator[Answer]:
    """Answer every part, with at most so many processes."""
    left = deque(parts)
    if most > 1 and len(parts) >= _WORTH_IT:
        with _hired(question, kind, min(most, len(parts))) as links:
            yield from _by(links, left)
    if left:
        look = Look(question)
        yield from (_answer(look, kind, part) for part in left)


def _by(links: list[Connection], left: deque[Part]) -> Iterator[Answer]:
    """The answers of those processes; parts that nobody is there to answer stay in `left`."""
    under_way: dict[Connection, Part] = {}

    def give(link: Connection) -> None:
        if left:
            under_way[link] = left.popleft()
            # That nobody is there is found when there is no answer.
            with suppress(OSError):
                link.send(under_way[link])

    for link in links:
        give(link)
    while under_way:
        spoken = wait(list(under_way))
        for link in [each for each in under_way if each in spoken]:
            part = under_way.pop(link)
            try:
                answer = link.recv()
            except (EOFError, OSError):
                log.warning("a process that helped with a what-if is gone: it goes on without")
                left.append(part)
                continue
            if isinstance(answer, Exception):
                raise answer
            give(link)
            yield answer


@contextmanager
def _hired(question: Question, kind: Kind, count: int) -> Iterator[list[Connection]]:
    """Links to that many processes, which end with the block, or with this process."""
    # Never a fork: a database opened before it, and shared after it, would lose its locks.
    processes = get_context("spawn")
    mates, links = [], []
    for _ in range(count):
        link, theirs = processes.Pipe()
        mate = processes.Process(target=_serve, args=(question, kind, theirs), daemon=True)
        mate.start()
        theirs.close()
        mates.append(mate)
        links.append(link)
    try:
        yield links
    finally:
        for link in links:
            link.close()
        for mate in mates:
            mate.terminate()
            mate.join()


def _serve(question: Question, kind: Kind, link: Connection) -> None:
    """The whole life of a mate: a part comes, its answer goes, or why there is none."""
    # A Ctrl-C is for the one who hired it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a part makes goes away by itself, and the process with the last one.
    gc.disable()
    look = Look(question)
    with suppress(EOFError, OSError):
        while True:
            part = link.recv()
            try:
                link.send(_answer(look, kind, part))
            except Exception as error:
                link.send(error)


def _answer(look: Look, kind: Kind, part: Part) -> Answer:
    return (part, *(look.bands(part) if kind == "bands" else look.calls(part)))
