"""Paying afterwards (`retro`): matches that wait for their prerequisite, and what happens when it is met."""

from __future__ import annotations

from collections.abc import Iterator

from ripeline.scoring.moment import Match, Moment
from ripeline.scoring.once import is_used, use_waited, waiting_for
from ripeline.scoring.scored import ScoredRule
from ripeline.scoring.state import Waiting


def stop(match: Match) -> None:
    """The prerequisite is missing: the match waits for it from the end of this moment on, unless its event is worth
    nothing."""
    moment, rule = match.moment, match.rule
    if moment.flaw is None:
        moment.stopped = [*(moment.stopped or ()), (rule, waiting_for(rule, moment, match.points))]


def start_waiting(moment: Moment) -> None:
    """From now on what was stopped at this moment waits, unless it would only repeat what was paid, be it just now;
    what has become too old to be paid ever waits no more."""
    for rule, waited in moment.stopped or ():
        if is_used(rule, moment):
            continue
        waiting = moment.state.waiting.setdefault(rule.number, [])
        if rule.within is not None:
            waiting[:] = [each for each in waiting if each.at > waited.at - rule.within]
        elif rule.once is not None and any(_is_same_payment(each, waited) for each in waiting):
            continue
        waiting.append(waited)


def paid_now(rules: dict[str, ScoredRule], moment: Moment) -> Iterator[Match]:
    """The prerequisite of a rule (here by kind of event) is met: its earlier matches, in order, to be counted and
    capped as of now. Of those that can be paid only once between them the first; it takes the key of its own time."""
    number = next(iter(rules.values())).number
    taken: list[Waiting] = []
    for waited in moment.state.waiting.pop(number, ()):
        rule = rules[waited.kind]
        if rule.within is not None and waited.at <= moment.event.at - rule.within:
            continue
        if rule.once is not None:
            if any(_is_same_payment(each, waited) for each in taken):
                continue
            taken.append(waited)
            use_waited(number, waited, moment.state)
        yield Match(rule, moment, waited.points, waited)


def forget_repeats(rule: ScoredRule, moment: Moment) -> None:
    """The rule was paid at this moment: what waits and could only repeat that waits no more."""
    waiting = moment.state.waiting.get(rule.number)
    if waiting:
        paid = waiting_for(rule, moment, 0)
        waiting[:] = [each for each in waiting if not _is_same_payment(each, paid)]


def _is_same_payment(one: Waiting, other: Waiting) -> bool:
    return one.key == other.key and one.within == other.within
