"""Rules: what counts, in plain words, each number with a − and a +, and what a change would do before it is saved."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ripeline.calibration.asking import Answer
from ripeline.pages.desk import Desk
from ripeline.pages.rule_drafts import Draft, draft_of, what_it_would_do
from ripeline.pages.trying import TriedLead, try_lead
from ripeline.pages.unscored import Unscored, unscored_items
from ripeline.rules.drafts import KEYS as RULE_KEYS
from ripeline.rules.fields import WHERE_KEYS
from ripeline.rules.model import Band, Model, Rule, Ruleset
from ripeline.rules.models import KEYS as MODEL_KEYS
from ripeline.rules.plain import labels_of, terms_in_words
from ripeline.store.proposals import Proposal, list_proposals
from ripeline.store.rule_versions import RuleChange, changes_of_rules

THOUSAND: Final = 1000
#: The packets of the page, by the least whole points a rule of them is worth, the highest first; negative is last.
PACKETS: Final[tuple[tuple[str, float | None], ...]] = (
    *(("buys", 8), ("compares", 4), ("interested", 1.5)),
    *(("curious", 0), ("against", None)),
)
_VERSIONS: Final = 20
_PROPOSALS: Final = 50
#: What the editor completes.
COMPLETED: Final = tuple(dict.fromkeys((*RULE_KEYS, *(f"where.{key}" for key in WHERE_KEYS), *MODEL_KEYS)))


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: its label, the rest of it in `words`, its points in thousandths (None: several, said in the words).

    `less` and `more` are the whole points − and + lead to. `was`: the points in force when others are drafted.
    `is_new`: not in force at all. `is_shared`: of every model.
    """

    id: str
    label: str
    words: str
    points: int | None
    less: int
    more: int
    was: int | None
    is_new: bool
    is_shared: bool
    line: int


@dataclass(frozen=True, slots=True)
class Packet:
    """Rules of about the same worth, the highest first; `name` is one of `PACKETS`."""

    name: str
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class BandLine:
    """A band: where it begins and where it is left, in thousandths; `was` when that is drafted to change.

    `less` and `more` are the whole points − and + lead to.
    """

    name: str
    enter: int
    leave: int
    less: int
    more: int
    was: int | None
    hands_over: bool


@dataclass(frozen=True, slots=True)
class RulesTab:
    """The rules of `model` as the `draft` has them, else as they are in force; `in_force` is the hash of those.

    `answer`: what the draft would do, as far as that is known. `gone`: labels of rules it takes out. `unscored`: seen
    lately, worth nothing so far. `going_on`: leads done, and all, of a rescore. `is_fixed`: the file cannot be written
    from here. `tried`: the lead asked for. `proposals`: whom only the new rules made ripe.
    """

    model: Model
    models: tuple[Model, ...]
    packets: tuple[Packet, ...]
    bands: tuple[BandLine, ...]
    draft: Draft | None
    answer: Answer | None
    text: str
    gone: tuple[str, ...]
    unscored: tuple[Unscored, ...]
    versions: tuple[RuleChange, ...]
    in_force: str
    going_on: tuple[int, int] | None
    problem: str
    is_fixed: bool
    tried: TriedLead | None
    proposals: tuple[Proposal, ...]
    keys: tuple[str, ...] = COMPLETED


def read_rules_tab(desk: Desk) -> RulesTab:
    """The page, for the person who asks."""
    draft, now = draft_of(desk, desk.user), int(time.time() * 1000)
    shown = draft.ruleset if draft and draft.ruleset else desk.ruleset
    model = next((each for each in shown.models if each.id == desk.query.get("model")), shown.models[0])
    going_on = desk.running.rescoring()
    file = desk.running.settings.rules_file
    return RulesTab(
        model=model,
        models=shown.models,
        packets=_packets(desk, model),
        bands=_bands(desk.ruleset, model),
        draft=draft,
        answer=what_it_would_do(desk, draft, now) if draft else None,
        text=draft.text if draft else desk.ruleset.text,
        gone=tuple(rule.label for rule in _rules_of(desk.ruleset, model.id) if rule.id not in _ids(model.rules)),
        unscored=unscored_items(desk.conn, shown, model, now),
        versions=tuple(changes_of_rules(desk.conn, _VERSIONS)),
        in_force=desk.ruleset.hash,
        going_on=going_on[1:] if going_on else None,
        problem=desk.running.rules.problem,
        is_fixed=file.exists() and not os.access(file, os.W_OK),
        tried=try_lead(desk, shown, model.id, now),
        proposals=tuple(list_proposals(desk.conn, desk.ruleset.hash, 0, _PROPOSALS)),
    )


def read_what_if(desk: Desk) -> RulesTab | None:
    """The same page, of which only what the draft would do is shown; None when nothing is drafted any more."""
    return read_rules_tab(desk) if draft_of(desk, desk.user) else None


def packet_of(points: int) -> str:
    """The name of the packet a rule of so many thousandths is in."""
    if points < 0:
        return "against"
    return next(name for name, least in PACKETS if least is not None and points >= least * THOUSAND)


def _packets(desk: Desk, model: Model) -> tuple[Packet, ...]:
    before, labels = {rule.id: rule for rule in _rules_of(desk.ruleset, model.id)}, labels_of(model)
    found: dict[str, list[RuleLine]] = {name: [] for name, _ in PACKETS}
    for rule in sorted(model.rules, key=lambda rule: -_worth(rule)):
        found[packet_of(_worth(rule))].append(_line(rule, before.get(rule.id), desk, labels))
    return tuple(Packet(name, tuple(rules)) for name, rules in found.items() if rules)


def _line(rule: Rule, before: Rule | None, desk: Desk, labels: dict[str, str]) -> RuleLine:
    points = rule.points
    return RuleLine(
        id=rule.id,
        label=rule.label,
        words=terms_in_words(rule, desk.locale, labels, worth=False),
        points=points,
        less=stepped(points or 0, -1),
        more=stepped(points or 0, 1),
        was=before.points if before and before.points != points else None,
        is_new=before is None,
        is_shared=rule.shared,
        line=rule.line,
    )


def stepped(thousandths: int, by: int) -> int:
    """The next whole number, so that 2.5 goes to 2 or 3."""
    whole = thousandths // THOUSAND if by < 0 else -(-thousandths // THOUSAND)
    return whole + by if whole * THOUSAND == thousandths else whole


def _bands(in_force: Ruleset, model: Model) -> tuple[BandLine, ...]:
    before = {band.name: band for each in in_force.models if each.id == model.id for band in each.bands}
    return tuple(_band(band, before.get(band.name), model) for band in model.bands)


def _band(band: Band, before: Band | None, model: Model) -> BandLine:
    was = before.enter if before and before.enter != band.enter else None
    return BandLine(
        name=band.name,
        enter=band.enter,
        leave=band.leave,
        less=stepped(band.enter, -1),
        more=stepped(band.enter, 1),
        was=was,
        hands_over=band.name == model.handoff,
    )


def _rules_of(ruleset: Ruleset, model: str) -> tuple[Rule, ...]:
    return next((each.rules for each in ruleset.models if each.id == model), ())


def _ids(rules: Iterable[Rule]) -> set[str]:
    return {rule.id for rule in rules}


def _worth(rule: Rule) -> int:
    return max((points for _, points in rule.values), key=abs, default=rule.points or 0)
