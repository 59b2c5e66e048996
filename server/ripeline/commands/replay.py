"""`ripeline replay`: the scores a rule file gives to a file of events, with no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from ripeline.commands.lines import Line, bad_line, lines_of
from ripeline.commands.progress import Progress
from ripeline.domain.event import Event
from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time
from ripeline.domain.wire import parse_api_event
from ripeline.domain.wire_time import LATEST, reported_at
from ripeline.errors import DataProblem, InvalidEvent
from ripeline.identity.epochs import claim_of, epoch_at, epochs_of
from ripeline.rules.reading import load_rules
from ripeline.scoring.change import Change
from ripeline.scoring.fold import Scorer
from ripeline.scoring.reading import tallies_of


def _as_ms(_: click.Context, __: click.Parameter, moment: str | None) -> int | None:
    """An instant as in the events, in ms."""
    if moment is None:
        return None
    try:
        return reported_at(moment, LATEST)
    except InvalidEvent as error:
        raise click.BadParameter(f"{moment}: {error.problem}") from error


@click.command()
@click.argument("events", type=click.File("rb"))
@click.option("--rules", required=True, type=click.Path(path_type=Path), help="The rule file to score with.")
@click.option("--as-of", callback=_as_ms, help="Score as of then, like 2026-11-21T18:00:00+01:00.")
def replay(events: BinaryIO, rules: Path, as_of: int | None) -> None:
    """Score the EVENTS of a file (NDJSON; "-": the input) and print one JSON line per lead and model.

    No database and no server are needed or touched. The same events in any order, some of them twice, give the same
    lines.
    """
    scorer = Scorer(load_rules(rules))
    leads = events_by_lead(read_events(lines_of(events)))
    progress = Progress("Leads scored")
    for number, lead in enumerate(sorted(leads), 1):
        for line in scores_of(scorer, lead, leads[lead], as_of):
            click.echo(msgspec.json.encode(line))
        progress(number, len(leads))
    progress.done()


def read_events(lines: Iterable[Line]) -> Iterator[Event]:
    """Of events with the same id the first; raises `DataProblem` naming file and line of one that cannot be read."""
    seen, progress = set[str](), Progress("Lines read")
    for number, line in enumerate(lines, 1):
        try:
            event = _event(line)
        except InvalidEvent as error:
            raise DataProblem(f"{line.place}: {error}") from error
        if event.id not in seen:
            seen.add(event.id)
            yield event
        progress(number, 0)
    progress.done()


def _event(line: Line) -> Event:
    if line.problem:
        raise bad_line(line)
    said = line.item if isinstance(line.item, dict) else {}
    # No clock takes part: of what may lie in the future only the events themselves can tell.
    event = parse_api_event(line.item, LATEST)
    if said.get("at") is None:
        raise InvalidEvent("bad_time", "at", "is missing: a file says when each event occurred")
    # An export keeps the marks of the server that collected the events, so that both give the same scores.
    suspect = said.get("suspect")
    return msgspec.structs.replace(event, suspect=suspect) if suspect and isinstance(suspect, str) else event


def events_by_lead(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The events of each lead: by its e-mail, else `visitor:<id>`; a visitor's claims decide, as on a server."""
    by_visitor: dict[str | int, list[Event]] = defaultdict(list)
    for event in events:
        by_visitor[event.visitor].append(event)
    leads: dict[str, list[Event]] = defaultdict(list)
    for visitor, own in by_visitor.items():
        epochs = epochs_of(claim for event in own if (claim := claim_of(event)))
        for event in own:
            leads[epoch_at(epochs, event.order).email or f"visitor:{visitor}"].append(event)
    return leads


def scores_of(scorer: Scorer, lead: str, events: list[Event], as_of: int | None) -> list[dict[str, Any]]:
    """The output lines of one lead (docs of `replay`), by model; none for a lead that did nothing until then."""
    until = [event for event in events if as_of is None or event.at <= as_of]
    if not until:
        return []
    state, changes = scorer.refold(until)
    return [
        {
            "lead": lead,
            "model": reading.model,
            "score": as_number(reading.score),
            "engagement": as_number(reading.engagement),
            "fit": as_number(reading.fit),
            "band": reading.band,
            "out_of_target": reading.out_of_target,
            "crossings": _crossings(changes, reading.model),
            "rules": _rules(changes, reading.model),
        }
        for reading in sorted(scorer.readings(state), key=lambda reading: reading.model)
    ]


def _crossings(changes: list[Change], model: str) -> list[dict[str, str]]:
    """Every band entered, in order."""
    return [
        {"band": crossing.band, "at": iso_time(crossing.at), "event": crossing.event}
        for change in changes
        for crossing in change.crossings
        if crossing.model == model and crossing.entered
    ]


def _rules(changes: list[Change], model: str) -> dict[str, int | float]:
    tallies = tallies_of((line for change in changes for line in change.lines), model)
    return {rule: as_number(tally.points) for rule, tally in tallies.items() if tally.points}
