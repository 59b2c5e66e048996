"""Whose event is it: visitors, their epochs, and the leads these belong to: made, named, merged as claims come in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ripeline.domain.event import Event, OrderKey
from ripeline.identity.epochs import Claim, Epoch, claim_of, epochs_of
from ripeline.identity.recent import Recent
from ripeline.store.database import Connection
from ripeline.store.epochs import claims_of_visitors, epochs_of_visitors, save_epochs
from ripeline.store.leads import leads_by_email, make_leads, merge_leads, name_leads, next_lead_id

#: Visitors remembered between two batches: some 10 MB at most.
_REMEMBERED = 40_000


class Placed(NamedTuple):
    """An epoch (see `epochs.Epoch`) and the lead it belongs to."""

    start: OrderKey
    email: str | None
    lead: int


@dataclass(slots=True)
class Placement:
    """What a batch of events did to identity.

    `leads`: whose each event is, in the order of the events. `made` and `named` as (id, e-mail or None),
    `merged`: anonymous leads that went into another. `moved`: leads that gained or lost events of before this
    batch, and so must be refolded.
    """

    leads: list[int] = field(default_factory=list)
    made: dict[int, str | None] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)


class Visitors:
    """The visitors of one database, as its one writer sees them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._placed: Recent[int, tuple[Placed, ...]] = Recent(_REMEMBERED)

    def forget(self) -> None:
        """Drop all that is remembered: the transaction it came from failed, or somebody else wrote."""
        self._placed.clear()

    def place(self, events: Sequence[Event], now: int) -> Placement:
        """Find or make the lead of each event, and write what changed, inside the caller's transaction.

        `events` are new ones, consecutive in the log; their `visitor` is the visitor's row id. `now` in ms.
        """
        self._placed.trim()
        self._load(events)
        placement = Placement()
        wanted = self._wanted(events)
        if wanted:
            self._settle(wanted, placement, now)
        placed = self._placed
        for event in events:
            epochs = placed[event.visitor]  # type: ignore[index]  # a row id once stored
            placement.leads.append(epochs[0].lead if len(epochs) == 1 else placed_at(epochs, event.order).lead)
        return placement

    def _load(self, events: Sequence[Event]) -> None:
        missing = self._placed.missing({int(event.visitor) for event in events})
        if missing:
            for visitor, stored in epochs_of_visitors(self._conn, missing).items():
                self._placed[visitor] = tuple(Placed(*epoch) for epoch in stored)

    def _wanted(self, events: Sequence[Event]) -> dict[int, tuple[Epoch, ...]]:
        """The new epochs of visitors that are new, or whose claims disagree with the epochs they have."""
        claims: dict[int, list[Claim]] = {}
        claimed_before: list[int] = []
        for event in events:
            visitor = int(event.visitor)
            known = self._placed.get(visitor)
            if known is None:
                claims.setdefault(visitor, [])
            claim = claim_of(event)
            if claim is None or (known is not None and placed_at(known, claim[0]).email == claim[1]):
                continue
            claims.setdefault(visitor, []).append(claim)
            if known is not None and known[0].email is not None:
                claimed_before.append(visitor)
        if claimed_before:
            # Only the stored claims tell where between two epochs a new one belongs.
            claims |= claims_of_visitors(self._conn, claimed_before, events[-1].seq)
        return {visitor: epochs_of(made) for visitor, made in claims.items()}

    def _settle(self, wanted: dict[int, tuple[Epoch, ...]], placement: Placement, now: int) -> None:
        known = [visitor for visitor in wanted if self._placed.get(visitor) is not None]
        emails = {epoch.email for epochs in wanted.values() for epoch in epochs if epoch.email is not None}
        leads = _Leads(leads_by_email(self._conn, emails) if emails else {}, next_lead_id(self._conn), placement)
        for visitor, epochs in wanted.items():
            self._placed[visitor] = leads.settle(epochs, self._placed.get(visitor) or ())
        make_leads(self._conn, [(id, email, now) for id, email in placement.made.items()])
        name_leads(self._conn, list(placement.named.items()))
        merge_leads(self._conn, list(placement.merged.items()))
        starts = {visitor: [(epoch.start, epoch.lead) for epoch in self._placed[visitor]] for visitor in wanted}
        save_epochs(self._conn, starts, known)


class _Leads:
    """The leads of one batch, by e-mail, while its visitors are settled one after the other."""

    def __init__(self, by_email: dict[str, int], next_id: int, placement: Placement) -> None:
        self._by_email = by_email
        self._next_id = next_id
        self._placement = placement

    def settle(self, epochs: tuple[Epoch, ...], before: tuple[Placed, ...]) -> tuple[Placed, ...]:
        """The lead of each epoch of one visitor; an anonymous lead of `before` takes the first e-mail or merges."""
        anonymous = before[0].lead if before and before[0].email is None else None
        after = (
            Placed(epochs[0].start, epochs[0].email, self._lead(epochs[0].email, anonymous)),
            *(Placed(epoch.start, epoch.email, self._lead(epoch.email, None)) for epoch in epochs[1:]),
        )
        if before and [(epoch.start, epoch.lead) for epoch in before] != [(epoch.start, epoch.lead) for epoch in after]:
            self._placement.moved |= {epoch.lead for epoch in (*before, *after)}
        if anonymous is not None and anonymous != after[0].lead:
            self._placement.merged[anonymous] = after[0].lead
            self._placement.moved.discard(anonymous)
        return after

    def _lead(self, email: str | None, anonymous: int | None) -> int:
        if email is None:
            return self._made(None)
        if email not in self._by_email:
            if anonymous is None:
                self._by_email[email] = self._made(email)
            else:
                self._placement.named[anonymous] = email
                self._by_email[email] = anonymous
        return self._by_email[email]

    def _made(self, email: str | None) -> int:
        id, self._next_id = self._next_id, self._next_id + 1
        self._placement.made[id] = email
        return id


def placed_at(epochs: Sequence[Placed], key: OrderKey) -> Placed:
    """The epoch an event with that order key falls in; `epochs` in order, the first from `MIN` on."""
    return epochs[bisect_right(epochs, key, key=_start) - 1]


def _start(epoch: Placed) -> OrderKey:
    return epoch.start
