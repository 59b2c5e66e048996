"""`ripeline import`: what was before the first day, from files."""

from __future__ import annotations

import click

from ripeline.commands.import_events import events


@click.group("import")
def import_() -> None:
    """Read events, leads and outcomes from files."""


import_.add_command(events)
