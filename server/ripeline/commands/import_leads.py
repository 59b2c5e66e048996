"""`ripeline import leads`: people known before the first day, from the CSV of another program."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from ripeline.commands.appending import Appending, fold_unless_served
from ripeline.commands.columns import column_option, told
from ripeline.commands.options import data_option, write_down
from ripeline.commands.progress import Progress
from ripeline.commands.saying import counted, say
from ripeline.domain.emails import plausible_email
from ripeline.domain.event import IDENTIFY
from ripeline.domain.fields import kept_fields
from ripeline.domain.formulas import unsafe
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_text import LONGEST_TEXT
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.opening import open_beside
from ripeline.tables.cells import day, moment
from ripeline.tables.columns import LEFT_OUT, OF_LEADS, meanings, standing
from ripeline.tables.csv_table import BadTable, Mistakes, Row, Table

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Person:
    """One line: whose it is, what is known, and since when (ms; None: not said)."""

    email: str
    traits: dict[str, Any]
    since: int | None

    @property
    def id(self) -> str:
        """Of the event that says so: the same line is the same event."""
        said = json.dumps([self.email, self.traits, self.since], sort_keys=True)
        return "lead-" + hashlib.sha256(said.encode()).hexdigest()[:40]


@dataclass(slots=True)
class Reading:
    """How a table of leads is read; `nameless` counts the lines without an e-mail."""

    table: Table
    columns: list[str]
    zone: ZoneInfo
    month_first: bool
    now: int
    nameless: int = 0

    def people(self, mistakes: Mistakes) -> Iterator[Person]:
        """Those that can be read; what is wrong with the others goes to `mistakes`."""
        self.nameless = 0
        for row in self.table.rows():
            said = self._said(row, mistakes)
            if not said.get("email"):
                self.nameless += 1
            elif person := self._person(row, said, mistakes):
                yield person

    def _said(self, row: Row, mistakes: Mistakes) -> dict[str, str]:
        """The first value of each name that is not empty."""
        said: dict[str, str] = {}
        for name, cell, heading in zip(self.columns, row.cells, self.table.heading, strict=True):
            if len(cell) > LONGEST_TEXT:
                mistakes.add(row.line, heading, f"longer than {LONGEST_TEXT} characters")
            elif cell and name != LEFT_OUT:
                said.setdefault(name, unsafe(cell))
        return said

    def _person(self, row: Row, said: dict[str, str], mistakes: Mistakes) -> Person | None:
        email, created = plausible_email(said.pop("email")), said.pop("created", "")
        if email is None:
            mistakes.add(row.line, self._heading("email"), "is no e-mail address")
        since = moment(created, self.zone, month_first=self.month_first) if created else None
        if created and (since is None or since > self.now):
            mistakes.add(row.line, self._heading("created"), f"{created!r} is no day before today{self._other_way}")
        return Person(email, kept_fields(said, {}), since) if email else None

    @property
    def _other_way(self) -> str:
        return "" if self.month_first else "; where months come before days, say --month-first"

    def _heading(self, name: str) -> str:
        return self.table.heading[self.columns.index(name)]


@click.command("leads")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@column_option
@click.option("--month-first", is_flag=True, help="Days are written 11/21/2026; else 21/11/2026 or 2026-11-21.")
@click.option("--dry-run", is_flag=True, help="Change nothing: say what each column becomes, and show the first leads.")
@data_option
def leads(settings: Settings, file: Path, column: tuple[str, ...], month_first: bool, dry_run: bool) -> None:
    """Add the people of FILE (CSV with a heading, as HubSpot, Mautic and others export it) with what is known of them.

    Encoding, separator and columns are guessed; look at --dry-run first. If anything is wrong, each place is named and
    nothing is imported. Importing twice is importing once.
    """
    database = open_beside(settings)
    table = Table.of_file(file)
    said = standing(table.heading) | told(column, table.heading)
    columns = meanings(table.heading, OF_LEADS, said, others=True)
    if "email" not in columns:
        raise BadTable(f"{file}:1: no column is an e-mail; say which: --column HEADING=email")
    zone = ZoneInfo(load_rules(settings.rules_file).timezone)
    reading = Reading(table, columns, zone, month_first, time.time_ns() // 1_000_000)
    mistakes = Mistakes(str(file))
    first, count = _checked(reading, mistakes)
    if dry_run:
        _show(reading, first, count)
    mistakes.raise_any()
    if dry_run:
        return
    with closing(database.writer()) as conn:
        appending = Appending(conn)
        _append(appending, reading, count)
        fold_unless_served(settings, conn)
    write_down(settings, "data_imported", f"leads: {appending.new}")
    without = f", {reading.nameless} without an e-mail left out" if reading.nameless else ""
    click.echo(f"{appending.new} imported, {appending.duplicate} already there{without}")


def _checked(reading: Reading, mistakes: Mistakes) -> tuple[list[Person], int]:
    """Read all of it once: the first people, and how many there are."""
    first, count = [], 0
    for person in reading.people(mistakes):
        count += 1
        if count <= _SHOWN:
            first.append(person)
    return first, count


def _append(appending: Appending, reading: Reading, count: int) -> None:
    progress = Progress("Leads imported")
    for done, person in enumerate(reading.people(Mistakes(reading.table.name)), 1):
        said = {"id": person.id, "email": person.email, "on": IDENTIFY, "at": person.since, "traits": person.traits}
        appending.add(parse_api_event(said, reading.now))
        if appending.is_full:
            appending.write()
        progress(done, count)
    appending.write()
    progress.done()


def _show(reading: Reading, first: list[Person], count: int) -> None:
    table = reading.table
    separator = {"\t": "tabs"}.get(table.separator, f"`{table.separator}`")
    found = f"{counted(count, 'lead')}, {reading.nameless} without e-mail"
    click.echo(f"{table.name}: {table.encoding}, separated by {separator}; {found}")
    click.echo("\nColumn → becomes")
    for heading, name in zip(table.heading, reading.columns, strict=True):
        say(f"  {heading} → {'when it was first known' if name == 'created' else name or '(left out)'}")
    click.echo("\nFirst leads")
    for person in first:
        known = ", ".join(f"{name}: {value}" for name, value in person.traits.items())
        say(f"  {person.email}{f', since {day(person.since, reading.zone)}' if person.since else ''}: {known or '–'}")
