"""Whose event is it: visitors, their epochs, and the leads these belong to: made, named, merged as claims come in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ripeline.domain.event import Event
from ripeline.identity.epochs import Claim, Epoch, claim_of, epochs_of
from ripeline.identity.placement import Placed, Placement, Settling, placed_at
from ripeline.identity.recent import Recent
from ripeline.store.authors import Said
from ripeline.store.database import Connection
from ripeline.store.detachments import all_detachments, detach
from ripeline.store.epochs import (
    claims_of_visitors,
    epochs_of_visitors,
    repoint_epochs,
    save_epochs,
    visitors_of_leads,
)
from ripeline.store.leads import leads_by_email, make_leads, merge_leads, name_leads, next_lead_id

#: Visitors remembered between two batches: some 5 MB at most.
_REMEMBERED = 20_000


class Visitors:
    """The visitors of one database, as its one writer sees them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._placed: Recent[int, tuple[Placed, ...]] = Recent(_REMEMBERED)
        self._detached = all_detachments(conn)

    def forget(self) -> None:
        """Drop all that is remembered: the transaction it came from failed, or somebody else wrote."""
        self._placed.clear()
        self._detached = all_detachments(self._conn)

    def place(self, events: Sequence[Event], now: int) -> Placement:
        """Find or make the lead of each event, and write what changed, inside the caller's transaction. `now` in ms."""
        placement = self.settle(events)
        self.save(placement, now)
        self.find_leads(events, placement)
        return placement

    def settle(self, events: Sequence[Event]) -> Placement:
        """What these events do to identity, which is then to be saved; nothing is written.

        `events` are new ones, consecutive in the log; their `visitor` is the visitor's row id.
        """
        self._placed.trim()
        self._load({int(event.visitor) for event in events})
        placement = Placement()
        wanted = self._wanted(events)
        if wanted:
            self._settle(wanted, placement)
        return placement

    def save(self, placement: Placement, now: int) -> None:
        """Write what changed, inside the caller's transaction."""
        if not placement.settled:
            return
        make_leads(self._conn, [(id, email, now) for id, email in placement.made.items()])
        name_leads(self._conn, list(placement.named.items()))
        starts = {each: [(epoch.start, epoch.own) for epoch in self._placed[each]] for each in placement.settled}
        save_epochs(self._conn, starts, [visitor for visitor, was_known in placement.settled.items() if was_known])
        if placement.merged:
            self._merge(placement.merged)

    def find_leads(self, events: Sequence[Event], placement: Placement) -> None:
        """Whose each of the events is; where leads were merged, only once that is saved."""
        placed = self._placed
        for event in events:
            epochs = placed[event.visitor]  # type: ignore[index]  # a row id once stored
            placement.leads.append(epochs[0].lead if len(epochs) == 1 else placed_at(epochs, event.order).lead)

    def reconsider(self, visitors: Collection[int], upto: int, now: int) -> Placement:
        """Settle visitors anew whose claims are no longer what they were, up to that place in the log."""
        self._load(set(visitors))
        known = [visitor for visitor in visitors if self._placed.get(visitor) is not None]
        placement = Placement()
        claims = claims_of_visitors(self._conn, known, upto)
        wanted = {visitor: epochs_of(claims.get(visitor, ())) for visitor in known}
        if wanted:
            self._settle(wanted, placement)
            self.save(placement, now)
        return placement

    def take_out(self, visitor: int, lead: int, emails: Iterable[str], by: Said) -> None:
        """From now on the visitor is none of the people of that lead, whatever it says; `reconsider` it then.

        What it did without a name stays no longer with the lead either: it gets an anonymous lead of its own.
        """
        detach(self._conn, visitor, emails, by)
        self._detached = all_detachments(self._conn)
        self._load({visitor})
        epochs = self._placed[visitor]
        self._placed[visitor] = tuple(each for each in epochs if each.email is not None or each.lead != lead)

    def _load(self, visitors: Iterable[int]) -> None:
        missing = self._placed.missing(visitors)
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
            # Most events say no name, and are by somebody who has been here before.
            if event.email is None and known is not None:
                continue
            if known is None:
                claims.setdefault(visitor, [])
            claim = self._claim(visitor, event)
            if claim is None or (known is not None and placed_at(known, claim[0]).email == claim[1]):
                continue
            claims.setdefault(visitor, []).append(claim)
            if known is not None and (known[0].email is not None or visitor in self._detached):
                claimed_before.append(visitor)
        if claimed_before:
            # Only the stored claims tell where between two epochs a new one belongs.
            claims |= claims_of_visitors(self._conn, claimed_before, events[-1].seq)
        return {visitor: epochs_of(made) for visitor, made in claims.items()}

    def _claim(self, visitor: int, event: Event) -> Claim | None:
        claim = claim_of(event)
        if claim is not None and claim[1] in self._detached.get(visitor, ()):
            return claim[0], None
        return claim

    def _settle(self, wanted: dict[int, tuple[Epoch, ...]], placement: Placement) -> None:
        placement.settled = {visitor: self._placed.get(visitor) is not None for visitor in wanted}
        emails = {epoch.email for epochs in wanted.values() for epoch in epochs if epoch.email is not None}
        by_email = leads_by_email(self._conn, emails) if emails else {}
        settling = Settling(by_email, next_lead_id(self._conn), placement)
        for visitor, epochs in wanted.items():
            self._placed[visitor] = settling.settle(epochs, self._placed.get(visitor) or ())
        settling.done()

    def _merge(self, merged: dict[int, int]) -> None:
        """What people said about an anonymous lead, or put into it, is about whoever it turned out to be."""
        along = visitors_of_leads(self._conn, merged)
        merge_leads(self._conn, list(merged.items()))
        if along:
            repoint_epochs(self._conn, merged.items())
            self._placed.drop(along)
            self._load(along)
