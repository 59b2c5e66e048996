"""`ripeline import`: what was before the first day, from files."""

from __future__ import annotations

import click

from ripeline.commands.import_events import events
from ripeline.commands.import_leads import leads
from ripeline.commands.import_log import log
from ripeline.commands.import_outcomes import outcomes


@click.group("import")
def import_() -> None:
    """Read events, leads, outcomes and logs from files."""


for command in (events, leads, outcomes, log):
    import_.add_command(command)
