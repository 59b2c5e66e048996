"""`ripeline whatif`: what another rule file would make of the whole history, before it is put in force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import time_ns

import click
import msgspec

from ripeline.calibration.finding import Finding
from ripeline.calibration.whatif import WhatIf, rules_in_force
from ripeline.commands.options import damage_told, data_option
from ripeline.commands.progress import Progress
from ripeline.commands.whatif_json import json_of
from ripeline.commands.whatif_text import bands_text, handoffs_text
from ripeline.pages.names_of_leads import names_of_leads
from ripeline.rules.reading import load_rules
from ripeline.settings import Settings
from ripeline.store.opening import open_beside
from ripeline.templating.languages import Locale
from ripeline.terminal import shown


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
        finding = _found(what_if.bands, "Leads compared")
        if not as_json:
            click.echo(shown(bands_text(finding, _names(settings, finding, lang), what_if.new.timezone, lang)))
        if not only_bands and finding.models:
            finding = _found(what_if.calls, "Hand-offs replayed")
            if not as_json:
                click.echo(shown(handoffs_text(finding, _names(settings, finding, lang), what_if.new.timezone, lang)))
        if as_json:
            click.echo(msgspec.json.encode(json_of(finding)))


def _asked(settings: Settings, new: Path) -> WhatIf:
    rules = load_rules(new)
    database = open_beside(settings)
    with database.read() as conn:
        known = rules_in_force(conn, settings.rules_file)
    return WhatIf(database, known, rules, time_ns() // 1_000_000)


def _names(settings: Settings, finding: Finding, lang: Locale) -> dict[int, str]:
    """What the pages call those it names."""
    with open_beside(settings).read() as conn:
        return names_of_leads(conn, finding.names, lang)


def _found(look: Callable[[Progress], Finding], what: str) -> Finding:
    progress = Progress(what)
    finding = look(progress)
    progress.done()
    return finding
