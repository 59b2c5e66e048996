"""Outcomes coming in: what a table of won and lost would become here, looked at before any of it is taken."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from ripeline.domain.points import as_number
from ripeline.fold.outcome_table import NEEDED, Ended, Reading
from ripeline.pages.desk import Desk
from ripeline.rules.model import Model, Ruleset
from ripeline.store.outcome_rows import Arrival, arrivals, known_emails
from ripeline.tables.columns import LEFT_OUT, OF_OUTCOMES, meanings
from ripeline.tables.csv_table import BadTable, Mistake, Mistakes, Table

#: What a column may be, in the order they are asked for.
MEANINGS: Final = (*NEEDED, "value")
_SHOWN: Final = 8
_ARRIVALS: Final = 5
_UNKNOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """A table somebody brought, and how they want it read: `columns` by their meaning, words that are `still_open`."""

    name: str
    data: bytes
    columns: Mapping[str, str]
    still_open: frozenset[str]
    month_first: bool
    model: str


@dataclass(frozen=True, slots=True)
class Look:
    """What is in a table: `first` of the `count` outcomes, `won` of them; whom nobody knows; `problem`: why it cannot
    be read at all, `missing` what no column is. With `mistakes` nothing is taken."""

    heading: tuple[str, ...]
    columns: Mapping[str, str]
    missing: tuple[str, ...] = ()
    problem: str = ""
    mistakes: tuple[Mistake, ...] = ()
    mistaken: int = 0
    unknown: tuple[str, ...] = ()
    first: tuple[Ended, ...] = ()
    count: int = 0
    won: int = 0
    worth: float = 0.0
    still_open: int = 0
    nobody: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        return self.count > 0 and not (self.problem or self.missing or self.mistaken)


@dataclass(frozen=True, slots=True)
class OutcomesPage:
    """The page, with what was asked and a look at it, if anything was; `problem`: why it was not even read."""

    models: tuple[Model, ...]
    arrivals: tuple[Arrival, ...]
    asked: Asked | None = None
    look: Look | None = None
    text: str = ""
    is_too_large: bool = False


def read_outcomes_page(desk: Desk, asked: Asked | None = None, *, is_too_large: bool = False) -> OutcomesPage:
    """With a look at what somebody brought."""
    found = arrivals(desk.conn, _ARRIVALS)
    if asked is None or not asked.data:
        return OutcomesPage(desk.ruleset.models, found, is_too_large=is_too_large)
    look, text = _look(desk, asked)
    return OutcomesPage(desk.ruleset.models, found, asked, look, text)


def reading_of(asked: Asked, ruleset: Ruleset, now: int) -> Reading:
    """How that table is read. Raises `BadTable`."""
    table = Table.of_bytes(asked.name, asked.data)
    return Reading(table, _columns(table, asked), ZoneInfo(ruleset.timezone), asked.month_first, asked.still_open, now)


def _columns(table: Table, asked: Asked) -> list[str]:
    """The guess, unless somebody said which column it is: then no other one is."""
    guessed = meanings(table.heading, OF_OUTCOMES, {}, others=False)
    said = {name: heading for name, heading in asked.columns.items() if heading in table.heading}
    kept = [LEFT_OUT if name in said else name for name in guessed]
    for name, heading in said.items():
        kept[table.heading.index(heading)] = name
    return kept


def _look(desk: Desk, asked: Asked) -> tuple[Look, str]:
    try:
        reading = reading_of(asked, desk.ruleset, int(time.time() * 1000))
    except (BadTable, UnicodeError) as error:
        return Look((), {}, problem=_plain(error, asked)), asked.data.decode("utf-8", "replace")
    table = reading.table
    text = asked.data.decode(table.encoding, "replace")
    named = {name: table.heading[place] for place, name in enumerate(reading.columns) if name}
    missing = tuple(name for name in NEEDED if name not in named)
    heading = tuple(table.heading)
    if missing:
        return Look(heading, named, missing), text
    mistakes = Mistakes(asked.name)
    try:
        ended = list(reading.ended(mistakes))
    except BadTable as error:
        return Look(heading, named, problem=_plain(error, asked)), text
    known = known_emails(desk.conn, {each.email for each in ended})
    look = Look(
        heading,
        named,
        mistakes=tuple(mistakes.places),
        mistaken=mistakes.count,
        unknown=tuple(sorted(reading.unknown, key=lambda word: -reading.unknown[word])[:_UNKNOWN]),
        first=tuple(ended[:_SHOWN]),
        count=len(ended),
        won=sum(each.outcome.outcome == "won" for each in ended),
        worth=as_number(sum(each.outcome.value or 0 for each in ended if each.outcome.outcome == "won")),
        still_open=reading.still_open,
        nobody=tuple(dict.fromkeys(each.email for each in ended if each.email not in known)),
    )
    return look, text


def _plain(error: Exception, asked: Asked) -> str:
    """The sentence without the name of a file that is not one."""
    here = error.here if isinstance(error, BadTable) else None
    return here or str(error).removeprefix(f"{asked.name}:")
