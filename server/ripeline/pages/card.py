"""What is known of a lead, how much of what its rules ask for that is, and by which right we know it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from ripeline.domain.event import CONSENT, POINTS, UNSUBSCRIBE, Event
from ripeline.rules.model import Model
from ripeline.scoring.objections import last_word

#: Asked of something that is always known, or read off something else.
_DERIVED: Final = {"email_domain": "email", "freemail": "email"}
_LONGEST: Final = 200
_NOT_ASKED_OF_PEOPLE: Final = frozenset({"channel"})


@dataclass(frozen=True, slots=True)
class Criteria:
    """How many of the `asked` attributes the fit rules of a model look at are `known`, and which are `missing`."""

    known: int
    asked: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentSaid:
    """Given or taken back at that moment (ms), to a text that `wording` names ("" where nobody said)."""

    at: int
    is_given: bool
    wording: str


@dataclass(frozen=True, slots=True)
class ObjectionSaid:
    """Since when (ms), what was noted of it, by whom ("": a program), and its event."""

    at: int
    note: str
    author: str
    event: str


@dataclass(frozen=True, slots=True)
class Consent:
    """`given_by` (ms): when the first event came from a browser, which keeps nothing before a yes; None: all came from
    the owner's own programs. `unsubscribed_at` (ms): when they last said no to e-mails, None for never.

    `said`: what the site or a program last told of what they agreed to. `objection`: that they object to being scored.
    """

    given_by: int | None
    unsubscribed_at: int | None
    said: ConsentSaid | None
    objection: ObjectionSaid | None


def criteria_of(model: Model, known: Collection[str]) -> Criteria | None:
    """None where the model has no rule about who somebody is."""
    keys = (condition.key for rule in model.rules if rule.is_fit for condition in rule.lead)
    asked = dict.fromkeys(_DERIVED.get(key, key) for key in keys if key not in _NOT_ASKED_OF_PEOPLE)
    if not asked:
        return None
    missing = tuple(name for name in asked if name not in known)
    return Criteria(len(asked) - len(missing), len(asked), missing)


def consent_of(events: Sequence[Event]) -> Consent:
    """What the events of a lead, oldest first, say of it; no event says more."""
    given_by = unsubscribed = said = None
    for event in events:
        if given_by is None and not event.verified and event.on != POINTS:
            given_by = event.at
        if event.on == UNSUBSCRIBE and not event.suspect:
            unsubscribed = event.at
        if event.on == CONSENT and not event.suspect:
            said = _said(event)
    return Consent(given_by, unsubscribed, said, objection_of(events))


def _said(event: Event) -> ConsentSaid:
    props = event.props or {}
    return ConsentSaid(event.at, props.get("given", True) is not False, str(props.get("wording", ""))[:_LONGEST])


def objection_of(events: Sequence[Event]) -> ObjectionSaid | None:
    """That the lead objects to being scored, by its events, oldest first; None: it does not."""
    event = last_word(events)
    if event is None:
        return None
    note, author = (str((event.props or {}).get(name, "")) for name in ("note", "by"))
    return ObjectionSaid(event.at, note, author, event.id)
