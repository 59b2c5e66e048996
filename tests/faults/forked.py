"""Work in a process of its own, to see it killed."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.faults.fused import Fuse

from ripeline.store.database import Connection, Database


def is_killed(work: Callable[[], object]) -> bool:
    """Do it in a process of its own; whether it was killed there. A process that ends by an error fails the test."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, "the work ended with the error printed above"
    return os.WIFSIGNALED(status)


def killed_at(statement: int, path: Path, work: Callable[[Connection], object]) -> bool:
    """Do it on that database in a process that is killed before its so manieth statement; whether it came to that."""

    def cut_short() -> None:
        conn = Database(path).writer()
        conn.set_trace_callback(Fuse(statement).burn)
        work(conn)

    return is_killed(cut_short)
