"""What one step of the fold works on: a batch of events, whose they are, and what they did."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from ripeline.changes import Changes
from ripeline.domain.event import Event
from ripeline.fold.reading import Reading
from ripeline.identity.placement import Placement
from ripeline.scoring.change import Change
from ripeline.scoring.state import LeadState
from ripeline.store.projection import ProjectionRows


class PoisonedBatch(Exception):
    """Scoring failed on these events, by their place in the log; nothing of the batch may be kept."""

    def __init__(self, problems: dict[int, str]) -> None:
        super().__init__(f"{len(problems)} events cannot be scored")
        self.problems = problems


class Known(Struct, gc=False):
    """A lead between two batches: its state, how it reads, whether it can be reached.

    `due`: when time alone changes it next (ms), None: never.
    """

    state: LeadState
    readings: tuple[Reading, ...]
    reachable: bool
    due: int | None = None


class Folded(Struct, gc=False):
    """What a batch did to one lead.

    `events` and their `changes`, pairwise; a last change beyond them is what time alone did after them. `first_line`
    and `first_crossing` are the numbers of the first ones. `before` is None when nothing was known of the lead.
    `taught`: something may have been said about the lead itself.
    `is_rebuilt`: refolded, its old rows are to go. `is_asked`: whether it is handed over is to be decided again,
    though its standing may not have changed.
    """

    lead: int
    before: Known | None
    after: Known
    events: list[Event]
    changes: list[Change]
    first_line: int
    first_crossing: int
    taught: bool
    is_rebuilt: bool
    is_asked: bool = False


@dataclass(slots=True)
class Batch:
    """`now` in ms; `upto` is the place in the log the batch ends with; `by_lead` holds the events of each lead.

    `again`: leads that are to be folded from all their events. `rows` are of the first `described` of `folded`.

    `is_quiet`: whatever it does to a lead, sales is not told of it. `model`: only that one is asked whether it hands
    over. `has_handed_over`: a hand-off was made, or is over.
    """

    events: list[Event]
    upto: int
    now: int
    is_quiet: bool = False
    model: str | None = None
    has_handed_over: bool = False
    placement: Placement = field(default_factory=Placement)
    by_lead: dict[int, list[Event]] = field(default_factory=dict)
    again: set[int] = field(default_factory=set)
    folded: list[Folded] = field(default_factory=list)
    described: int = 0
    rows: ProjectionRows = field(default_factory=ProjectionRows)

    def begin_again(self) -> None:
        """Nothing of what it did to leads was right."""
        self.again.clear()
        self.folded.clear()
        self.described, self.rows = 0, ProjectionRows()

    def tell(self, changes: Changes) -> None:
        """What it did, once it is committed, to whoever looks at one of its leads."""
        crossed = any(change.crossings for each in self.folded for change in each.changes)
        if self.folded or self.has_handed_over:
            changes.tell({each.lead for each in self.folded}, ready=self.has_handed_over, bands=crossed)
