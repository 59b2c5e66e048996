"""A data folder on a disk that can be filled and emptied: a file system of its own where we may mount one, and where we
may not, a limit on the size of the server's files, which the kernel takes for the same until it is lifted."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.house import Server

_BALLAST: Final = "ballast"


@dataclass(frozen=True)
class SmallDisk:
    """`folder` is the data folder; `how` its end is brought about, `says` what SQLite's refusal is called then."""

    folder: Path
    how: str
    says: str

    def fill(self, server: Server, left: int) -> None:
        """From now on there is room for so many bytes, or so."""
        if self.how == "tmpfs":
            # The server goes on writing meanwhile, and may be there first.
            with suppress(OSError), (self.folder / _BALLAST).open("wb", buffering=0) as ballast:
                while (found := os.statvfs(self.folder)).f_bavail * found.f_bsize > left:
                    ballast.write(bytes(found.f_bsize))
        else:
            largest = max(path.stat().st_size for path in self.folder.iterdir())
            self._limit(server, largest + left)

    def free(self, server: Server) -> None:
        if self.how == "tmpfs":
            (self.folder / _BALLAST).unlink()
        else:
            self._limit(server, resource.RLIM_INFINITY)

    @staticmethod
    def _limit(server: Server, size: int) -> None:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "ripeline-faults", str(folder)]
    if subprocess.run(mount, capture_output=True, timeout=10).returncode:
        yield SmallDisk(folder, "RLIMIT_FSIZE", "the database cannot be written: disk I/O error")
        return
    try:
        yield SmallDisk(folder, "tmpfs", "the disk is full")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=10)
