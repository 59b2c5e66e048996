"""`ripeline token create`: keys for programs."""

from __future__ import annotations

import click

from ripeline.auth.logins import now_ms
from ripeline.auth.tokens import SCOPES, create_token
from ripeline.commands.options import data_option, write_beside
from ripeline.settings import Settings


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
    click.echo(write_beside(settings, lambda conn: create_token(conn, name, frozenset(scopes), now_ms())))
