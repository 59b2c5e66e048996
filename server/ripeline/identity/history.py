"""All that leads did, read back from the log: what a refold starts from."""

from __future__ import annotations

from collections.abc import Collection, Container

from ripeline.domain.event import Event, OrderKey
from ripeline.identity.placement import Placed, placed_at
from ripeline.store.database import Connection
from ripeline.store.dictionary import Dictionary
from ripeline.store.epochs import epochs_of_visitors, visitors_of_leads
from ripeline.store.log_reading import events_of_visitors


def events_of_leads(
    conn: Connection, leads: Collection[int], upto: int, aside: Container[int], dictionary: Dictionary
) -> dict[int, list[Event]]:
    """The events of each of those leads in the total order, up to that place of the log, without those set aside."""
    visitors = visitors_of_leads(conn, leads)
    epochs = {
        visitor: [Placed(*epoch) for epoch in stored] for visitor, stored in epochs_of_visitors(conn, visitors).items()
    }
    found: dict[int, list[Event]] = {lead: [] for lead in leads}
    for event in events_of_visitors(conn, visitors, dictionary, in_order=False):
        if event.seq > upto or event.seq in aside:
            continue
        own = epochs[event.visitor]  # type: ignore[index]  # a row id once stored
        lead = own[0].lead if len(own) == 1 else placed_at(own, event.order).lead
        if lead in found:
            found[lead].append(event)
    for events in found.values():
        events.sort(key=_place)
    return found


def _place(event: Event) -> tuple[OrderKey, int]:
    """Two sites may use one event id at one moment; any fixed order of them will do."""
    return event.order, event.site
