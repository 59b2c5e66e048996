"""`ripeline import events`: events from a file into the log, beside a running server or alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import BinaryIO

import click
from msgspec.structs import replace

from ripeline.collect.own_channels import own_channels
from ripeline.commands.appending import Appending, fold_unless_served
from ripeline.commands.lines import Raw, bad_line, line_of, raw_lines
from ripeline.commands.options import data_option, write_down
from ripeline.commands.places import Place, forget_place, keep_place, name_of, path_of, place_in
from ripeline.commands.progress import Progress
from ripeline.commands.saying import say
from ripeline.domain.channels import Channels
from ripeline.domain.event import Event
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_text import cleaned
from ripeline.errors import InvalidEvent
from ripeline.settings import Settings
from ripeline.store.database import Connection, transaction
from ripeline.store.opening import open_beside


@click.command("events")
@click.argument("file", type=click.File("rb"))
@data_option
def events(settings: Settings, file: BinaryIO) -> None:
    """Add the events of FILE (NDJSON, or a JSON array; "-": the input) to those stored.

    An event whose id is stored already is left out, so importing twice is importing once; an import that was cut short
    goes on where it was when it is started again. A bad line is named and the others are imported all the same; the
    command then ends with 1.
    """
    database, channels = open_beside(settings), own_channels(settings.channels_file)
    with closing(database.writer()) as conn:
        done = import_events(conn, file, time.time_ns() // 1_000_000, channels)
        fold_unless_served(settings, conn)
    write_down(settings, "data_imported", f"events: {done.new}")
    click.echo(f"{done.new} imported, {done.duplicate} already there, {done.bad} bad")
    if done.bad:
        raise SystemExit(1)


def import_events(conn: Connection, file: BinaryIO, now: int, channels: Channels) -> Place:
    """Append what can be read, a transaction every 500 events; bad lines are named on the error output.

    How far it came stands in the database with each batch, so that it goes on there. Gives what became of the lines.
    """
    name = name_of(file)
    begun = place_in(conn, name)
    if begun.line:
        click.echo(f"an import of this file was cut short after line {begun.line}; going on from there", err=True)
    reading = _Reading(conn, name, begun, channels)
    reading.read(raw_lines(file, begun.offset, begun.line), now, _progress(file))
    with transaction(conn):
        forget_place(conn, name)
    return reading.place


class _Reading:
    """One file on its way into the log; `place` is how far it came."""

    def __init__(self, conn: Connection, name: str, begun: Place, channels: Channels) -> None:
        self.place = begun
        self._name = name
        self._bad = begun.bad
        self._channels = channels
        self._appending = Appending(conn, begun.new, begun.duplicate)

    def read(self, raws: Iterable[Raw], now: int, progress: Callable[[Raw], None]) -> None:
        last = self.place.line
        for raw in raws:
            # A line may be an array of events, and a place is between two lines.
            if self._appending.is_full and (raw.line != last or not self._name):
                self._write(raw.start, last)
            self._take(raw, now)
            last = raw.line
            progress(raw)
        self._write(0, last)

    def _take(self, raw: Raw, now: int) -> None:
        try:
            self._appending.add(_event(raw, now, self._channels))
        except InvalidEvent as error:
            self._bad += 1
            say(f"{raw.place}: {error.code}: {error}", err=True)

    def _write(self, offset: int, line: int) -> None:
        def keep(conn: Connection) -> None:
            self.place = Place(offset, line, self._appending.new, self._appending.duplicate, self._bad)
            keep_place(conn, self._name, self.place)

        self._appending.write(keep)


def _progress(file: BinaryIO) -> Callable[[Raw], None]:
    """By how much of the file is read, or where nobody knows how long it is, by the line."""
    path = path_of(file)
    told = Progress("Lines read" if path is None else "Kilobytes read")
    size = path.stat().st_size // 1000 if path is not None else 0
    return lambda raw: told(raw.start // 1000 if size else raw.line, size)


def _event(raw: Raw, now: int, channels: Channels) -> Event:
    line = line_of(raw)
    if line.problem:
        raise bad_line(line)
    event = parse_api_event(line.item, now, channels)
    suspect = line.item.get("suspect") if isinstance(line.item, dict) else None
    # An export knows what was suspect; over the network nobody may say so.
    return replace(event, suspect=cleaned(suspect)[:64]) if isinstance(suspect, str) else event
