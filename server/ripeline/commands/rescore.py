"""`ripeline rescore`: build all scores again from the events, or compare them with the ones that are stored."""

from __future__ import annotations

from contextlib import closing

import click

from ripeline.commands.options import data_option
from ripeline.commands.progress import Progress
from ripeline.commands.saying import counted, say
from ripeline.fold.folder import Folder, now_ms
from ripeline.fold.rescore import rescore as rebuild
from ripeline.fold.verify import verify as compare
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.leads import count_living_leads
from ripeline.store.lock import FolderLock
from ripeline.store.opening import open_beside
from ripeline.store.swept import be_of

#: Differences printed; one broken thing may show in every lead.
_MOST_SHOWN = 100


@click.command()
@click.option("--verify", is_flag=True, help="Change nothing: compare, and list what differs (works beside a server).")
@data_option
def rescore(settings: Settings, verify: bool) -> None:
    """Build all scores again from the events under the rule file, and put them in force at once.

    Nobody is told anything: hand-offs stay as they were made. With --verify it exits with 1 when something differs.
    """
    database = open_beside(settings)
    ruleset = load_rules(settings.rules_file)
    if verify:
        _verify(database, ruleset)
        return
    lock = FolderLock(settings.data)
    try:
        _rebuild(database, ruleset)
    finally:
        lock.release()


def _rebuild(database: Database, ruleset: Ruleset) -> None:
    progress = Progress("Leads rescored")
    with closing(database.writer()) as conn:
        be_of(conn, now_ms())
        rebuild(conn, ruleset, progress)
        folder = Folder(conn, ruleset)
        while folder.step():
            pass
        leads = count_living_leads(conn)
    progress.done()
    click.echo(f"{counted(leads, 'lead')} rescored")


def _verify(database: Database, ruleset: Ruleset) -> None:
    progress = Progress("Leads compared")
    with database.read() as conn:
        differences = compare(conn, ruleset, progress)
        leads = count_living_leads(conn)
    progress.done()
    for difference in differences[:_MOST_SHOWN]:
        say(str(difference))
    if differences:
        found = f"{counted(len(differences), 'difference')} in {counted(leads, 'lead')}"
        click.echo(f"{found}; `ripeline rescore` builds all scores again")
        raise SystemExit(1)
    click.echo(f"{counted(leads, 'lead')} compared: everything is as the events say")
