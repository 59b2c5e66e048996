"""`ripeline backup`: everything a server has in one file, whole or not at all, beside a server that runs."""

from __future__ import annotations

import os
from pathlib import Path
from time import time_ns

import click

from ripeline import __version__
from ripeline.commands.options import damage_told, data_option, write_down
from ripeline.commands.progress import Progress
from ripeline.commands.saying import sized
from ripeline.domain.times import iso_time
from ripeline.errors import DataProblem
from ripeline.settings import Settings
from ripeline.store.backup_file import DATABASE, part_of, write_backup
from ripeline.store.copies import drop_file, write_anew
from ripeline.store.opening import open_beside


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_option
def backup(settings: Settings, file: Path) -> None:
    """Write the database, the rules, the channels and the secret into FILE (a zip), which `ripeline restore` reads.

    Works beside a running server. FILE has its name only once it is whole, checked and on disk: an older backup of that
    name is kept until then. Beside it there must be room for a copy of the database meanwhile.
    """
    with damage_told(settings):
        made_at = make_backup(settings, file)
    write_down(settings, "backup_written", made_at)
    click.echo(f"{file}: the backup of {made_at} is written and checked, {sized(file.stat().st_size)}")


def make_backup(settings: Settings, target: Path) -> str:
    """Write a backup; as of when it is (ISO). Raises `DataProblem`."""
    database = open_beside(settings)
    if not target.parent.is_dir():
        raise DataProblem(f"the backup {target} cannot be written: there is no folder {target.parent}")
    copy = part_of(target, ".database")
    drop_file(copy)
    made_at = iso_time(time_ns() // 1_000_000)
    try:
        # Readable by nobody else from its first byte on; SQLite writes into the file that is there.
        copy.touch(mode=0o600)
        progress = Progress("Bytes copied")
        write_anew(database.path, copy, progress)
        progress.done()
        progress = Progress("Bytes packed")
        write_backup({DATABASE: copy, **_files(settings)}, target, (made_at, __version__), progress)
        progress.done()
    except OSError as error:
        raise DataProblem(f"the backup {target} cannot be written: {error.strerror}") from error
    finally:
        drop_file(copy)
    return made_at


def _files(settings: Settings) -> dict[str, Path]:
    """What there is beside the database, by its name in the backup."""
    paths = {"rules.toml": settings.rules_file, "channels.toml": settings.channels_file, "secret": settings.secret_file}
    found = {name: path for name, path in paths.items() if path.is_file()}
    for path in found.values():
        if not os.access(path, os.R_OK):
            raise DataProblem(f"{path} may not be read by this user; run this as the server's user")
    return found
