"""One process a data folder: a lock file beside the database, free again however the process ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Final

from ripeline.errors import DataProblem

LOCK_FILE: Final = "ripeline.lock"
_OPEN: Final = "open"


class FolderLock:
    """The right to open a data folder for serving; hold it until `release()`."""

    def __init__(self, folder: Path) -> None:
        """Raises `DataProblem` naming the process that has it."""
        try:
            self._file = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DataProblem(f"the data folder {folder} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = self._said()[0]
            os.close(self._file)
            raise DataProblem(
                f"another Ripeline{f' (process {holder})' if holder else ''} is using {folder}; "
                "stop it first, or start this one with another --data"
            ) from None
        #: Whether who had it before was killed while the database was open.
        self.was_open = _OPEN in self._said()
        self._say(f"{os.getpid()}\n")

    def note_open(self) -> None:
        """From now on until `release()` the database has a log file beside it."""
        self._say(f"{os.getpid()}\n{_OPEN}\n")

    def release(self) -> None:
        """Let others in; the file stays, removing it would let two of them lock two different files."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
            os.close(self._file)

    def _said(self) -> list[str]:
        return os.pread(self._file, 64, 0).decode("ascii", "replace").split("\n")

    def _say(self, text: str) -> None:
        said = text.encode()
        # On a full disk it may not be said; the lock holds all the same.
        with contextlib.suppress(OSError):
            os.pwrite(self._file, said, 0)
            os.ftruncate(self._file, len(said))


def holder_of(folder: Path) -> int | None:
    """The process that serves this folder, None when there is none; takes nothing, so that no start finds it taken."""
    try:
        pid = int((folder / LOCK_FILE).read_text(encoding="ascii").partition("\n")[0] or 0)
    except (OSError, ValueError):
        return None
    # What a killed server wrote stays: the process must still be there.
    return pid if pid > 0 and _is_there(pid) else None


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
