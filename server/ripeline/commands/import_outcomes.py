"""`ripeline import outcomes`: how it ended with people, won or lost, from the CSV of another program."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import click

from ripeline.calibration.whatif import rules_in_force
from ripeline.commands.appending import fold_unless_served
from ripeline.commands.cells import amount, day, moment
from ripeline.commands.columns import OF_OUTCOMES, column_option, meanings, told
from ripeline.commands.csv_file import BadTable, Mistakes, Row, Table
from ripeline.commands.options import data_option
from ripeline.commands.progress import Progress
from ripeline.domain.emails import plausible_email
from ripeline.domain.fields import words_of
from ripeline.domain.points import to_thousandths
from ripeline.errors import NotFound
from ripeline.fold.desk import Desk
from ripeline.fold.keeper import Keeper
from ripeline.fold.selling import Outcome, OutcomeWord, end_with
from ripeline.settings import Settings
from ripeline.store.authors import Said
from ripeline.store.database import Connection, transaction
from ripeline.store.opening import open_beside
from ripeline.store.reading import model_asked

_AUTHOR: Final = "import"
_BATCH: Final = 100
_SHOWN: Final = 5
_MOST_VALUE: Final = 1e12

_WON: Final = (
    "won, closed won, closedwon, yes, true, gagne, gagnee, ferme gagne, fermee gagnee, conclu, conclue, signe, signee, "
    "oui, vrai"
)
_LOST: Final = "lost, closed lost, closedlost, no, false, perdu, perdue, ferme perdu, fermee perdue, non, faux"
_WORDS: Final[dict[str, OutcomeWord]] = {
    **dict.fromkeys(_WON.split(", "), "won"),
    **dict.fromkeys(_LOST.split(", "), "lost"),
}


class Ended(NamedTuple):
    """One line: with whom, and how."""

    email: str
    outcome: Outcome


@dataclass(slots=True)
class Reading:
    """How a table of outcomes is read; `still_open` counts the lines that are none yet."""

    table: Table
    columns: list[str]
    zone: ZoneInfo
    month_first: bool
    is_open: frozenset[str]
    now: int
    still_open: int = 0

    def ended(self, mistakes: Mistakes) -> Iterator[Ended]:
        """Those that can be read; what is wrong with the others goes to `mistakes`."""
        self.still_open = 0
        for row in self.table.rows():
            said = {name: cell for name, cell in zip(self.columns, row.cells, strict=True) if name}
            if not said["outcome"] or said["outcome"] in self.is_open:
                self.still_open += 1
            elif ended := self._ended(row, said, mistakes):
                yield ended

    def _ended(self, row: Row, said: dict[str, str], mistakes: Mistakes) -> Ended | None:
        email = plausible_email(said["email"])
        word = _WORDS.get(" ".join(words_of(said["outcome"])))
        at = moment(said["date"], self.zone, month_first=self.month_first)
        value = amount(said["value"]) if said.get("value") else None
        wrong = {
            "email": "" if email else "is no e-mail address",
            "outcome": "" if word else f"{said['outcome']!r} is neither won nor lost; if it is neither yet, say --open",
            "date": "" if at is not None and at <= self.now else f"{said['date']!r} is no day before today",
            "value": "is no amount" if said.get("value") and (value is None or abs(value) > _MOST_VALUE) else "",
        }
        for name, problem in wrong.items():
            if problem:
                mistakes.add(row.line, self.table.heading[self.columns.index(name)], problem)
        if email is None or word is None or at is None:
            return None
        return Ended(email, Outcome(word, at, None if value is None else to_thousandths(value)))


@dataclass(slots=True)
class Written:
    """What became of the lines; `nobody` are e-mails no lead has."""

    new: int = 0
    known: int = 0
    nobody: list[str] = field(default_factory=list)


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
    table = Table(file)
    columns = meanings(table.heading, OF_OUTCOMES, told(column, table.heading), others=False)
    for name in ("email", "outcome", "date"):
        if name not in columns:
            raise BadTable(f"{file}:1: no column is the {name}; say which: --column HEADING={name}")
    with database.read() as conn:
        rules = rules_in_force(conn, settings.rules_file).rules
    if model is not None:
        model_asked(rules, model)
    now = time.time_ns() // 1_000_000
    reading = Reading(table, columns, ZoneInfo(rules.timezone), month_first, frozenset(is_open), now)
    mistakes = Mistakes(file)
    first, count = _checked(reading, mistakes)
    if dry_run:
        _show(reading, first, count)
    mistakes.raise_any()
    if not dry_run:
        with closing(database.writer()) as conn:
            fold_unless_served(settings, conn)
            _tell(_write(conn, settings, reading, model), reading)


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
    ended = reading.ended(Mistakes(reading.table.path))
    keeper = Keeper(conn, rules)
    while batch := list(islice(ended, _BATCH)):
        # A server may have written meanwhile.
        keeper.forget()
        with transaction(conn):
            desk = Desk(conn, keeper, Said(_AUTHOR, reading.now), keeper.forget, is_quiet=True)
            for each in batch:
                _end(desk, each, model, written)
        progress(written.new + written.known, 0)
    progress.done()
    return written


def _end(desk: Desk, ended: Ended, model: str | None, written: Written) -> None:
    try:
        is_new = end_with(desk, ended.email, model, ended.outcome)
    except NotFound:
        written.nobody.append(ended.email)
        return
    written.new += is_new
    written.known += not is_new


def _tell(written: Written, reading: Reading) -> None:
    for email in written.nobody[:_SHOWN]:
        click.echo(f"{email}: no lead has this e-mail", err=True)
    more = f", {len(written.nobody)} of nobody known" if written.nobody else ""
    more += f", {reading.still_open} still open left out" if reading.still_open else ""
    click.echo(f"{written.new} imported, {written.known} already there{more}")


def _show(reading: Reading, first: list[Ended], count: int) -> None:
    click.echo(f"{reading.table.path}: {count} outcomes, {reading.still_open} still open")
    click.echo("\nColumn → is")
    for heading, name in zip(reading.table.heading, reading.columns, strict=True):
        click.echo(f"  {heading} → {name or '(left out)'}")
    click.echo("\nFirst outcomes")
    for email, end in first:
        worth = "" if end.value is None else f", {end.value / 1000:g}"
        click.echo(f"  {email}: {end.outcome} on {day(end.at, reading.zone)}{worth}")
