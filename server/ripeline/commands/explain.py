"""`ripeline explain`: why a lead reads as it does, now or as of any moment, as a receipt that adds up."""

from __future__ import annotations

from time import time_ns

import click
import msgspec

from ripeline.calibration.whatif import rules_in_force
from ripeline.commands.explain_text import text_of
from ripeline.commands.options import damage_told, data_option, lead_key, read_beside
from ripeline.domain.times import end_of_day
from ripeline.domain.wire_time import LATEST, reported_at
from ripeline.errors import InvalidEvent
from ripeline.fold.lead_story import Story, json_of, story_of
from ripeline.rules.model import Ruleset
from ripeline.settings import Settings
from ripeline.store.database import Connection
from ripeline.templating.languages import Locale
from ripeline.terminal import shown


@click.command()
@click.argument("lead")
@click.option("--model", help="Only this model (its id).")
@click.option("--as-of", metavar="TIME", help="How it was then, like 2026-11-21T18:00:00+01:00, or a day: at its end.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of the text.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
@data_option
def explain(settings: Settings, lead: str, model: str | None, as_of: str | None, lang: Locale, as_json: bool) -> None:
    """Say why LEAD (its id or its e-mail) reads as it does: every rule, what time took, limits, near misses.

    Reads only, and works beside a running server. As of a moment means: what occurred by then, with all that is known
    now of who did it.
    """

    def tell(conn: Connection) -> Story:
        rules = rules_in_force(conn, settings.rules_file).rules
        return story_of(conn, rules, lead_key(lead), _moment(as_of, rules), model)

    with damage_told(settings):
        story = read_beside(settings, tell)
    click.echo(msgspec.json.encode(json_of(story)) if as_json else shown(text_of(story, lang)))


def _moment(text: str | None, rules: Ruleset) -> int:
    """An instant in ms; a day alone is its end in the zone of the rules."""
    if text is None:
        return time_ns() // 1_000_000
    day = end_of_day(text, rules.timezone)
    try:
        return reported_at(text, LATEST) if day is None else day
    except InvalidEvent as error:
        expected = "neither a day (2026-11-21) nor a moment with its zone (2026-11-21T18:00:00+01:00)"
        raise click.BadParameter(f"{text}: {expected}", param_hint="--as-of") from error
