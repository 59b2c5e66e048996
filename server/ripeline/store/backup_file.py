"""The file of a backup: a zip with the database, the files beside it, and what each of them must be."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

from ripeline.domain.times import iso_time
from ripeline.errors import DataProblem
from ripeline.store.copies import sync_to_disk
from ripeline.store.damage import MAGIC

DATABASE: Final = "ripeline.db"
#: All that a backup may hold.
NAMES: Final = (DATABASE, "rules.toml", "channels.toml", "secret")

_MANIFEST: Final = "backup.json"
_FORMAT: Final = 1
_CHUNK: Final = 1024 * 1024
_LONGEST_MANIFEST: Final = 64 * 1024
#: What a file that is none, or not whole, may make the library say.
_WRONG: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, TypeError, RuntimeError)

#: What is the matter of the disk it is unpacked to.
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stamp:
    """When (ISO) and by which version a backup was made, and the SHA-256 of each file in it."""

    made_at: str
    version: str
    files: dict[str, str]


def write_backup(files: Mapping[str, Path], target: Path, made: tuple[str, str], progress: Progress) -> None:
    """Put these files, by their names in it, into a backup `made` at (ISO) by (version).

    Under its name it is only ever whole and on disk. Raises `DataProblem` when it cannot be written.
    """
    part = part_of(target)
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
            _fill(out, files, made, progress)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
        sync_to_disk(target.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataProblem(f"the backup {target} cannot be written: {error.strerror}") from error


def part_of(target: Path, what: str = "") -> Path:
    """A name beside the backup's own, for what is not whole yet."""
    return target.with_name(f"{target.name}{what}.part")


def _fill(out: IO[bytes], files: Mapping[str, Path], made: tuple[str, str], progress: Progress) -> None:
    total = sum(path.stat().st_size for path in files.values())
    counted = _Counted(progress, total)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as backup:
        sums = {}
        for name, path in files.items():
            with path.open("rb") as source, backup.open(name, "w", force_zip64=True) as member:
                sums[name] = _copied(source, member, counted)
        backup.writestr(_MANIFEST, json.dumps({"format": _FORMAT, **asdict(Stamp(*made, sums))}, indent=2))


def read_backup(file: Path, folder: Path, progress: Progress) -> Stamp:
    """Unpack a backup into a folder, each file checked by its sum; raises `DataProblem` for what is none."""
    try:
        with zipfile.ZipFile(file) as backup:
            stamp = _stamp(backup)
            counted = _Counted(progress, sum(backup.getinfo(name).file_size for name in stamp.files))
            for name, right in stamp.files.items():
                with backup.open(name) as source, _new_file(folder / name) as target:
                    if _copied(source, target, counted) != right:
                        raise ValueError(f"{name} is not what was written")
    except _WRONG as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise DataProblem(f"{file} cannot be unpacked: {error.strerror}. Nothing was changed.") from error
        why = str(error) or type(error).__name__
        raise DataProblem(
            f"{file} is no backup of Ripeline, or not a whole one ({why}). Nothing was changed."
        ) from error
    return stamp


def is_bare_copy(file: Path) -> bool:
    """Whether this is a database by itself, as upgrades leave it in `copies/`, and no zip."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read_bare_copy(file: Path, beside: Path, folder: Path, progress: Progress) -> Stamp:
    """Copy a database by itself into a folder, with what a backup has besides, from the folder in use now.

    Raises `DataProblem` when the newest part of it may lie in a log file of its own, or there is no room.
    """
    log_file = file.with_name(file.name + "-wal")
    if log_file.exists() and log_file.stat().st_size:
        raise DataProblem(f"{file} was not closed: {log_file.name} beside it holds a part of it. Nothing was changed.")
    others = {name: beside / name for name in NAMES if name != DATABASE and (beside / name).is_file()}
    files = {DATABASE: file, **others}
    try:
        counted = _Counted(progress, sum(path.stat().st_size for path in files.values()))
        sums = {}
        for name, path in files.items():
            with path.open("rb") as source, _new_file(folder / name) as target:
                sums[name] = _copied(source, target, counted)
        made_at = iso_time(file.stat().st_mtime_ns // 1_000_000)
    except OSError as error:
        raise DataProblem(f"{file} cannot be unpacked: {error.strerror}. Nothing was changed.") from error
    return Stamp(made_at, "", sums)


def _stamp(backup: zipfile.ZipFile) -> Stamp:
    if backup.getinfo(_MANIFEST).file_size > _LONGEST_MANIFEST:
        raise ValueError(f"{_MANIFEST} is too long")
    said = json.loads(backup.read(_MANIFEST))
    if said.pop("format") != _FORMAT:
        raise ValueError("it was made by a newer version of Ripeline")
    stamp = Stamp(**said)
    if DATABASE not in stamp.files or not set(stamp.files) <= set(NAMES):
        raise ValueError("it does not hold what a backup holds")
    return stamp


def _new_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class _Counted:
    """Bytes done so far."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def __call__(self, more: int) -> None:
        self._done += more
        self._progress(self._done, self._total)


def _copied(source: IO[bytes], target: IO[bytes], counted: Callable[[int], None]) -> str:
    """Copy one file into another; the SHA-256 of what it was."""
    summed = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        summed.update(chunk)
        target.write(chunk)
        counted(len(chunk))
    return summed.hexdigest()
