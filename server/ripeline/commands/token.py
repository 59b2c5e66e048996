"""`ripeline token create`: keys for programs."""

from __future__ import annotations

import click

from ripeline.auth.logins import now_ms
from ripeline.auth.tokens import SCOPES, give_token
from ripeline.commands.options import data_option, write_beside
from ripeline.settings import Settings
from ripeline.store.audit import COMMAND_LINE
from ripeline.store.authors import Said


@click.group()
def token() -> None:
    """Keys for programs that use the API."""


@token.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    default=("read",),
    show_default=True,
    help="What it may do; give it more than once for more than one.",
)
@data_option
def create(settings: Settings, name: str, scopes: tuple[str, ...]) -> None:
    """Print a new token called NAME. It is shown this once."""
    by = Said(COMMAND_LINE, now_ms())
    click.echo(write_beside(settings, lambda conn: give_token(conn, by, name, frozenset(scopes))))
