"""Seen in the last thirty days and worth nothing: pages, files and forms that no rule of the model is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.domain.event import FORM, Event, item_of
from ripeline.domain.session import Session
from ripeline.domain.urls import split_url
from ripeline.rules.from_events import NewRule, reaches_of
from ripeline.rules.match import event_matcher
from ripeline.rules.model import Condition, Model, Rule, Ruleset
from ripeline.store.database import Connection
from ripeline.store.items import recent_items

_DAY_MS: Final = 86_400_000
DAYS: Final = 30
_LOOKED_AT: Final = 300
_SHOWN: Final = 12
_LONGEST_LABEL: Final = 60
#: What of a visit says which place it was; the rest (channel, entry …) a place alone does not tell.
_PLACE: Final = frozenset({"path", "host", "url", "file", "form", "link", "stage"})


@dataclass(frozen=True, slots=True)
class Unscored:
    """`visitors` in all saw that `item` (a path, a form) at that `address`, last at `last_at` (ms)."""

    on: str
    item: str
    address: str
    visitors: int
    last_at: int


def unscored_items(conn: Connection, ruleset: Ruleset, model: Model, now: int) -> tuple[Unscored, ...]:
    """The most seen first."""
    found: dict[tuple[str, str], Unscored] = {}
    for on, text, visitors, last_at in recent_items(conn, now - DAYS * _DAY_MS, _LOOKED_AT):
        event = _event(on, text)
        if any(_is_about(rule, event, ruleset) for rule in model.rules):
            continue
        item = item_of(event)
        known = found.get((on, item))
        seen = max(visitors, known.visitors) if known else visitors
        found[on, item] = Unscored(on, item, text, seen, max(last_at, known.last_at if known else 0))
    return tuple(sorted(found.values(), key=lambda each: (-each.visitors, each.on, each.item))[:_SHOWN])


def rule_about(on: str, item: str, points: int) -> NewRule:
    """A rule for just that page, file or form, called by its name, worth so many thousandths."""
    reach = reaches_of(_event(on, item))[0]
    label = item.rstrip("/").rpartition("/")[2] or item
    return NewRule(on, reach, points, label[:_LONGEST_LABEL])


def _event(on: str, text: str) -> Event:
    is_form = on == FORM and not split_url(text).host
    return Event(id="", visitor="", on=on, at=0, url="" if is_form else text, item=text if is_form else "")


def _is_about(rule: Rule, event: Event, ruleset: Ruleset) -> bool:
    """Whether that place may be worth something by this rule, whoever comes there and however."""
    if event.on not in rule.on:
        return False
    place: tuple[Condition, ...] = tuple(each for each in rule.where if each.key in _PLACE)
    test = event_matcher(place, ruleset.content)
    return test is None or test(event, Session(id="", started_at=0, last_at=0))
