"""`ripeline explain`: why a lead reads as it does, now or as of any moment, as a receipt that adds up."""

from __future__ import annotations

from time import time_ns
from typing import Any

import click
import msgspec

from ripeline.calibration.whatif import rules_in_force
from ripeline.commands.explain_text import Story, text_of
from ripeline.commands.options import damage_told, data_option, read_beside
from ripeline.domain.points import as_number
from ripeline.domain.times import end_of_day, iso_time
from ripeline.domain.wire_time import LATEST, reported_at
from ripeline.errors import DataProblem, InvalidEvent
from ripeline.fold.explaining import explain_lead
from ripeline.rules.model import Model, Ruleset
from ripeline.rules.plain import in_words, labels_of
from ripeline.scoring.receipt import Receipt, RuleRow
from ripeline.settings import Settings
from ripeline.store.database import Connection
from ripeline.store.reading_bands import standing_of
from ripeline.store.reading_handoffs import handoffs_of
from ripeline.store.reading_lead import lead_id_of
from ripeline.store.whatif_rows import names_of_leads
from ripeline.templating.languages import Locale


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
        return story_of(conn, rules, _key(lead), _moment(as_of, rules), model)

    with damage_told(settings):
        story = read_beside(settings, tell)
    click.echo(msgspec.json.encode(json_of(story)) if as_json else text_of(story, lang))


def story_of(conn: Connection, rules: Ruleset, key: int | str, at: int, model: str | None) -> Story:
    """All there is to say of the lead as of `at` (ms), in one model or (None) in every one.

    Raises `NotFound` for the lead, `DataProblem` for the model.
    """
    known = [each.id for each in rules.models]
    if model is not None and model not in known:
        raise DataProblem(f"no model {model!r}; the rules in force have {', '.join(known)}")
    lead = lead_id_of(conn, key)
    explained = explain_lead(conn, rules, lead, at)
    return Story(
        lead=lead,
        email=names_of_leads(conn, [lead])[lead],
        at=at,
        rules=rules,
        is_empty=explained.state.last is None,
        receipts=tuple(each for each in explained.receipts if model in (None, each.model)),
        crossings=tuple(each for change in explained.changes for each in change.crossings),
        handoffs=tuple(each for each in handoffs_of(conn, rules, lead) if each.made_at <= at),
    )


def json_of(story: Story) -> dict[str, Any]:
    """The story as the documentation of `explain --json` has it; times ISO 8601, points as numbers."""
    return {
        "lead": story.lead,
        "email": story.email,
        "as_of": iso_time(story.at),
        "models": [_model(story, receipt, story.rules.model(receipt.model)) for receipt in story.receipts],
    }


def _model(story: Story, receipt: Receipt, model: Model) -> dict[str, Any]:
    standing = standing_of(model, receipt.score, receipt.band)
    return {
        "model": model.id,
        "label": model.label,
        "score": as_number(receipt.score),
        "engagement": as_number(receipt.engagement),
        "fit": as_number(receipt.fit),
        "grade": receipt.grade,
        "band": receipt.band,
        "out_of_target": receipt.out_of_target,
        "rules": [_rule(row, model) for row in receipt.rows],
        "limits": [{"group": each.group, "points": as_number(each.points)} for each in receipt.limits],
        "next_band": standing.next_band,
        "missing": None if standing.missing is None else as_number(standing.missing),
        "shelf_life": None if receipt.shelf_life is None else iso_time(receipt.shelf_life),
        "crossings": [
            {"band": each.band, "entered": each.entered, "at": iso_time(each.at), "score": as_number(each.score)}
            for each in story.crossings
            if each.model == model.id
        ],
        "handoffs": [
            {"id": each.id, "band": each.band, "at": iso_time(each.made_at), "state": each.state}
            for each in story.handoffs
            if each.model == model.id
        ],
    }


def _rule(row: RuleRow, model: Model) -> dict[str, Any]:
    rule = next((rule for rule in model.rules if rule.id == row.rule), None)
    return {
        "rule": row.rule,
        "label": row.label,
        "words": in_words(rule, "en", labels_of(model)) if rule else row.label,
        "fit": row.is_fit,
        "times": row.times,
        "points": as_number(row.points),
        "faded": as_number(row.faded),
        "group": row.group,
        "refused": row.refused,
    }


def _key(lead: str) -> int | str:
    return int(lead) if lead.isascii() and lead.isdecimal() and len(lead) < 19 else lead


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
