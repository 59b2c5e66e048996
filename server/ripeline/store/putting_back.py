"""A restored folder takes the place of the one there is: whole or not at all, wherever it is killed.

All is made ready in a folder of its own. Renaming that is the one moment at which old becomes new; what is left to do
is then done by whoever comes next, before the database is opened.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from ripeline.errors import DataProblem
from ripeline.store.backup_file import DATABASE, NAMES
from ripeline.store.copies import sync_to_disk
from ripeline.store.erasures import FILE as ERASED_FILE

_BEING_MADE: Final = "restoring"
_READY: Final = "restored"
_PLAN: Final = "plan.json"
#: What belongs to one database and must never be beside another.
_OURS: Final = (f"{DATABASE}-wal", f"{DATABASE}-shm", *NAMES, ERASED_FILE)


def begin(folder: Path) -> Path:
    """An empty folder to make everything ready in; what a killed restore left there is gone."""
    made = folder / _BEING_MADE
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    return made


def give_up(folder: Path) -> None:
    """Nothing came of it: leave no trace."""
    shutil.rmtree(folder / _BEING_MADE, ignore_errors=True)


def put_in_place(folder: Path, now: int) -> Path | None:
    """What was made ready is the data from now on; where that of before is set aside (None: there was none)."""
    made = folder / _BEING_MADE
    plan = {"aside": _free_name(folder, now), "files": sorted(path.name for path in made.iterdir())}
    (made / _PLAN).write_text(json.dumps(plan), encoding="utf-8")
    for path in made.iterdir():
        sync_to_disk(path)
    sync_to_disk(made)
    made.rename(folder / _READY)
    sync_to_disk(folder)
    return finish(folder)


def is_unfinished(folder: Path) -> bool:
    """Whether a restore was cut short after it had begun to count."""
    return (folder / _READY).exists()


def finish(folder: Path) -> Path | None:
    """Do what is left to do of a restore that counts; to be called by who has the lock, before the data is opened.

    Where the data of before is, None when there was none or nothing was left to do.
    """
    ready = folder / _READY
    if not (ready / _PLAN).exists():
        if ready.exists():
            ready.rmdir()
        return None
    plan = json.loads((ready / _PLAN).read_text(encoding="utf-8"))
    aside = folder / plan["aside"]
    _set_aside(folder, aside, set(plan["files"]))
    for name in plan["files"]:
        if (ready / name).exists():
            (ready / name).replace(folder / name)
    sync_to_disk(folder)
    (ready / _PLAN).unlink()
    ready.rmdir()
    return aside if aside.exists() else None


def require_finished(folder: Path) -> None:
    """For commands that do not have the lock; raises `DataProblem`."""
    if is_unfinished(folder):
        raise DataProblem(f"a restore into {folder} was cut short; start `ripeline serve` to finish it")


def _free_name(folder: Path, now: int) -> str:
    at = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    names = (f"before-restore-{at}{(n and f'-{n}') or ''}" for n in count())
    return next(name for name in names if not (folder / name).exists())


def _set_aside(folder: Path, aside: Path, coming: set[str]) -> None:
    """Move what is of before; of what comes, a file that is no longer among the ready ones is in its place already."""
    old = [
        name for name in _OURS if (folder / name).exists() and (name not in coming or (folder / _READY / name).exists())
    ]
    if old:
        aside.mkdir(mode=0o700, exist_ok=True)
        for name in old:
            (folder / name).replace(aside / name)
        sync_to_disk(aside)
        sync_to_disk(folder)
