"""Who objects to being scored (GDPR, article 21): the word counts for all a lead did, before it and after."""

from __future__ import annotations

from collections.abc import Iterable

from ripeline.domain.event import OBJECTION, Event


def word_of(event: Event) -> bool | None:
    """Whether the event says that its lead objects, or objects no longer; None: it says neither.

    Only who we trust may say it: a stranger must not take somebody out of the list of sales.
    """
    if event.on != OBJECTION or event.suspect or not event.verified:
        return None
    said = (event.props or {}).get("objects", True)
    return said if isinstance(said, bool) else None


def last_word(events: Iterable[Event]) -> Event | None:
    """The event by which a lead objects, by its events in the total order; None: it does not."""
    last = None
    for event in events:
        if (said := word_of(event)) is not None:
            last = event if said else None
    return last


def objects(events: Iterable[Event]) -> bool:
    """Whether a lead objects, by its events in the total order: the last word counts."""
    stands = False
    for event in events:
        # Almost no event is one: the name is looked at before anything else.
        if event.on == OBJECTION and (said := word_of(event)) is not None:
            stands = said
    return stands
