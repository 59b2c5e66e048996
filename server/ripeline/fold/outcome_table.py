"""Won and lost as other programs' tables say it: read line by line, and written down as sales would have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ripeline.domain.emails import plausible_email
from ripeline.domain.fields import words_of
from ripeline.domain.points import to_thousandths
from ripeline.errors import NotFound
from ripeline.fold.desk import Desk
from ripeline.fold.selling import Outcome, OutcomeWord, end_with
from ripeline.store.authors import Said
from ripeline.store.handoff_deeds import last_told, models_told, reopen_ended
from ripeline.store.outcome_rows import has_outcome, lift_arrival
from ripeline.tables.cells import amount, moment
from ripeline.tables.csv_table import Mistakes, Row, Table

#: The columns without which nothing can be said.
NEEDED: Final = ("email", "outcome", "date")

_MOST_VALUE: Final = 1e12

_WON: Final = (
    "won, closed won, closedwon, yes, true, gagne, gagnee, ferme gagne, fermee gagnee, conclu, conclue, signe, signee, "
    "oui, vrai"
)
_LOST: Final = "lost, closed lost, closedlost, no, false, perdu, perdue, ferme perdu, fermee perdue, non, faux"
_WORDS: Final[dict[str, OutcomeWord]] = {
    **dict.fromkeys(_WON.split(", "), "won"),
    **dict.fromkeys(_LOST.split(", "), "lost"),
}


class Ended(NamedTuple):
    """One line: with whom, and how."""

    email: str
    outcome: Outcome


@dataclass(slots=True)
class Reading:
    """How a table of outcomes is read; `still_open` counts the lines that are none yet, `unknown` words
    by how often they stand for an outcome."""

    table: Table
    columns: list[str]
    zone: ZoneInfo
    month_first: bool
    is_open: frozenset[str]
    now: int
    still_open: int = 0
    unknown: dict[str, int] = field(default_factory=dict)

    def ended(self, mistakes: Mistakes) -> Iterator[Ended]:
        """Those that can be read; what is wrong with the others goes to `mistakes`."""
        self.still_open, self.unknown = 0, {}
        for row in self.table.rows():
            said = {name: cell for name, cell in zip(self.columns, row.cells, strict=True) if name}
            if not said["outcome"] or said["outcome"] in self.is_open:
                self.still_open += 1
            elif ended := self._ended(row, said, mistakes):
                yield ended

    def _ended(self, row: Row, said: dict[str, str], mistakes: Mistakes) -> Ended | None:
        email = plausible_email(said["email"])
        word = _WORDS.get(" ".join(words_of(said["outcome"])))
        at = moment(said["date"], self.zone, month_first=self.month_first)
        value = amount(said["value"]) if said.get("value") else None
        wrong = {
            "email": "" if email else "is no e-mail address",
            "outcome": "" if word else f"{said['outcome']!r} is neither won nor lost; if it is neither yet, say --open",
            "date": "" if at is not None and at <= self.now else f"{said['date']!r} is no day before today",
            "value": "is no amount" if said.get("value") and (value is None or abs(value) > _MOST_VALUE) else "",
        }
        if not word:
            self.unknown[said["outcome"]] = self.unknown.get(said["outcome"], 0) + 1
        for name, problem in wrong.items():
            if problem:
                mistakes.add(row.line, self.table.heading[self.columns.index(name)], problem)
        if email is None or word is None or at is None:
            return None
        return Ended(email, Outcome(word, at, None if value is None else to_thousandths(value)))


@dataclass(slots=True)
class Written:
    """What became of the lines; `nobody` are e-mails no lead has."""

    new: int = 0
    known: int = 0
    nobody: list[str] = field(default_factory=list)


def write_outcomes(desk: Desk, batch: Iterable[Ended], model: str | None, written: Written) -> None:
    """Each of them, in that model (None: wherever the lead was handed over); what became of them goes to `written`."""
    for ended in batch:
        try:
            is_new = end_with(desk, ended.email, model, ended.outcome)
        except NotFound:
            written.nobody.append(ended.email)
        else:
            written.new += is_new
            written.known += not is_new


def take_back_import(desk: Desk, which: Said) -> int:
    """The outcomes somebody wrote at once were a slip: hand-offs they closed are as before. How many there were."""
    lifted = lift_arrival(desk.conn, which, desk.by.at)
    for lead, model in lifted:
        desk.leads.add(lead)
        for each in [model] if model is not None else models_told(desk.conn, lead):
            handoff = last_told(desk.conn, lead, each)
            if handoff is not None and not has_outcome(desk.conn, lead, each):
                reopen_ended(desk.conn, handoff)
        desk.folder.shelve_again(lead)
    return len(lifted)
