"""`ripeline export leads`: who there is and how they stand, as CSV that spreadsheets open."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

import click

from ripeline.calibration.whatif import rules_in_force
from ripeline.commands.options import damage_told, data_option, write_down
from ripeline.commands.progress import Progress
from ripeline.commands.written import written
from ripeline.domain.formulas import safe
from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time
from ripeline.errors import NotFound
from ripeline.rules.model import Ruleset
from ripeline.settings import Settings
from ripeline.store.database import Database
from ripeline.store.opening import open_beside
from ripeline.store.reading import MOST_A_PAGE
from ripeline.store.reading_attributes import attribute_names
from ripeline.store.reading_leads import LeadQuery, list_leads
from ripeline.store.views import LeadSummary
from ripeline.tables.columns import STANDING

_BEFORE: Final = ("id", "email")


@click.command("leads")
@click.argument("file")
@click.option("--model", help="How they stand in this model (its id); else in the first one.")
@click.option("--identified", is_flag=True, help="Only those with an e-mail.")
@data_option
def leads(settings: Settings, file: str, model: str | None, identified: bool) -> None:
    """Write all leads to FILE as CSV ("-": to the output), best score first, as they stand now.

    In UTF-8 with a mark by which spreadsheets know it; no cell is one they would run as a formula. `ripeline import
    leads` reads it back. Works beside a running server.
    """
    database = open_beside(settings)
    with damage_told(settings), database.read() as conn:
        rules = rules_in_force(conn, settings.rules_file).rules
        names = [name for name in attribute_names(conn) if name not in _BEFORE]
    known = [each.id for each in rules.models]
    if model is not None and model not in known:
        raise NotFound("model", model)
    query = LeadQuery(model or known[0], identified=identified or None, out_of_target=True, limit=MOST_A_PAGE)
    with written(file) as out:
        count = _write(out, names, _pages(database, rules, query))
    write_down(settings, "leads_exported", f"leads: {count}")
    click.echo(f"{count} lead{'' if count == 1 else 's'} written", err=file == "-")


def _pages(database: Database, rules: Ruleset, query: LeadQuery) -> Iterator[LeadSummary]:
    """Every lead, a connection a page: one that stayed open would keep the server's log file growing."""
    cursor: str | None = None
    while True:
        with database.read() as conn:
            page = list_leads(conn, rules, replace(query, cursor=cursor))
        yield from page.leads
        cursor = page.next
        if cursor is None:
            return


def _write(out: BinaryIO, names: list[str], leads: Iterable[LeadSummary]) -> int:
    out.write(codecs.BOM_UTF8)
    # The columns of a lead may be called as ours are; theirs say so.
    headings = [f"{name} (attribute)" if name in STANDING else name for name in names]
    out.write(_line([*_BEFORE, *headings, *STANDING]))
    progress, count = Progress("Leads written"), 0
    for count, lead in enumerate(leads, 1):
        out.write(_line(_cells(lead, names)))
        progress(count, 0)
    progress.done()
    return count


def _cells(lead: LeadSummary, names: list[str]) -> list[Any]:
    standing = [as_number(each) for each in (lead.score, lead.engagement, lead.fit)]
    seen = [iso_time(at) if at else "" for at in (lead.first_seen, lead.last_seen)]
    known = [lead.attributes.get(name, "") for name in names]
    return [lead.id, lead.email or "", *known, lead.model, *standing, lead.band, lead.channel, lead.reachable, *seen]


def _line(cells: Iterable[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([_plain(cell) for cell in cells])
    return line.getvalue().encode("utf-8", "replace")


def _plain(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return safe(str(cell))
