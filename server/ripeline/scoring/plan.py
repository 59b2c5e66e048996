"""A rule file made ready for the fold: rules numbered, compiled, and found by the kind of event they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from msgspec import Struct

from ripeline.domain.event import ENGAGEMENT, OBJECTION, POINTS, SESSION, Event, item_of
from ripeline.domain.session import Session
from ripeline.rules.match import event_matcher, lead_matcher, once_parts, value_matcher
from ripeline.rules.model import After, Condition, Model, OncePart, Rule, Ruleset
from ripeline.scoring.scored import EventTest, Once, ScoredRule
from ripeline.scoring.steps import steps_of

#: Keys of `where` that an event's kind, address and item alone decide.
_PLACE: Final = frozenset({"path", "host", "url", "file", "form", "link", "email", "stage"})

#: Places (address and item) remembered for each kind: few enough, and short enough (characters), that made-up
#: addresses cannot fill the memory.
_MOST_PLACES: Final = 2048
_LONGEST_REMEMBERED: Final = 512

#: How long somebody looked at a page, and what a person gave by hand: no rule is about them, whatever the file says.
_NO_RULES: Final = (ENGAGEMENT, POINTS, OBJECTION)


@dataclass(frozen=True, slots=True)
class Watch:
    """An event like this meets a prerequisite (`after = {on=, where=}`), by its number."""

    prerequisite: int
    place: EventTest | None
    where: EventTest | None


class Concerned(Struct, frozen=True, gc=False):
    """What an event at one place may match, its item, and what it does in a word."""

    rules: tuple[ScoredRule, ...]
    watches: tuple[Watch, ...]
    item: str
    doing: str


#: The address and the item of an event of some kind → what concerns it.
KindPlan = Callable[[str, str], Concerned]


@dataclass(frozen=True, slots=True)
class Plan:
    """All rules of a file: about the pseudo-event `session`, by kind of real event, the fit rules, those about silence.

    `retro` has the rules that are paid when a prerequisite is met (by its number), each by kind of event.
    """

    session: KindPlan | None
    kinds: dict[str, KindPlan]
    fit: tuple[ScoredRule, ...]
    silence: tuple[ScoredRule, ...]
    retro: dict[int, tuple[dict[str, ScoredRule], ...]]


_Prerequisites = dict[tuple[int, After], int]


def rule_numbers(ruleset: Ruleset) -> list[list[int]]:
    """The numbers of the rules of every model, in their order; a shared rule is one of each model that has it."""
    found: list[list[int]] = []
    first = 0
    for model in ruleset.models:
        found.append(list(range(first, first + len(model.rules))))
        first += len(model.rules)
    return found


def make_plan(ruleset: Ruleset) -> Plan:
    """Number and compile every rule of every model."""
    prerequisites = _numbered_prerequisites(ruleset.models)
    held: list[ScoredRule] = []
    rules: dict[str, list[ScoredRule]] = {}
    retro: dict[int, list[dict[str, ScoredRule]]] = {}
    for place, (model, numbers) in enumerate(zip(ruleset.models, rule_numbers(ruleset), strict=True)):
        for number, rule in zip(numbers, model.rules, strict=True):
            scored = _scored(number, place, rule, ruleset, prerequisites)
            by_kind = {kind: _of_kind(scored, rule, kind) for kind in sorted(rule.on)}
            for kind, each in by_kind.items():
                rules.setdefault(kind, []).append(each)
            if not by_kind:
                held.append(scored)
            if scored.retro and scored.prerequisite is not None:
                retro.setdefault(scored.prerequisite, []).append(by_kind)
    kinds = _by_kind(rules, _watches(prerequisites, ruleset))
    return Plan(
        session=kinds.pop(SESSION, None),
        kinds=kinds,
        fit=tuple(rule for rule in held if rule.is_fit),
        silence=tuple(rule for rule in held if rule.inactive is not None),
        retro={number: tuple(waiting) for number, waiting in retro.items()},
    )


def _of_kind(scored: ScoredRule, rule: Rule, kind: str) -> ScoredRule:
    scored = replace(scored, once=_once(once_parts(rule, kind)))
    return replace(scored, steps=steps_of(scored))


def _by_kind(rules: dict[str, list[ScoredRule]], watches: dict[str, list[Watch]]) -> dict[str, KindPlan]:
    kinds = (rules.keys() | watches.keys()).difference(_NO_RULES)
    return {kind: _by_place(kind, rules.get(kind, []), watches.get(kind, [])) for kind in kinds}


def _by_place(kind: str, rules: list[ScoredRule], watches: list[Watch]) -> KindPlan:
    """Most rules are about one place, and a site has few: asked once for each place, not for each event."""
    nobody = Session(id="", started_at=0, last_at=0)

    def looked_at(url: str, item: str) -> Concerned:
        event = Event(id="", visitor="", on=kind, at=0, url=url, item=item)
        own = item_of(event)
        return Concerned(
            tuple(rule for rule in rules if rule.place is None or rule.place(event, nobody)),
            tuple(watch for watch in watches if watch.place is None or watch.place(event, nobody)),
            own,
            f"{kind}\n{own}",
        )

    remembered = lru_cache(maxsize=_MOST_PLACES)(looked_at)

    def concerned(url: str, item: str) -> Concerned:
        return remembered(url, item) if len(url) + len(item) <= _LONGEST_REMEMBERED else looked_at(url, item)

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
        within=rule.after.within if rule.after else None,
        retro=rule.after.retro if rule.after else False,
        meets=frozenset(meets),
        count=rule.count,
        cap=rule.cap,
        handoff=rule.handoff,
        is_fit=rule.is_fit,
        inactive=rule.inactive,
        stays=rule.mode == "once",
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
