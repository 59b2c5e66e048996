"""What is known of a lead, how much of what its rules ask for that is, and by which right we know it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from ripeline.domain.event import POINTS, UNSUBSCRIBE, Event
from ripeline.rules.model import Model

#: Asked of something that is always known, or read off something else.
_DERIVED: Final = {"email_domain": "email", "freemail": "email"}
_NOT_ASKED_OF_PEOPLE: Final = frozenset({"channel"})


@dataclass(frozen=True, slots=True)
class Criteria:
    """How many of the `asked` attributes the fit rules of a model look at are `known`, and which are `missing`."""

    known: int
    asked: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """`given_by` (ms): when the first event came from a browser, which keeps nothing before a yes; None: all came from
    the owner's own programs. `unsubscribed_at` (ms): when they last said no to e-mails, None for never."""

    given_by: int | None
    unsubscribed_at: int | None


def criteria_of(model: Model, known: Collection[str]) -> Criteria | None:
    """None where the model has no rule about who somebody is."""
    keys = (condition.key for rule in model.rules if rule.is_fit for condition in rule.lead)
    asked = dict.fromkeys(_DERIVED.get(key, key) for key in keys if key not in _NOT_ASKED_OF_PEOPLE)
    if not asked:
        return None
    missing = tuple(name for name in asked if name not in known)
    return Criteria(len(asked) - len(missing), len(asked), missing)


def consent_of(events: Iterable[Event]) -> Consent:
    """What the events of a lead, oldest first, say of it; no event says more."""
    given_by = unsubscribed = None
    for event in events:
        if given_by is None and not event.verified and event.on != POINTS:
            given_by = event.at
        if event.on == UNSUBSCRIBE and not event.suspect:
            unsubscribed = event.at
    return Consent(given_by, unsubscribed)
