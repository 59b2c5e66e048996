"""`ripeline import events`: events from a file into the log, beside a running server or alone."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, Final

import click
from msgspec.structs import replace

from ripeline.commands.lines import Line, bad_line, lines_of
from ripeline.commands.options import data_option
from ripeline.commands.progress import Progress
from ripeline.domain.event import Event
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_text import cleaned
from ripeline.errors import DataProblem, InvalidEvent
from ripeline.fold.folder import Folder
from ripeline.fold.rescore import ensure_scored
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.lock import FolderLock
from ripeline.store.log_rows import append_events
from ripeline.store.opening import open_beside
from ripeline.store.reading_events import last_seq

_BATCH: Final = 500


@dataclass(slots=True)
class Imported:
    """What became of the lines of a file."""

    new: int = 0
    duplicate: int = 0
    bad: int = 0


@click.group("import")
def import_() -> None:
    """Read events from a file."""


@import_.command("events")
@click.argument("file", type=click.File("rb"))
@data_option
def events(settings: Settings, file: BinaryIO) -> None:
    """Add the events of FILE (NDJSON, or a JSON array; "-": the input) to those stored.

    An event whose id is stored already is left out, so importing twice is importing once. A bad line is named and
    the others are imported all the same; the command then ends with 1.
    """
    database = open_beside(settings)
    with closing(database.writer()) as conn:
        done = import_events(conn, lines_of(file), time.time_ns() // 1_000_000)
        fold_unless_served(settings, conn)
    click.echo(f"{done.new} imported, {done.duplicate} already there, {done.bad} bad")
    if done.bad:
        raise SystemExit(1)


def import_events(conn: Connection, lines: Iterable[Line], now: int) -> Imported:
    """Append what can be read, a transaction every 500 events; bad lines are named on the error output."""
    done, dictionary, progress = Imported(), Dictionary(), Progress("Lines read")
    batch: list[Event] = []
    for number, line in enumerate(lines, 1):
        try:
            batch.append(_event(line, now))
        except InvalidEvent as error:
            done.bad += 1
            click.echo(f"{line.place}: {error.code}: {error}", err=True)
        if len(batch) == _BATCH:
            _append(conn, batch, dictionary, done)
            batch = []
        progress(number, 0)
    _append(conn, batch, dictionary, done)
    progress.done()
    return done


def _event(line: Line, now: int) -> Event:
    if line.problem:
        raise bad_line(line)
    event = parse_api_event(line.item, now)
    suspect = line.item.get("suspect") if isinstance(line.item, dict) else None
    # An export knows what was suspect; over the network nobody may say so.
    return replace(event, suspect=cleaned(suspect)[:64]) if isinstance(suspect, str) else event


def _append(conn: Connection, batch: list[Event], dictionary: Dictionary, done: Imported) -> None:
    with transaction(conn):
        new = sum(append_events(conn, batch, dictionary))
    done.new += new
    done.duplicate += len(batch) - new


def fold_unless_served(settings: Settings, conn: Connection) -> None:
    """Score what was added; a server on the same data does it by itself, within a second."""
    try:
        lock = FolderLock(settings.data)
    except DataProblem:
        return
    try:
        fold_all(settings, conn)
    finally:
        lock.release()


def fold_all(settings: Settings, conn: Connection) -> None:
    """Fold every event of the log under the rule file of these settings; the caller holds the lock."""
    ruleset = load_rules(settings.rules_file)
    rescored = Progress("Leads rescored")
    ensure_scored(conn, ruleset, rescored)
    rescored.done()
    folder, progress = Folder(conn, ruleset), Progress("Events scored")
    done, total = 0, last_seq(conn)
    while folded := folder.step():
        done += folded
        progress(done, total)
    progress.done()
