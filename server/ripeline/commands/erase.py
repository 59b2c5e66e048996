"""`ripeline erase`: everything about one person, for good."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Final

import click

from ripeline.commands.appending import fold_all
from ripeline.commands.options import data_option, lead_key, read_beside, write_beside
from ripeline.errors import DataProblem
from ripeline.fold.desk import Desk
from ripeline.fold.erasing import erase_lead, erase_unused, find_unused
from ripeline.fold.folder import now_ms
from ripeline.fold.keeper import Keeper
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.audit import COMMAND_LINE
from ripeline.store.authors import Said
from ripeline.store.database import rewrite_file, transaction, wipe_log_file
from ripeline.store.erasures import ErasedFile
from ripeline.store.erasures_asked import ask_erasure, asked_erasures
from ripeline.store.lock import FolderLock
from ripeline.store.opening import open_beside
from ripeline.store.reading_lead import lead_id_of

#: Seconds a running server is given to do it.
_PATIENCE: Final = 120.0
_GLANCE: Final = 0.1


@click.command()
@click.argument("lead")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def erase(settings: Settings, lead: str, yes: bool) -> None:
    """Erase everything about LEAD (its id or its e-mail): what they did, what is known, what was said of them.

    Nothing brings it back, not even a backup. A running server does it; without one the file is written anew, however
    large it is, so that no byte of it is left.
    """
    id = read_beside(settings, lambda conn: lead_id_of(conn, lead_key(lead)))
    if not yes:
        click.confirm(f"Erase everything about {lead}, for good?", abort=True)
    try:
        lock = FolderLock(settings.data)
    except DataProblem:
        _ask_the_server(settings, id)
    else:
        try:
            _erase(settings, id)
        finally:
            lock.release()
    click.echo("erased")


def _ask_the_server(settings: Settings, lead: int) -> None:
    write_beside(settings, lambda conn: ask_erasure(conn, lead))
    until = time.monotonic() + _PATIENCE
    while lead in read_beside(settings, asked_erasures):
        if time.monotonic() > until:
            raise DataProblem("the server that runs has not erased it yet; it will as soon as it can")
        time.sleep(_GLANCE)


def _erase(settings: Settings, lead: int) -> None:
    with closing(open_beside(settings).writer()) as conn:
        # Who somebody is is known once all is folded.
        fold_all(settings, conn)
        keeper = Keeper(conn, load_rules(settings.rules_file))
        desk = Desk(conn, keeper, Said(COMMAND_LINE, now_ms()), keeper.forget)
        with transaction(conn):
            erase_lead(desk, lead)
        if (unused := find_unused(conn)) is not None:
            with transaction(conn):
                erase_unused(desk, unused)
        rewrite_file(conn)
        wipe_log_file(conn)
        ErasedFile(conn).step()
