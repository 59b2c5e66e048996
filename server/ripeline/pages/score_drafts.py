"""A rule somebody is making from a line of a lead: what the form says so far, and the rule that would be of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ripeline.domain.event import DOWNLOAD, FORM, PAGE, Event, item_of
from ripeline.domain.points import to_thousandths
from ripeline.errors import InvalidRules, NotFound
from ripeline.fold.rule_file import read_checked
from ripeline.pages.desk import Desk
from ripeline.pages.story import what_of
from ripeline.rules.adding import with_rule
from ripeline.rules.from_events import ONCE, NewRule, Reach, free_id, reaches_of
from ripeline.rules.model import Model, Rule, Ruleset
from ripeline.rules.plain import terms_in_words
from ripeline.rules.reading import load_rules
from ripeline.store.log_reading import events_of_lead
from ripeline.store.reading_lead import lead_id_of

#: Points are a currency; these are its notes.
PACKETS: Final = ("1", "2", "5", "10")
_OTHER: Final = "other"
_USUAL: Final = {PAGE: "1", DOWNLOAD: "2", FORM: "10"}
_MOST_POINTS: Final = 1_000_000
_LONGEST_LABEL: Final = 80
#: What titles end with: the name of the site.
_TAIL: Final = re.compile(r"(?<=\S)\s+[·|–—]\s.*$")


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the form as they were typed: `packet` is one of `PACKETS` or "other", which `other` then says."""

    model: str
    reach: str
    packet: str
    other: str
    label: str
    once_per: str
    group: str

    @property
    def points(self) -> int | None:
        """Thousandths; None when that is no number of points."""
        text = self.other.replace(",", ".").replace("\u2212", "-") if self.packet == _OTHER else self.packet
        try:
            number = float(text)
        except ValueError:
            return None
        is_one = math.isfinite(number) and abs(number) <= _MOST_POINTS
        return to_thousandths(number) or None if is_one else None


@dataclass(frozen=True, slots=True)
class Draft:
    """The rule of what was asked: as a `line` of the file, in plain `words`, and the whole `text` with it.

    `mistakes`: why there is no such file, each with the `source` of its line.
    """

    id: str
    line: str
    words: str
    text: str
    mistakes: tuple[tuple[InvalidRules, str], ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """One event of a lead, what may be asked of it, and what rules there are already for it."""

    lead: int
    event: Event
    what: str
    reaches: tuple[Reach, ...]
    model: Model
    models: tuple[Model, ...]
    asked: Asked


def scored(desk: Desk, fields: Mapping[str, str]) -> Scored:
    """The event of the address, with what the form says of it. Raises `NotFound`."""
    lead = lead_id_of(desk.conn, desk.params["id"])
    seq = desk.params["event"]
    event = next((each for each in events_of_lead(desk.conn, lead) if each.seq == seq), None)
    reaches = reaches_of(event) if event else ()
    if event is None or not reaches:
        raise NotFound("event", seq)
    models = desk.ruleset.models
    model = next((each for each in models if each.id == fields.get("model")), models[0])
    what = what_of(event.on, event.title, event.url, item_of(event)) or event.on
    return Scored(lead, event, what, reaches, model, models, _asked(fields, model, event, what, reaches))


def _asked(fields: Mapping[str, str], model: Model, event: Event, what: str, reaches: tuple[Reach, ...]) -> Asked:
    once, group, packet = fields.get("once_per", ""), fields.get("group", ""), fields.get("packet", "")
    return Asked(
        model=model.id,
        reach=fields.get("reach") or reaches[0].name,
        packet=packet if packet in (*PACKETS, _OTHER) else _USUAL.get(event.on, "2"),
        other=fields.get("other", "")[:20],
        label=" ".join(fields.get("label", "").split())[:_LONGEST_LABEL] or _TAIL.sub("", what)[:_LONGEST_LABEL],
        once_per=once if once in ONCE else "",
        group=group if group in model.groups else "",
    )


def draft_of(desk: Desk, one: Scored) -> Draft | None:
    """The rule, written into the file as it stands on disk; None while the points are no number."""
    points, asked = one.asked.points, one.asked
    if points is None:
        return None
    reach = next((each for each in one.reaches if each.name == asked.reach), one.reaches[0])
    rule = NewRule(one.event.on, reach, points, asked.label, asked.once_per, asked.group)
    id = free_id(asked.label, (rule.id for model in one.models for rule in model.rules))
    line, file = rule.line(id), desk.running.settings.rules_file
    try:
        text = with_rule(load_rules(file).text, asked.model, id, line)
    except InvalidRules as error:
        return Draft(id, line, "", "", _told((error, *error.others), ""))
    try:
        found = _rule_of(read_checked(text, file.name), asked.model, id)
        mistakes: tuple[tuple[InvalidRules, str], ...] = ()
    except InvalidRules as error:
        found, mistakes = None, _told((error, *error.others), text)
    return Draft(id, line, terms_in_words(found, desk.locale) if found else "", text, mistakes)


def _told(mistakes: tuple[InvalidRules, ...], text: str) -> tuple[tuple[InvalidRules, str], ...]:
    lines = text.splitlines()
    return tuple((each, lines[each.line - 1] if 0 < each.line <= len(lines) else "") for each in mistakes)


def _rule_of(ruleset: Ruleset, model: str, id: str) -> Rule | None:
    return next((rule for rule in ruleset.model(model).rules if rule.id == id), None)
