"""`ripeline serve` whose writer fails when it is told to (SIGUSR1), as by a defect of ours: as it appends, or folds.

DIES_IN=append python tests/faults/dying.py --data … --port …
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from threading import Event
from typing import Any, TypeVar, cast

from ripeline.__main__ import main
from ripeline.worker import writer
from ripeline.worker.folding import Folding

Work = TypeVar("Work", bound=Callable[..., Any])
told = Event()


def mortal(work: Work) -> Work:
    """It fails once it is told to, after so long that others have begun to wait."""

    def does(*given: Any) -> Any:
        if told.is_set():
            time.sleep(0.3)
            raise SystemError("made to fail")
        return work(*given)

    return cast(Work, does)


if __name__ == "__main__":
    if os.environ["DIES_IN"] == "append":
        writer.append_batch = mortal(writer.append_batch)  # type: ignore[attr-defined]
    else:
        Folding.step = mortal(Folding.step)  # type: ignore[method-assign]
    signal.signal(signal.SIGUSR1, lambda *_: told.set())
    sys.argv[1:1] = ["serve"]
    main()
