"""`ripeline export`: the log as NDJSON, ids as received, so that it can be imported or replayed."""

from __future__ import annotations

from typing import BinaryIO

import click
import msgspec

from ripeline.commands.export_leads import leads
from ripeline.commands.options import data_option, write_down
from ripeline.commands.progress import Progress
from ripeline.commands.written import written
from ripeline.domain.wire_export import api_item
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_reading import events_after
from ripeline.store.opening import open_beside
from ripeline.store.reading_events import last_seq, visitor_keys

_BATCH = 1_000


@click.group()
def export() -> None:
    """Write what is stored to a file."""


@export.command("events")
@click.argument("file")
@data_option
def events(settings: Settings, file: str) -> None:
    """Write all events to FILE as NDJSON ("-": to the output), in the order they came in.

    `ripeline import events` reads it back and `ripeline replay` scores it. Works beside a running server.
    """
    database = open_beside(settings)
    with written(file) as out:
        count = export_events(database, out)
    write_down(settings, "leads_exported", f"events: {count}")
    click.echo(f"{count} event{'' if count == 1 else 's'} written", err=file == "-")


def export_events(database: Database, out: BinaryIO) -> int:
    """Write every event stored by now, a line each; how many there were."""
    encode = msgspec.json.Encoder().encode
    dictionary, progress = Dictionary(), Progress("Events written")
    with database.read() as conn:
        last = last_seq(conn)
    seq = count = 0
    while seq < last:
        # A connection a batch: one that stayed open would keep the server's log file growing.
        with database.read() as conn:
            found = [event for event in events_after(conn, seq, _BATCH, dictionary) if event.seq <= last]
            keys = visitor_keys(conn, {int(event.visitor) for event in found})
        if not found:
            break
        out.write(b"".join(encode(api_item(event, keys[int(event.visitor)])) + b"\n" for event in found))
        seq, count = found[-1].seq, count + len(found)
        progress(seq, last)
    progress.done()
    return count


export.add_command(leads)
