"""Options that commands share, and the two ways a command gets at the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from time import time_ns
from typing import Any, TypeVar

import click

from ripeline.domain.whole_numbers import whole_number
from ripeline.errors import DataProblem, InvalidSetting
from ripeline.settings import SETTINGS, Setting, Settings, read_settings
from ripeline.store.audit import COMMAND_LINE, What, add_audit
from ripeline.store.authors import Said
from ripeline.store.database import Connection, DatabaseError, transaction
from ripeline.store.opening import as_its_user, open_beside

T = TypeVar("T")
Command = Callable[..., Any]

_FIELDS = tuple(setting.field for setting in SETTINGS)


def data_option(command: Command) -> Command:
    """`--data DIR`; the command gets all settings in force as `settings`."""
    return _with_settings(command, [setting for setting in SETTINGS if setting.field == "data"])


def link_options(command: Command) -> Command:
    """What the links of a server are made with; the command gets all settings in force as `settings`."""
    return _with_settings(command, [setting for setting in SETTINGS if setting.field in ("data", "base_url")])


def serve_options(command: Command) -> Command:
    """Every setting as a flag; the command gets them as `settings`."""
    return _with_settings(command, list(SETTINGS))


def write_beside(settings: Settings, work: Callable[[Connection], T]) -> T:
    """Run `work` in one transaction on the database of a server that may be running; raises `DataProblem`."""
    database = open_beside(settings)
    with as_its_user(database.path), closing(database.writer()) as conn, transaction(conn):
        return work(conn)


def read_beside(settings: Settings, work: Callable[[Connection], T]) -> T:
    """Run `work` on a read-only connection beside a server that may be running; raises `DataProblem`."""
    with open_beside(settings).read() as conn:
        return work(conn)


def write_down(settings: Settings, what: What, about: str = "", lead: int | None = None) -> None:
    """A line of the audit log for what was only read or copied; where none can be written, that is said."""
    by = Said(COMMAND_LINE, time_ns() // 1_000_000)
    try:
        write_beside(settings, lambda conn: add_audit(conn, by, what, about, lead))
    except (DataProblem, DatabaseError, OSError) as error:
        click.echo(f"not written into the audit log: {error}", err=True)


def lead_key(lead: str) -> int | str:
    """A lead as it is named on the command line: by its id, or by its e-mail."""
    id = whole_number(lead)
    return lead if id is None else id


@contextmanager
def damage_told(settings: Settings) -> Iterator[None]:
    """What the database cannot read raises `DataProblem`, a sentence that says where to find the way out."""
    try:
        yield
    except DatabaseError as error:
        file = settings.database_file
        raise DataProblem(f"{file} cannot be read ({error}); `ripeline serve` says how to restore it") from error


def _with_settings(command: Command, offered: list[Setting]) -> Command:
    @wraps(command)
    def with_settings(**given: Any) -> Any:
        flags = {field: given.pop(field, None) for field in _FIELDS}
        try:
            settings = read_settings(flags)
        except InvalidSetting as error:
            if error.value in flags.values():
                raise click.UsageError(str(error)) from error
            raise
        return command(settings=settings, **given)

    for setting in reversed(offered):
        default = setting.default or "none"
        explained = f"{setting.meaning}  [{setting.variable}; default: {default}]"
        with_settings = click.option(setting.flag, setting.field, metavar="TEXT", help=explained)(with_settings)
    return with_settings
