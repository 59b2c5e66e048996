"""Many hands: parts of a question answered by as many processes as there are cores, the answers in any order."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Final, Literal

from ripeline.calibration.looking import Look, Part, Question
from ripeline.calibration.report import Report
from ripeline.mates import Mates

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
        with Mates(min(most, len(parts)), _serve, question, kind) as mates:
            yield from _by(mates.links, left)
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


def _serve(question: Question, kind: Kind, link: Connection) -> None:
    """The whole life of a mate: a part comes, its answer goes, or why there is none."""
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
