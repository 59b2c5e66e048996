"""From epochs to leads: whose each epoch of a visitor is, and what that makes, names, merges and moves; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ripeline.domain.event import OrderKey
from ripeline.identity.epochs import Epoch


class Placed(NamedTuple):
    """An epoch (see `epochs.Epoch`), the lead its events are read under, and its `own` lead.

    The two differ while a person has merged `own` into `lead`; undone, the epoch is its own lead's again.
    """

    start: OrderKey
    email: str | None
    lead: int
    own: int


@dataclass(slots=True)
class Placement:
    """What a batch of events did to identity.

    `leads`: whose each event is, in the order of the events. `settled`: visitors with other epochs than before, and
    whether they had any. `made` and `named` as (id, e-mail or None),
    `merged`: anonymous leads that went into another. `moved`: leads that gained or lost events of before this
    batch, and so must be refolded.
    """

    leads: list[int] = field(default_factory=list)
    settled: dict[int, bool] = field(default_factory=dict)
    made: dict[int, str | None] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)


class Settling:
    """The leads of one batch, while its visitors are settled one after the other.

    `by_email`: of each e-mail that is known the own lead and the one that reads it.
    """

    def __init__(self, by_email: dict[str, tuple[int, int]], next_id: int, placement: Placement) -> None:
        self._by_email = by_email
        self._next_id = next_id
        self._placement = placement

    def settle(self, epochs: tuple[Epoch, ...], before: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """The lead of each epoch of one visitor; its anonymous lead, if any, stays so, is named, or is merged."""
        nobody = next((epoch for epoch in before if epoch.email is None), None)
        if any(epoch.email is None for epoch in epochs):
            nobody = nobody or self._made(None)
            after = tuple(self._anonymous(epoch, nobody) or self._known(epoch) for epoch in epochs)
        else:
            self._name(nobody, epochs[0].email)
            after = tuple(self._known(epoch) for epoch in epochs)
            if nobody is not None:
                self._join(nobody, after[0])
        if before and [(epoch.start, epoch.own) for epoch in before] != [(epoch.start, epoch.own) for epoch in after]:
            self._placement.moved |= {epoch.lead for epoch in (*before, *after)}
        self._placement.moved -= self._placement.merged.keys()
        return after

    def _anonymous(self, epoch: Epoch, nobody: Placed) -> Placed | None:
        return Placed(epoch.start, None, nobody.lead, nobody.own) if epoch.email is None else None

    def _name(self, nobody: Placed | None, email: str | None) -> None:
        """A new e-mail is the name of the lead that was anonymous so far."""
        if nobody is not None and email is not None and email not in self._by_email:
            self._placement.named[nobody.own] = email
            self._by_email[email] = (nobody.own, nobody.lead)

    def _join(self, nobody: Placed, known: Placed) -> None:
        """The anonymous lead is whoever it turned out to be; it stays where a person put it, and so does that one.

        Where that one was put into this very lead, it is read there already.
        """
        stands_alone = self._reader(nobody.lead) == nobody.own
        if stands_alone and nobody.own not in (known.own, known.lead):
            self._placement.merged[nobody.own] = known.lead

    def _reader(self, lead: int) -> int:
        """The lead that reads this one once all that was settled in this batch is written."""
        while lead in self._placement.merged:
            lead = self._placement.merged[lead]
        return lead

    def _known(self, epoch: Epoch) -> Placed:
        email = str(epoch.email)
        if email not in self._by_email:
            made = self._made(email)
            self._by_email[email] = (made.own, made.lead)
        own, lead = self._by_email[email]
        return Placed(epoch.start, email, self._reader(lead), own)

    def done(self) -> None:
        """All visitors are settled: each merged lead is one step from the lead that reads it."""
        merged = self._placement.merged
        merged.update({lead: self._reader(lead) for lead in merged})

    def _made(self, email: str | None) -> Placed:
        id, self._next_id = self._next_id, self._next_id + 1
        self._placement.made[id] = email
        return Placed((0, 0, ""), email, id, id)


def placed_at(epochs: Sequence[Placed], key: OrderKey) -> Placed:
    """The epoch an event with that order key falls in; `epochs` in order, the first from `MIN` on."""
    return epochs[bisect_right(epochs, key, key=_start) - 1]


def _start(epoch: Placed) -> OrderKey:
    return epoch.start
