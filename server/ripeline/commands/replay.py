"""`ripeline replay`: the scores a rule file gives to a file of events, with no database."""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
import msgspec

from ripeline.collect.own_channels import own_channels
from ripeline.commands.lines import Raw, bad_line, line_of, raw_lines
from ripeline.commands.progress import Progress
from ripeline.commands.shares import Share, shares_of
from ripeline.commands.side_by_side import BadItem, Done, side_by_side
from ripeline.commands.written import written
from ripeline.domain.channels import Channels, shipped_channels
from ripeline.domain.event import Event
from ripeline.domain.points import as_number
from ripeline.domain.times import iso_time
from ripeline.domain.wire import ApiItem, parse_api_event
from ripeline.domain.wire_time import LATEST, reported_at
from ripeline.errors import InvalidEvent
from ripeline.identity.epochs import claim_of, epoch_at, epochs_of
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import load_rules
from ripeline.scoring.change import Change
from ripeline.scoring.fold import Scorer
from ripeline.scoring.receipt import contributions_of
from ripeline.settings import CHANNELS_FILE

#: For fewer events another process is not worth its start.
_WORTH_A_PROCESS: Final = 10_000

_A_REPORT: Final = 500


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

    Without --as-of as of the last event. No database and no server are needed or touched. The same events in any
    order, some of them twice, give the same lines. Where they came from is read by the channels.toml beside the rule
    file, if there is one.
    """
    work = Replay(load_rules(rules), as_of, own_channels(rules.with_name(CHANNELS_FILE)))
    with _no_collection(), written("-") as out:
        for _, text in merge(*_scored(work, events)):
            out.write(text)


@contextmanager
def _no_collection() -> Iterator[None]:
    """All that is read stays until the end: looking for garbage among it would only cost time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _scored(work: Replay, events: BinaryIO) -> list[list[tuple[str, bytes]]]:
    read, scored = Progress("Lines read"), Progress("Leads scored")
    shares = shares_of(_counted(raw_lines(events), read), _processors(), _WORTH_A_PROCESS)
    read.done()
    results = side_by_side(work, shares, lambda done: scored(done, 0))
    scored.done()
    return results


def _counted(items: Iterable[Raw], progress: Progress) -> Iterator[Raw]:
    for number, item in enumerate(items, 1):
        yield item
        if number % _A_REPORT == 0:
            progress(number, 0)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class Replay:
    """The work on one share: its events are read, then its leads scored as of `as_of` or the last event of all."""

    ruleset: Ruleset
    as_of: int | None
    channels: Channels = field(default_factory=shipped_channels)
    leads: Mapping[str, list[Event]] = field(default_factory=dict)

    def first(self, share: Share) -> int:
        """When the last event of the share occurred (ms, 0: there is none)."""
        self.leads = events_by_lead(read_events(share, self.channels))
        return max((event.at for own in self.leads.values() for event in own), default=0)

    def then(self, highest: int, done: Done) -> list[tuple[str, bytes]]:
        """Each lead with its output lines, sorted."""
        scorer, until = Scorer(self.ruleset), highest if self.as_of is None else self.as_of
        encoder, found = msgspec.json.Encoder(), list[tuple[str, bytes]]()
        for number, lead in enumerate(sorted(self.leads), 1):
            lines = scores_of(scorer, lead, self.leads[lead], until)
            found.append((lead, encoder.encode_lines(lines)))
            if number % _A_REPORT == 0:
                done(number)
        return found


def read_events(share: Iterable[Raw], channels: Channels) -> Iterator[Event]:
    """Of events with the same id the first; raises BadItem naming file and line of one that cannot be read."""
    seen, decode = set[str](), msgspec.json.Decoder(_Exported).decode
    for raw in share:
        try:
            event = _event(raw, decode, channels)
        except InvalidEvent as error:
            raise BadItem((raw.line, raw.element or 0), f"{raw.place}: {error}") from error
        if event.id not in seen:
            seen.add(event.id)
            yield event


class _Exported(ApiItem, gc=False):
    """An export keeps the marks of the server that collected the events, so that both give the same scores."""

    suspect: Any = None


def _event(raw: Raw, decode: Callable[[bytes], _Exported], channels: Channels) -> Event:
    try:
        said = decode(raw.text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        line = line_of(raw)
        if line.problem:
            raise bad_line(line) from None
        # Nothing our reader cannot decode is an event: this says why.
        return parse_api_event(line.item, LATEST, channels)
    # No clock takes part: of what may lie in the future only the events themselves can tell.
    event = parse_api_event(said, LATEST, channels)
    if said.at is None:
        raise InvalidEvent("bad_time", "at", "is missing: a file says when each event occurred")
    suspect = said.suspect
    return msgspec.structs.replace(event, suspect=suspect) if suspect and isinstance(suspect, str) else event


def events_by_lead(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The events of each lead: by its e-mail, else `visitor:<id>`; a visitor's claims decide, as on a server."""
    by_visitor: dict[str | int, list[Event]] = defaultdict(list)
    for event in events:
        by_visitor[event.visitor].append(event)
    leads: dict[str, list[Event]] = defaultdict(list)
    for visitor, own in by_visitor.items():
        epochs = epochs_of(claim for event in own if (claim := claim_of(event)))
        if len(epochs) == 1:
            leads[epochs[0].email or f"visitor:{visitor}"] += own
            continue
        for event in own:
            leads[epoch_at(epochs, event.order).email or f"visitor:{visitor}"].append(event)
    return leads


def scores_of(scorer: Scorer, lead: str, events: list[Event], until: int) -> list[dict[str, Any]]:
    """The output lines of one lead (docs of `replay`), by model; none for a lead that did nothing until then (ms)."""
    past = [event for event in events if event.at <= until]
    if not past:
        return []
    state, changes = scorer.refold(past)
    changes.append(scorer.advance(state, until))
    left = contributions_of(scorer, state, (line for change in changes for line in change.lines))
    found: list[dict[str, Any]] = []
    for place in _by_name(scorer.ruleset):
        reading = scorer.read(state, place)
        found.append(
            {
                "lead": lead,
                "model": reading.model,
                "score": as_number(reading.score),
                "engagement": as_number(reading.engagement),
                "fit": as_number(reading.fit),
                "band": reading.band,
                "out_of_target": reading.out_of_target,
                "crossings": _crossings(changes, reading.model),
                "rules": {rule: as_number(points) for rule, points in left[reading.model].items() if points},
            }
        )
    return found


def _by_name(ruleset: Ruleset) -> list[int]:
    """The places of the models, sorted by their ids."""
    return sorted(range(len(ruleset.models)), key=lambda place: ruleset.models[place].id)


def _crossings(changes: list[Change], model: str) -> list[dict[str, str]]:
    """Every band entered, in order."""
    return [
        {"band": crossing.band, "at": iso_time(crossing.at), "event": crossing.event}
        for change in changes
        for crossing in change.crossings
        if crossing.model == model and crossing.entered
    ]
