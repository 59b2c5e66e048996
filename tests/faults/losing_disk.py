"""A disk that has on it what was synced, and of the rest what chance leaves: SQLite's files as a power cut finds them.

All goes through to real files. Beside them stands, for each sector written since the last sync, what the disk still
holds; `what_is_left` makes a folder as it would be found after the lights went out at this moment.
"""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import apsw

NAME: Final = "losing"
SECTOR: Final = 512

_DIRECTORY_TOO: Final = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL


@dataclass
class Unsynced:
    """Of one file: the sectors the disk holds otherwise, how long it is there, and whether its name is there at all."""

    sectors: dict[int, bytes] = field(default_factory=dict)
    size: int = 0
    is_named: bool = True

    def __bool__(self) -> bool:
        return bool(self.sectors) or not self.is_named


class Disk(apsw.VFS):
    """SQLite's files by their path. `moment` is called after each write, sync, truncation and removal.

    Nothing else is written meanwhile.
    """

    def __init__(self, moment: Callable[[], None]) -> None:
        self.lock = threading.RLock()
        self.files: dict[str, Unsynced] = {}
        self.removed: dict[str, bytes] = {}
        self.open: list[File] = []
        self.moment = moment
        super().__init__(NAME, "unix", makedefault=True)

    def read(self, path: str) -> bytes:
        """By a handle that is open, if one is: closing another would let go of SQLite's locks on the file."""
        file = next((file for file in self.open if file.path == path), None)
        return Path(path).read_bytes() if file is None else file.xRead(file.xFileSize(), 0)

    def xOpen(self, name: Any, flags: Any) -> File:  # noqa: N802 - APSW's name
        return File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        with self.lock:
            path = Path(filename)
            before = self.files.pop(filename, Unsynced(size=path.stat().st_size if path.exists() else 0))
            if path.exists() and before.is_named and not syncdir:
                # The file is gone at once; its name goes when the folder is written.
                self.removed[filename] = _reverted(path.read_bytes(), before)
            super().xDelete(filename, syncdir)
            if syncdir:
                self.removed.clear()
            self.moment()


class File(apsw.VFSFile):
    """One open file, which notes what the disk holds before it is written to."""

    def __init__(self, disk: Disk, name: Any, flags: Any) -> None:
        self._disk = disk
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else str(name or "")
        is_new = not Path(self.path).exists()
        self._names_itself = bool(flags[0] & _DIRECTORY_TOO)
        super().__init__("unix", name, flags)
        with disk.lock:
            size = 0 if is_new else self.xFileSize()
            state = Unsynced(size=size, is_named=not is_new)
            # What is temporary has no name, and is nobody's after a power cut.
            self._state = disk.files.setdefault(self.path, state) if self.path else state

            disk.open.append(self)

    def xClose(self) -> None:  # noqa: N802
        with self._disk.lock:
            self._disk.open.remove(self)
            super().xClose()

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        with self._disk.lock:
            self._note(offset, offset + len(data))
            super().xWrite(data, offset)
            self._disk.moment()

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        with self._disk.lock:
            self._note(newsize, self.xFileSize())
            super().xTruncate(newsize)
            self._disk.moment()

    def xSync(self, flags: int) -> None:  # noqa: N802
        with self._disk.lock:
            super().xSync(flags)
            self._state.sectors.clear()
            self._state.size = self.xFileSize()
            if self._names_itself and not self._state.is_named:
                # SQLite's own `unix` writes the folder with the first sync of a new journal or log file.
                self._disk.removed.clear()
            self._state.is_named = True
            self._disk.moment()

    def _note(self, start: int, end: int) -> None:
        """What the disk holds where this is about to change."""
        known, size = self._state.sectors, self.xFileSize()
        for sector in range(start // SECTOR, -(-end // SECTOR)):
            if sector not in known:
                at = sector * SECTOR
                known[sector] = self.xRead(min(SECTOR, size - at), at) if at < size else b""


def what_is_left(disk: Disk, folder: Path, target: Path, chance: random.Random) -> int:
    """Make `target` what a power cut leaves of `folder` now; how many sectors are not as they were last written."""
    # Either nothing that was not synced is there, or some of it: in whole sectors, or torn within one.
    share, lost = chance.choice((0.0, 0.1, 0.5, 0.9)), 0
    ours = [Path(name) for name in disk.files if Path(name).exists()]
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*-shm", *(path.name for path in ours)))
    for path in ours:
        state = disk.files[str(path)]
        content, gone = _torn(disk.read(str(path)), state, share, chance)
        if state.is_named or chance.random() < 0.5:
            (target / path.relative_to(folder)).write_bytes(content)
        lost += gone
    for name, old in disk.removed.items():
        path = target / Path(name).relative_to(folder)
        if not path.exists() and chance.random() < 0.5:
            path.write_bytes(old)
    return lost


def _reverted(written: bytes, state: Unsynced) -> bytes:
    """As the disk has it without anything that was not synced."""
    return _torn(written, state, 0.0, random.Random(0))[0]


def _torn(written: bytes, state: Unsynced, share: float, chance: random.Random) -> tuple[bytes, int]:
    """Each sector that was not synced: there by that share of chance, else as before, or torn; and how many are not."""
    content, size, lost = bytearray(written), state.size, 0
    for sector, before in state.sectors.items():
        start = sector * SECTOR
        now, old = bytes(content[start : start + SECTOR]).ljust(SECTOR, b"\0"), before.ljust(SECTOR, b"\0")
        if chance.random() < share:
            # What is beyond the old end makes the file longer.
            size = max(size, min(start + SECTOR, len(written)))
            continue
        kept = chance.randrange(SECTOR) if share and chance.random() < 0.2 else 0
        if kept:
            size = max(size, min(start + kept, len(written)))
        _put(content, start, now[:kept] + old[kept:])
        lost += 1
    return bytes(content[:size]).ljust(size, b"\0"), lost


def _put(content: bytearray, start: int, sector: bytes) -> None:
    if len(content) < start + SECTOR:
        content.extend(b"\0" * (start + SECTOR - len(content)))
    content[start : start + SECTOR] = sector
