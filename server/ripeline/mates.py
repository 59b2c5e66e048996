"""Processes that work beside this one: each reads the database by itself, and is spoken to over a pipe."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection as Link
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self, TypeVarTuple

Given = TypeVarTuple("Given")


class Mates:
    """So many of them, and the links to them; they end with the block, by `end()`, or when this process dies.

    `work` is the whole life of one: called with what it is given and its own link. All of that is pickled.
    """

    def __init__(self, count: int, work: Callable[[*Given, Link], None], *given: *Given) -> None:
        # Not a fork: threads may hold locks just now, and a database opened before it would lose its own.
        spawn = get_context("spawn")
        self.links: list[Link] = []
        self.processes: list[BaseProcess] = []
        for _ in range(count):
            link, theirs = spawn.Pipe()
            process = spawn.Process(target=_live, args=(work, *given, theirs), daemon=True)
            process.start()
            theirs.close()
            self.links.append(link)
            self.processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Send everybody home."""
        for link in self.links:
            link.close()
        for process in self.processes:
            process.terminate()
            process.join()


def _live(work: Callable[[*Given], None], *given: *Given) -> None:
    # A Ctrl-C is for the one who hired it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What it makes goes away by itself; looking for circles among it would only cost time.
    gc.disable()
    work(*given)
