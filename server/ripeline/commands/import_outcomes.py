"""`ripeline import outcomes`: how it ended with people, won or lost, from the CSV of another program."""

from __future__ import annotations

import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from ripeline.calibration.whatif import rules_in_force
from ripeline.commands.appending import fold_unless_served
from ripeline.commands.columns import column_option, told
from ripeline.commands.options import data_option, write_down
from ripeline.commands.progress import Progress
from ripeline.commands.saying import counted, say
from ripeline.fold.desk import Desk
from ripeline.fold.keeper import Keeper
from ripeline.fold.outcome_table import NEEDED, Ended, Reading, Written, write_outcomes
from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.database import Connection, transaction
from ripeline.store.opening import open_beside
from ripeline.store.reading import model_asked
from ripeline.tables.cells import day
from ripeline.tables.columns import OF_OUTCOMES, meanings
from ripeline.tables.csv_table import BadTable, Mistakes, Table

_AUTHOR: Final = "import"
_BATCH: Final = 100
_SHOWN: Final = 5


@click.command("outcomes")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@column_option
@click.option("--open", "is_open", metavar="TEXT", multiple=True, help="An outcome that is none yet: left out.")
@click.option("--model", help="In this model (its id) only; else wherever the lead was handed over, or in all.")
@click.option("--month-first", is_flag=True, help="Days are written 11/21/2026; else 21/11/2026 or 2026-11-21.")
@click.option("--dry-run", is_flag=True, help="Change nothing: say what each column is, and show the first lines.")
@data_option
def outcomes(
    settings: Settings,
    file: Path,
    column: tuple[str, ...],
    is_open: tuple[str, ...],
    model: str | None,
    month_first: bool,
    dry_run: bool,
) -> None:
    """Write down how it ended with the leads of FILE (CSV with a heading: e-mail, won or lost, date, value).

    Columns are guessed; look at --dry-run first. If anything is wrong, each place is named and nothing is imported.
    Importing twice is importing once. E-mails that no lead has are named and left out.
    """
    database = open_beside(settings)
    table = Table.of_file(file)
    columns = meanings(table.heading, OF_OUTCOMES, told(column, table.heading), others=False)
    for name in NEEDED:
        if name not in columns:
            raise BadTable(f"{file}:1: no column is the {name}; say which: --column HEADING={name}")
    with database.read() as conn:
        rules = rules_in_force(conn, settings.rules_file).rules
    if model is not None:
        model_asked(rules, model)
    now = time.time_ns() // 1_000_000
    reading = Reading(table, columns, ZoneInfo(rules.timezone), month_first, frozenset(is_open), now)
    mistakes = Mistakes(str(file))
    first, count = _checked(reading, mistakes)
    if dry_run:
        _show(reading, first, count)
    mistakes.raise_any()
    if not dry_run:
        with closing(database.writer()) as conn:
            fold_unless_served(settings, conn)
            written = _write(conn, settings, reading, model)
        write_down(settings, "data_imported", f"outcomes: {written.new}")
        _tell(written, reading)


def _checked(reading: Reading, mistakes: Mistakes) -> tuple[list[Ended], int]:
    first, count = [], 0
    for ended in reading.ended(mistakes):
        count += 1
        if count <= _SHOWN:
            first.append(ended)
    return first, count


def _write(conn: Connection, settings: Settings, reading: Reading, model: str | None) -> Written:
    rules = rules_in_force(conn, settings.rules_file).rules
    written, progress = Written(), Progress("Outcomes imported")
    ended = reading.ended(Mistakes(reading.table.name))
    keeper = Keeper(conn, rules)
    while batch := list(islice(ended, _BATCH)):
        # A server may have written meanwhile.
        keeper.forget()
        with transaction(conn):
            desk = Desk(conn, keeper, Said(_AUTHOR, reading.now), keeper.forget, is_quiet=True)
            write_outcomes(desk, batch, model, written)
        progress(written.new + written.known, 0)
    progress.done()
    return written


def _tell(written: Written, reading: Reading) -> None:
    for email in written.nobody[:_SHOWN]:
        click.echo(f"{email}: no lead has this e-mail", err=True)
    more = f", {len(written.nobody)} of nobody known" if written.nobody else ""
    more += f", {reading.still_open} still open left out" if reading.still_open else ""
    click.echo(f"{written.new} imported, {written.known} already there{more}")


def _show(reading: Reading, first: list[Ended], count: int) -> None:
    click.echo(f"{reading.table.name}: {counted(count, 'outcome')}, {reading.still_open} still open")
    click.echo("\nColumn → is")
    for heading, name in zip(reading.table.heading, reading.columns, strict=True):
        say(f"  {heading} → {name or '(left out)'}")
    click.echo("\nFirst outcomes")
    for email, end in first:
        worth = "" if end.value is None else f", {end.value / 1000:g}"
        say(f"  {email}: {end.outcome} on {day(end.at, reading.zone)}{worth}")
