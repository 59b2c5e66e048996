"""`ripeline restore`: a backup in the place of what there is; whoever was erased since stays erased."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from time import time_ns

import click

from ripeline.commands.options import data_option
from ripeline.commands.progress import Progress
from ripeline.commands.restoring import make_ready
from ripeline.errors import DataProblem
from ripeline.settings import Settings
from ripeline.store.backup_file import Stamp, is_bare_copy, read_backup, read_bare_copy
from ripeline.store.database import Database, DatabaseError, require_sound_sqlite
from ripeline.store.erasures import FILE, Erased, read_erased, read_list
from ripeline.store.lock import FolderLock
from ripeline.store.opening import make_folder
from ripeline.store.putting_back import begin, finish, give_up, put_in_place


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--erasures",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A newer list of erasures (erased.txt of the folder that was lost).",
)
@data_option
def restore(settings: Settings, file: Path, erasures: Path | None) -> None:
    """Put the backup FILE in the place of what is in the data folder, which may be empty or missing.

    FILE may be a copy of the database by itself, too, as upgrades leave it in `copies`. The server must be stopped.
    FILE is checked whole before anything is touched; what was there is set aside beside it.
    Killed at any moment it leaves the old data or the new, never something between. Whoever was erased since the backup
    was made is erased again.
    """
    require_sound_sqlite(settings.old_sqlite)
    make_folder(settings.data)
    lock = FolderLock(settings.data)
    try:
        finish(settings.data)
        for line in restore_backup(settings.data, file, erasures, time_ns() // 1_000_000):
            click.echo(line)
        if settings.rules is not None:
            click.echo(f"RIPELINE_RULES names {settings.rules}: the rule file of the backup is not used")
    finally:
        lock.release()


def restore_backup(folder: Path, file: Path, erasures: Path | None, now: int) -> list[str]:
    """Put a backup in place and say what was done; `now` in ms. Raises `DataProblem`: nothing was changed then."""
    lines = _lines(folder, erasures)
    made = begin(folder)
    try:
        progress = Progress("Bytes unpacked")
        is_bare = is_bare_copy(file)
        stamp = read_bare_copy(file, folder, made, progress) if is_bare else read_backup(file, made, progress)
        progress.done()
        told = make_ready(made, file, lines, now, stamp.made_at)
    except BaseException:
        give_up(folder)
        raise
    return [_of(stamp, folder), *told, *_where(put_in_place(folder, now))]


def _of(stamp: Stamp, folder: Path) -> str:
    if not stamp.version:
        return f"the copy of {stamp.made_at} is in {folder}, with the rules and the secret as they were there"
    return f"the backup of {stamp.made_at} (Ripeline {stamp.version}) is in {folder}"


def _where(aside: Path | None) -> list[str]:
    if aside is None:
        return []
    return [f"what was there before is in {aside}; remove it when all is well"]


def _lines(folder: Path, erasures: Path | None) -> list[Erased]:
    """Who is known to be erased: by the lists in the folder and in a file, and by the database if it can be read."""
    lines = read_list(folder / FILE) if (folder / FILE).exists() else []
    if erasures is not None:
        lines += read_list(erasures)
    path = folder / "ripeline.db"
    if path.exists():
        try:
            with closing(Database(path)) as database, database.read() as conn:
                lines += read_erased(conn)
        except (DatabaseError, DataProblem):
            # It may be damaged, which is why a backup is restored; the file says the same.
            return lines
    return lines
