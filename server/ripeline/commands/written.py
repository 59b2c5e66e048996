"""Where commands write what they export."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ripeline.errors import DataProblem
from ripeline.store.copies import sync_to_disk


@contextmanager
def written(file: str) -> Iterator[BinaryIO]:
    """The output, or a file that has its name only once it is whole and on disk; one of before stays until then.

    Raises `DataProblem` when it cannot be written.
    """
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(file)
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_to_disk(path.parent)
    except OSError as error:
        raise DataProblem(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
