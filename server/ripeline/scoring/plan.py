"""A rule file made ready for the fold: rules numbered, compiled, and found by the kind of event they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from ripeline.domain.event import ENGAGEMENT, SESSION, Event
from ripeline.domain.session import Session
from ripeline.rules.match import event_matcher, lead_matcher, once_parts, value_matcher
from ripeline.rules.model import After, Cap, Condition, Model, OncePart, Rule, Ruleset

#: Keys of `where` that an event's kind, address and item alone decide.
_PLACE: Final = frozenset({"path", "host", "url", "file", "form", "link", "email", "stage"})

#: Places (address and item) remembered for each kind: few enough that made-up addresses cannot fill the memory.
_MOST_PLACES: Final = 2048

EventTest = Callable[[Event, Session], bool]
LeadTest = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Once:
    """How long a payment is remembered, and whether it is one for each item (and day, within a session)."""

    scope: Literal["session", "day", "lead"]
    by_item: bool
    by_day: bool


@dataclass(frozen=True, slots=True)
class ScoredRule:
    """One rule of one model, for one kind of event (`once` may differ by kind); a fit rule is of no kind.

    `number` tells it from every other rule of the file, `model` is its model's place. `points` in thousandths, or
    `worth` of the event (None: no match). `place` and `where` are the two halves of `where`: what the place of the
    event decides, and the rest. `prerequisite` is the number of what must be met before it pays, `meets` are those
    that an event matching it meets. Where something is None, nothing is asked.
    """

    number: int
    model: int
    model_id: str
    id: str
    points: int
    worth: Callable[[Event], int | None] | None
    place: EventTest | None
    where: EventTest | None
    lead: LeadTest | None
    prerequisite: int | None
    meets: frozenset[int]
    cap: Cap | None
    handoff: bool
    is_fit: bool
    once: Once | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """An event like this meets a prerequisite (`after = {on=, where=}`), by its number."""

    prerequisite: int
    place: EventTest | None
    where: EventTest | None


class Concerned(NamedTuple):
    """What an event at one place may match."""

    rules: tuple[ScoredRule, ...]
    watches: tuple[Watch, ...]


#: The address and the item of an event of some kind → what concerns it.
KindPlan = Callable[[str, str], Concerned]


@dataclass(frozen=True, slots=True)
class Plan:
    """All rules of a file: about the pseudo-event `session`, by kind of real event, and the fit rules."""

    session: KindPlan | None
    kinds: dict[str, KindPlan]
    fit: tuple[ScoredRule, ...]


_Prerequisites = dict[tuple[int, After], int]


def make_plan(ruleset: Ruleset) -> Plan:
    """Number and compile every rule of every model; a shared rule is one of each model that has it."""
    of_models = [(place, rule) for place, model in enumerate(ruleset.models) for rule in model.rules]
    prerequisites = _numbered_prerequisites(ruleset.models)
    fit: list[ScoredRule] = []
    rules: dict[str, list[ScoredRule]] = {}
    for number, (place, rule) in enumerate(of_models):
        scored = _scored(number, place, rule, ruleset, prerequisites)
        if rule.is_fit:
            fit.append(scored)
        for kind in rule.on:
            rules.setdefault(kind, []).append(replace(scored, once=_once(once_parts(rule, kind))))
    watches = _watches(prerequisites, ruleset)
    kinds = rules.keys() | watches.keys()
    by_kind = {kind: _by_place(kind, rules.get(kind, []), watches.get(kind, [])) for kind in kinds}
    # `engagement` says how long a page was looked at; it matches no rule, whatever the file says.
    by_kind.pop(ENGAGEMENT, None)
    return Plan(by_kind.pop(SESSION, None), by_kind, tuple(fit))


def _by_place(kind: str, rules: list[ScoredRule], watches: list[Watch]) -> KindPlan:
    """Most rules are about one place, and a site has few: asked once for each place, not for each event."""
    nobody = Session(id="", started_at=0, last_at=0)

    @lru_cache(maxsize=_MOST_PLACES)
    def concerned(url: str, item: str) -> Concerned:
        event = Event(id="", visitor="", on=kind, at=0, url=url, item=item)
        return Concerned(
            tuple(rule for rule in rules if rule.place is None or rule.place(event, nobody)),
            tuple(watch for watch in watches if watch.place is None or watch.place(event, nobody)),
        )

    return concerned


def _halves(where: tuple[Condition, ...], ruleset: Ruleset) -> tuple[EventTest | None, EventTest | None]:
    """What the place of an event decides, and the rest."""
    place = [condition for condition in where if condition.key in _PLACE]
    rest = [condition for condition in where if condition.key not in _PLACE]
    return event_matcher(place, ruleset.content), event_matcher(rest)


def _numbered_prerequisites(models: tuple[Model, ...]) -> _Prerequisites:
    """Rules are known by their ids within a model, so equal prerequisites of two models are two."""
    distinct = {(place, rule.after): None for place, model in enumerate(models) for rule in model.rules if rule.after}
    return {key: number for number, key in enumerate(distinct)}


def _scored(number: int, place: int, rule: Rule, ruleset: Ruleset, prerequisites: _Prerequisites) -> ScoredRule:
    place_test, rest = _halves(rule.where, ruleset)
    meets = (n for (model, after), n in prerequisites.items() if model == place and rule.id in after.rules)
    return ScoredRule(
        number=number,
        model=place,
        model_id=ruleset.models[place].id,
        id=rule.id,
        points=rule.points or 0,
        worth=value_matcher(rule.values) if rule.values else None,
        place=place_test,
        where=rest,
        lead=lead_matcher(rule.lead) if rule.lead else None,
        prerequisite=prerequisites[place, rule.after] if rule.after else None,
        meets=frozenset(meets),
        cap=rule.cap,
        handoff=rule.handoff,
        is_fit=rule.is_fit,
    )


def _watches(prerequisites: _Prerequisites, ruleset: Ruleset) -> dict[str, list[Watch]]:
    watches: dict[str, list[Watch]] = {}
    for (_, after), number in prerequisites.items():
        for kind in after.on:
            watches.setdefault(kind, []).append(Watch(number, *_halves(after.where, ruleset)))
    return watches


def _once(parts: tuple[OncePart, ...]) -> Once | None:
    if "event" in parts:
        return None
    if "session" in parts:
        return Once("session", by_item="item" in parts, by_day="day" in parts)
    return Once("day" if "day" in parts else "lead", by_item="item" in parts, by_day=False)
