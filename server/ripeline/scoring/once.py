"""What is paid once: under which key a payment is remembered, and where, as long as it must be."""

from __future__ import annotations

from typing import Final

from ripeline.scoring.brief import brief
from ripeline.scoring.moment import Moment
from ripeline.scoring.scored import Once, ScoredRule
from ripeline.scoring.state import LeadState, UsedKey, Waiting

#: The key of what is paid once whatever the item; no item holds a line break.
_WHATEVER_ITEM: Final = "\n"


def use(number: int, once: Once, moment: Moment) -> bool:
    """Take the key of a rule (its number) at this moment; False when it has been taken before."""
    key = (number, _key(once, moment))
    used = moment.visitor.used if once.scope == "session" else _remembered(once, moment)
    if key in used:
        return False
    used.add(key)
    return True


def is_used(rule: ScoredRule, moment: Moment) -> bool:
    """Whether the key of this rule at this moment has been taken."""
    return rule.once is not None and (rule.number, _key(rule.once, moment)) in _remembered(rule.once, moment)


def waiting_for(rule: ScoredRule, moment: Moment, points: int) -> Waiting:
    """A match as it is kept until its prerequisite is met, with the key it will take then."""
    event, once = moment.event, rule.once
    waited = Waiting(event.on, event.at, points, brief(moment.item))
    if once is not None:
        waited.key = _key(once, moment)
        waited.within = _within(once, moment)
    return waited


def _within(once: Once, moment: Moment) -> tuple[str, str | int, str | int]:
    """Within what a key is taken once: the lead, a day, or a visitor's session."""
    if once.scope == "session":
        return ("session", moment.event.visitor, moment.visitor.session.id)
    return ("day", moment.day, 0) if once.scope == "day" else ("lead", 0, 0)


def use_waited(number: int, waited: Waiting, state: LeadState) -> None:
    """Take the key of an earlier match, as it was then, wherever that is still remembered."""
    scope, name, session = waited.within
    key = (number, waited.key)
    if scope == "lead":
        state.used.add(key)
    elif scope == "day" and state.today == name:
        state.used_today.add(key)
    elif scope == "session" and (visitor := state.visitors.get(name)) is not None and visitor.session.id == session:
        visitor.used.add(key)


def _key(once: Once, moment: Moment) -> str:
    what = moment.item if once.by_item else _WHATEVER_ITEM
    return brief(f"{moment.day}{_WHATEVER_ITEM}{what}" if once.by_day else what)


def _remembered(once: Once, moment: Moment) -> set[UsedKey]:
    if once.scope == "session":
        return moment.visitor.used
    return _used_on(moment.state, moment.day) if once.scope == "day" else moment.state.used


def _used_on(state: LeadState, day: int) -> set[UsedKey]:
    """What was paid on that day; events come in order, so an earlier day is never asked for again."""
    if state.today != day:
        state.today = day
        state.used_today.clear()
    return state.used_today
