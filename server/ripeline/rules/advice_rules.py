"""Warnings about one rule: what never matches or never pays, and what outweighs all the rest."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from ripeline.domain.channels import CHANNELS
from ripeline.domain.event import CLICK, DOWNLOAD, EMAIL_CLICK, ENGAGEMENT, FORM, KINDS, SESSION
from ripeline.domain.points import as_number
from ripeline.rules.conditions import misspelt_attribute
from ripeline.rules.fields import EMAIL_KINDS
from ripeline.rules.globs import compile_glob
from ripeline.rules.mistakes import listed, meant, nearest
from ripeline.rules.model import Decay, Model, Rule, Ruleset
from ripeline.rules.reach import left_after, most_in_count, worth_of
from ripeline.sentences import N_, Sentence

#: A rule that takes more than this many times the hand-off threshold outweighs all the others.
CRUSHING: Final = 4

#: Decay that leaves less than this the next day, or more than that after a year, is hardly meant.
FAST: Final = 0.5
SLOW: Final = 0.9

#: Conditions that only events of some kinds can meet.
_KINDS_OF_KEY: Final = {
    "file": frozenset({DOWNLOAD}),
    "form": frozenset({FORM}),
    "link": frozenset({CLICK, EMAIL_CLICK}),
    "email": EMAIL_KINDS,
}

_MEANT: Final = {
    **dict.fromkeys(("view", "vue", "pageview", "page_view"), "page"),
    **dict.fromkeys(("visit", "visite"), "session"),
    **dict.fromkeys(("submit", "formulaire", "form_submit"), "form"),
    **dict.fromkeys(("telechargement", "téléchargement", "file"), "download"),
    **dict.fromkeys(("clic", "link"), "click"),
}
_SILENCE: Final = ("inactive", "inactif", "inactivity", "silence", "silent")


def warnings_of_rule(rule: Rule, model: Model, ruleset: Ruleset) -> Iterator[Sentence]:
    """Every warning on a rule as this model has it."""
    yield from _on_worth(rule, model)
    yield from _on_payment(rule)
    yield from filter(None, map(_on_kind, sorted(rule.on | (rule.after.on if rule.after else frozenset()))))
    yield from _on_conditions(rule, ruleset)
    if rule.decay and rule.decay != model.decay and (problem := fading(rule.decay)):
        yield problem


def fading(decay: Decay) -> Sentence | None:
    """What is strange about how points fade, None when nothing is."""
    next_day, next_year = left_after(decay, 1), left_after(decay, 365)
    if next_day <= FAST:
        left = f"{next_day * 100:.0f}"
        return N_(
            "the next day %(left)s%% of its points are left: `decay` is too fast for anybody to call in time", left=left
        )
    if next_year > SLOW and decay.kind != "expire":
        left = f"{next_year * 100:.0f}"
        return N_("a year later %(left)s%% of its points are left: `decay` is too slow to make a difference", left=left)
    return None


def _on_worth(rule: Rule, model: Model) -> Iterator[Sentence]:
    worth = worth_of(rule)
    least, best = min(worth), max(worth)
    floor = model.groups[rule.group].minimum if rule.group else None
    least = least if floor is None else max(least, floor)
    threshold = model.handoff_band.enter if model.handoff_band else 0
    if threshold > 0 and -least > CRUSHING * threshold:
        facts = {"taken": as_number(-least), "enough": as_number(threshold)}
        yield N_(
            "it takes %(taken)s points where %(enough)s are enough to be handed over: nothing ever makes up for it",
            **facts,
        )
    if rule.inactive is not None and best > 0:
        facts = {"points": as_number(best), "fixed": as_number(-best)}
        yield N_("it gives %(points)s points for silence: to take them, write %(fixed)s", **facts)
    if rule.cap is not None and best <= 0:
        yield N_("its `cap` limits nothing: a cap is for points above 0")
    elif rule.cap is not None and rule.cap.points < best:
        facts = {"points": as_number(best), "most": as_number(rule.cap.points)}
        yield N_("it never pays %(points)s points: its `cap` lets %(most)s through", **facts)


def _on_payment(rule: Rule) -> Iterator[Sentence]:
    if rule.count is not None and rule.count.n == 1:
        yield N_("its `count` waits for the first time, as any rule does: leave it out, or ask for 2 or more")
    elif rule.count is not None and most_in_count(rule) < rule.count.n:
        facts = {"asked": rule.count.n, "most": f"{most_in_count(rule):g}"}
        yield N_(
            "it never pays: `count` asks for %(asked)s, and only %(most)s can come together (see `once_per`, `within`)",
            **facts,
        )
    if rule.after is not None and rule.after.rules == {rule.id}:
        yield N_("`after` names this rule itself: it pays from the second time on")


def _on_conditions(rule: Rule, ruleset: Ruleset) -> Iterator[Sentence]:
    for condition in rule.where:
        kinds = _KINDS_OF_KEY.get(condition.key)
        if kinds and condition.globs and not kinds & rule.on:
            facts = {"key": condition.key, "asked": listed(sorted(kinds)), "about": listed(sorted(rule.on))}
            yield N_("where.%(key)s asks about %(asked)s, and the rule is about %(about)s: it never matches", **facts)
    for condition in (*rule.where, *rule.lead):
        if condition.key == "channel":
            yield from (
                _unknown_channel(glob)
                for glob in condition.globs
                if not any(map(compile_glob(glob, fold=True), CHANNELS))
            )
    for condition in rule.lead:
        if near := misspelt_attribute(condition.key, tuple(ruleset.attributes)):
            yield N_("no form field fills `lead.%(attribute)s`%(near)s", attribute=condition.key, near=near)


def _on_kind(kind: str) -> Sentence | None:
    if kind == ENGAGEMENT:
        return N_("no rule ever matches `engagement`: it only says how long a page was read")
    if kind in _SILENCE:
        return N_(
            '`%(kind)s` is read as an event of your own: silence is written inactive = "30d", without `on`', kind=kind
        )
    known = sorted((KINDS - {ENGAGEMENT}) | {SESSION})
    if kind in known:
        return None
    near = [_MEANT[kind]] if kind in _MEANT else get_close_matches(kind, known, n=1, cutoff=0.75)
    return N_("`%(kind)s` is read as an event of your own%(near)s", kind=kind, near=meant(near[0])) if near else None


def _unknown_channel(glob: str) -> Sentence:
    near = nearest(glob, CHANNELS) or N_(": there are %(known)s", known=listed(CHANNELS))
    return N_("no session comes by `%(channel)s`%(near)s", channel=glob, near=near)
