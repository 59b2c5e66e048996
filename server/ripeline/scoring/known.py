"""What is known about a lead: attributes taken from events, in order, and how far each source is trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ripeline.domain.event import FORM, Event
from ripeline.rules.attributes import attributes_of
from ripeline.scoring.state import Attribute, LeadState

#: With one of these a lead can be called, so it may be handed over.
_WAYS_TO_REACH: Final = ("email", "phone")


def teaches(event: Event) -> bool:
    """Whether it can say something about the lead at all: most events cannot, and cost nothing more."""
    return event.email is not None or event.traits is not None or (event.props is not None and event.on == FORM)


def learn(state: LeadState, event: Event, mapping: Mapping[str, Sequence[str]]) -> bool:
    """Take over what the event says about the lead, and whether that changed anything.

    A claim (typed by anyone) only fills what is empty; a verified source overwrites. A suspect event teaches nothing.
    """
    if not teaches(event) or event.suspect:
        return False
    changed = False
    for name, value in attributes_of(event, mapping).items():
        before = state.attributes.get(name)
        if before is None or (event.verified and value != before.value):
            state.attributes[name] = Attribute(value, event.verified, event.at)
            changed = True
        elif event.verified:
            before.verified = True
    return changed


def known_about(state: LeadState) -> dict[str, Any]:
    """Attribute values by name, as the `lead` conditions of rules read them: `channel` is the lead's first one."""
    return {name: attribute.value for name, attribute in state.attributes.items()} | {"channel": state.channel}


def is_reachable(state: LeadState) -> bool:
    """Whether an e-mail or a phone number is known, of somebody who may be handed over."""
    return not state.objects and any(name in state.attributes for name in _WAYS_TO_REACH)
