"""`ripeline user add`: people who may sign in."""

from __future__ import annotations

import click

from ripeline.auth.guard import ROLES
from ripeline.auth.logins import now_ms
from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person, check_password, normal_email
from ripeline.commands.options import data_option, write_beside
from ripeline.settings import Settings
from ripeline.store.audit import COMMAND_LINE, add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.opening import open_beside


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="sales", show_default=True, help="What the person may do.")
@click.option("--password", envvar="RIPELINE_PASSWORD", help="Asked for when left out.")
@data_option
def add(settings: Settings, email: str, role: str, password: str | None) -> None:
    """Add a person who signs in with EMAIL."""
    normal_email(email)
    if password is None:
        # Nobody is asked for what could not be kept.
        open_beside(settings)
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    check_password(password)
    password_hash = hash_password(password)
    by = Said(COMMAND_LINE, now_ms())

    def work(conn: Connection) -> None:
        add_person(conn, email, role, password_hash, by.at)
        add_audit(conn, by, "person_added", f"{normal_email(email)} ({role})")

    write_beside(settings, work)
    click.echo(f"{normal_email(email)} may sign in ({role}).")
