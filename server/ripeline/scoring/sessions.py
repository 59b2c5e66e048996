"""Where an event falls: its visitor's session, and whether it only repeats what that visitor just did."""

from __future__ import annotations

import json
from typing import Final

from ripeline.domain.event import (
    BOUNCE,
    EMAIL_OPEN,
    ENGAGEMENT,
    IDENTIFY,
    KINDS,
    SESSION,
    UNSUBSCRIBE,
    Event,
)
from ripeline.domain.session import Session
from ripeline.domain.source import DIRECT
from ripeline.scoring.brief import brief
from ripeline.scoring.state import LeadState, VisitorState

#: The same thing by the same visitor that soon after (ms, inclusive) is one click too many, not a second wish.
#: Shorter than any session's idle time (a minute at least), so it is remembered with the session.
DUPLICATE_WITHIN_MS: Final = 5_000

#: Every one of these says something, however soon it follows.
_NEVER_DUPLICATES: Final = frozenset({IDENTIFY, ENGAGEMENT})

#: A lead that only does these is silent all the same, as one that only does what is suspect.
NO_ACTIVITY: Final = frozenset({EMAIL_OPEN, IDENTIFY, UNSUBSCRIBE, BOUNCE, ENGAGEMENT})


def enter_session(state: LeadState, event: Event, timeout: int) -> tuple[VisitorState, bool]:
    """The event's visitor in its session (idle `timeout` in ms ends one), and whether this event began it."""
    visitor = state.visitors.get(event.visitor)
    began = visitor is None or event.at - visitor.session.last_at >= timeout
    if visitor is None or began:
        visitor = _begin(state, event, timeout)
    session = visitor.session
    session.last_at = event.at
    session.events += 1
    if not session.entry and event.url:
        session.entry = event.path
    return visitor, began


def _begin(state: LeadState, event: Event, timeout: int) -> VisitorState:
    # Events come in order, so sessions that are over are never entered again: the state stays small.
    for key in [key for key, each in state.visitors.items() if event.at - each.session.last_at >= timeout]:
        del state.visitors[key]
    session = Session(
        id=event.seq or event.id,
        started_at=event.at,
        last_at=event.at,
        source=event.source or DIRECT,
        suspect=event.suspect,
    )
    visitor = state.visitors[event.visitor] = VisitorState(session)
    return visitor


def session_event(event: Event) -> Event:
    """The pseudo-event `session`, just before the first event of a session and at the same place."""
    return Event(
        id=event.id,
        visitor=event.visitor,
        on=SESSION,
        at=event.at,
        site=event.site,
        seq=event.seq,
        url=event.url,
        title=event.title,
        referrer=event.referrer,
        suspect=event.suspect,
        source=event.source,
    )


def is_duplicate(visitor: VisitorState, event: Event, doing: str) -> bool:
    """Whether the visitor did the same within 5 s; else the event is kept, and the next one measured against it.

    `doing` is the event's kind and item (see `item_of`) in a word.
    """
    if event.on in _NEVER_DUPLICATES:
        return False
    key = doing
    if event.props and event.on not in KINDS:
        key = f"{key}\n{json.dumps(event.props, sort_keys=True, ensure_ascii=False, default=str)}"
    key, kept, at = brief(key), visitor.kept, event.at
    before = kept.get(key)
    if before is not None and at - before <= DUPLICATE_WITHIN_MS:
        return True
    # What is older is asked for no more, and need not be stored.
    for old in [old for old, kept_at in kept.items() if at - kept_at > DUPLICATE_WITHIN_MS]:
        del kept[old]
    kept[key] = at
    return False
