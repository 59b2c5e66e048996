"""`ripeline replay`: the scores a rule file gives to a file of events, with no database."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import click
import msgspec

from ripeline.domain.event import Event
from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time
from ripeline.domain.wire import ApiItem, parse_api_event
from ripeline.domain.wire_time import LATEST, reported_at
from ripeline.errors import DataProblem, InvalidEvent
from ripeline.identity.epochs import claim_of, epoch_at, epochs_of
from ripeline.rules.reading import load_rules
from ripeline.scoring.change import Change
from ripeline.scoring.fold import Scorer
from ripeline.scoring.reading import readings_of, tallies_of

T = TypeVar("T")

#: Work shorter than this (seconds) needs no progress.
_QUIET: Final = 1.0


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
    """Score the EVENTS of an NDJSON file (- reads standard input): one line per lead and model.

    No database and no server are needed or touched. The same file, in any order and with events twice, always gives
    the same lines.
    """
    scorer = Scorer(load_rules(rules))
    leads = events_by_lead(read_events(_watched(events, "events read"), events.name))
    for lead in _watched(sorted(leads), "leads scored", shown=not sys.stdout.isatty()):
        for line in scores_of(scorer, lead, leads[lead], as_of):
            click.echo(msgspec.json.encode(line))


def read_events(lines: Iterable[bytes], file: str) -> Iterator[Event]:
    """NDJSON → events, of those with the same id the first; raises `DataProblem` naming file and line."""
    decode, seen = msgspec.json.Decoder(ApiItem).decode, set[str]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = _event(line, decode)
        except (InvalidEvent, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DataProblem(f"{file}:{number}: {error}") from error
        if event.id not in seen:
            seen.add(event.id)
            yield event


def _event(line: bytes, decode: Any) -> Event:
    try:
        item = decode(line)
    except msgspec.ValidationError:
        # Read again without a shape, so that the problem is told as every other sender is told.
        return parse_api_event(msgspec.json.decode(line), LATEST)
    if item.at is None:
        raise InvalidEvent("bad_time", "at", "is missing; a file of events says when each occurred")
    return parse_api_event(item, LATEST)


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
        for reading in sorted(readings_of(scorer, state), key=lambda reading: reading.model)
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


def _watched(things: Iterable[T], done: str, *, shown: bool = True) -> Iterator[T]:
    """The same things, with their number so far on a terminal's stderr while the work takes long."""
    due = time.monotonic() + _QUIET if shown and sys.stderr.isatty() else float("inf")
    end = ""
    for number, thing in enumerate(things, start=1):
        yield thing
        if number % 1_000 == 0 and time.monotonic() > due:
            click.echo(f"\r{number} {done}", nl=False, err=True)
            due, end = time.monotonic() + _QUIET / 4, "\n"
    click.echo(end, nl=False, err=True)
