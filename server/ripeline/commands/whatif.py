"""`ripeline whatif`: what another rule file would make of the whole history, before it is put in force."""

from __future__ import annotations

from pathlib import Path
from time import time_ns
from typing import Literal

import click
import msgspec

from ripeline.calibration.whatif import WhatIf, rules_in_force
from ripeline.commands.options import damage_told, data_option
from ripeline.commands.progress import Progress
from ripeline.commands.whatif_json import json_of
from ripeline.commands.whatif_text import Comparison, bands_text, calls_text
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.opening import open_beside
from ripeline.templating.languages import Locale


@click.command()
@click.argument("new", metavar="NEW.toml", type=click.Path(path_type=Path))
@click.option("--bands", "only_bands", is_flag=True, help="Only who is in which band: no replay of hand-offs.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of the text.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
@data_option
def whatif(settings: Settings, new: Path, only_bands: bool, lang: Locale, as_json: bool) -> None:
    """Compare the rules of NEW.toml with those in force, over the whole history; nothing is changed.

    Who enters and leaves each band, how the scores spread, which hand-offs come earlier or later, which are new or
    lost, calls a week. Works beside a running server.
    """
    with damage_told(settings):
        what_if = _asked(settings, new)
        _tell(what_if, "bands", None if as_json else lang)
        if not only_bands:
            _tell(what_if, "calls", None if as_json else lang)
        if as_json:
            click.echo(msgspec.json.encode(json_of(what_if, with_calls=not only_bands)))


def _asked(settings: Settings, new: Path) -> WhatIf:
    rules = load_rules(new)
    database = open_beside(settings)
    with database.read() as conn:
        known = rules_in_force(conn, settings.rules_file)
    return WhatIf(database, known, rules, time_ns() // 1_000_000)


def _tell(what_if: WhatIf, part: Literal["bands", "calls"], lang: Locale | None) -> None:
    """Work one part out, with progress, and print it in that language (None: not yet)."""
    progress = Progress("Leads compared" if part == "bands" else "Hand-offs replayed")
    (what_if.bands if part == "bands" else what_if.calls)(progress)
    progress.done()
    if lang is not None:
        click.echo((bands_text if part == "bands" else calls_text)(Comparison(what_if), lang))
