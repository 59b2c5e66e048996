"""`ripeline dump`: everything about one person, for who asks what is known of them."""

from __future__ import annotations

from time import time_ns
from typing import Any

import click
import msgspec

from ripeline.calibration.whatif import rules_in_force
from ripeline.commands.options import damage_told, data_option, lead_key, read_beside, write_down
from ripeline.fold.dumping import dump_of
from ripeline.settings import Settings
from ripeline.store.database import Connection


@click.command()
@click.argument("lead")
@data_option
def dump(settings: Settings, lead: str) -> None:
    """Print everything about LEAD (its id or its e-mail) as one JSON object: what they did, what is known of them,
    every score with the rules that made it, and all that was said of them.

    Changes nothing but the audit log, and works beside a running server.
    """

    def tell(conn: Connection) -> dict[str, Any]:
        rules = rules_in_force(conn, settings.rules_file).rules
        return dump_of(conn, rules, lead_key(lead), time_ns() // 1_000_000)

    with damage_told(settings):
        found = read_beside(settings, tell)
    write_down(settings, "lead_exported", lead=found["lead"])
    click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
