"""`ripeline version`: which one is this, and on what does it run?"""

from __future__ import annotations

import platform

import click

from ripeline import __version__
from ripeline.store.database import sqlite_version


@click.command()
def version() -> None:
    """Print the version of Ripeline, Python and SQLite."""
    click.echo(f"ripeline {__version__} (Python {platform.python_version()}, SQLite {sqlite_version()})")
