"""Many hands: parts of a question answered by as many processes as there are cores, the answers in any order."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from typing import Final, Literal

from ripeline.calibration.looking import Look, Part, Question
from ripeline.calibration.report import Report

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
    if most < 2 or len(parts) < _WORTH_IT:
        look = Look(question)
        for part in parts:
            yield (part, *getattr(look, kind)(part))
        return
    # Never a fork: a database opened before it, and shared after it, would lose its locks.
    with get_context("spawn").Pool(min(most, len(parts)), _begin, (question,)) as pool:
        yield from pool.imap_unordered(_answer, [(kind, part) for part in parts])


_looks: list[Look] = []


def _begin(question: Question) -> None:
    # What a part makes goes away by itself, and the process with the last one.
    gc.disable()
    _looks[:] = [Look(question)]


def _answer(task: tuple[Kind, Part]) -> Answer:
    kind, part = task
    (look,) = _looks
    return (part, *(look.bands(part) if kind == "bands" else look.calls(part)))
