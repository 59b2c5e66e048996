"""Warnings: what a rule file may say, and probably does not mean. They never refuse a file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from ripeline.domain.event import CLICK, DOWNLOAD, EMAIL_CLICK, ENGAGEMENT, FORM, KINDS, SESSION
from ripeline.domain.points import as_number
from ripeline.rules.conditions import misspelt_attribute
from ripeline.rules.fields import EMAIL_KINDS
from ripeline.rules.globs import compile_glob
from ripeline.rules.lines import KeyPath
from ripeline.rules.match import once_parts
from ripeline.rules.mistakes import listed, nearest
from ripeline.rules.model import Model, Rule, Ruleset
from ripeline.rules.syntax import parse

#: A rule that takes more than this many times the hand-off threshold outweighs all the others.
CRUSHING: Final = 4

#: Conditions that only events of some kinds can meet.
_KINDS_OF_KEY: Final = {
    "file": frozenset({DOWNLOAD}),
    "form": frozenset({FORM}),
    "link": frozenset({CLICK, EMAIL_CLICK}),
    "email": EMAIL_KINDS,
}

#: Where sessions come from, as events are collected (see `source_of`); the server API may say others.
CHANNELS: Final = ("direct", "organic search", "paid search", "organic social", "email", "referral")

_MEANT: Final = {
    **dict.fromkeys(("visit", "visite", "view", "pageview", "page_view"), "page"),
    **dict.fromkeys(("submit", "formulaire", "form_submit"), "form"),
    **dict.fromkeys(("telechargement", "téléchargement", "file"), "download"),
    **dict.fromkeys(("clic", "link"), "click"),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """One warning: its 1-based line, the rule it is about ("" for none), and the sentence."""

    line: int
    rule: str
    problem: str


def advice_on(ruleset: Ruleset) -> list[Advice]:
    """Every warning on a file, in the order of its lines."""
    lines = parse(ruleset.text, "").lines
    found: dict[Advice, None] = {}
    for model in ruleset.models:
        for keys, problem in _on_model(model):
            path = ("models", model.id, *keys)
            found[Advice(lines.of(path), "", f"model `{model.id}`: {problem}")] = None
        for rule in model.rules:
            found |= {Advice(rule.line, rule.id, problem): None for problem in _on_rule(rule, model, ruleset)}
    return sorted(found, key=lambda advice: advice.line)


def _on_model(model: Model) -> Iterator[tuple[KeyPath, str]]:
    """Sentences with the keys, below the model's, they are about."""
    if not model.rules:
        yield (), "it has no rules, so everybody stays at 0"
        return
    fit = sum(most(rule) for rule in model.rules if rule.is_fit)
    score = fit + sum(most(rule) for rule in model.rules if not rule.is_fit)
    of_fit = f"all rules about the person together give {_number(fit)} at most"
    for band in model.bands:
        keys = ("bands", band.name)
        if band.enter > score:
            yield keys, f"nobody can reach `{band.name}`: all rules together give {_number(score)} at most"
        elif band.fit is not None and band.fit > fit:
            yield keys, f"nobody can reach `{band.name}`: it asks for {_number(band.fit)} points of fit, {of_fit}"
        if band.enter <= 0:
            yield keys, f"everybody is in `{band.name}` from the start, it begins at {_number(band.enter)}"
    if model.min_fit is not None and model.min_fit > fit:
        yield ("min_fit",), f"everybody is out of target: `min_fit` is {_number(model.min_fit)}, {of_fit}"


def _on_rule(rule: Rule, model: Model, ruleset: Ruleset) -> Iterator[str]:
    least = min(worth_of(rule))
    threshold = model.handoff_band.enter if model.handoff_band else 0
    if threshold > 0 and -least > CRUSHING * threshold:
        handed = f"{_number(threshold)} are enough to be handed over"
        yield f"it takes {_number(-least)} points where {handed}: nothing ever makes up for it"
    yield from filter(None, map(_on_kind, sorted(rule.on)))
    for condition in rule.where:
        kinds = _KINDS_OF_KEY.get(condition.key)
        if kinds and condition.globs and not kinds & rule.on:
            asked = f"where.{condition.key} asks about {listed(sorted(kinds))}"
            yield f"{asked}, and the rule is about {listed(sorted(rule.on))}: it never matches"
    for condition in (*rule.where, *rule.lead):
        if condition.key == "channel":
            yield from (
                _unknown_channel(glob)
                for glob in condition.globs
                if not any(map(compile_glob(glob, fold=True), CHANNELS))
            )
    for condition in rule.lead:
        if near := misspelt_attribute(condition.key, tuple(ruleset.attributes)):
            yield f"no form field fills `lead.{condition.key}`{near}"


def _on_kind(kind: str) -> str:
    if kind == ENGAGEMENT:
        return "no rule ever matches `engagement`: it only says how long a page was read"
    known = sorted((KINDS - {ENGAGEMENT}) | {SESSION})
    if kind in known:
        return ""
    near = [_MEANT[kind]] if kind in _MEANT else get_close_matches(kind, known, n=1, cutoff=0.75)
    return f"`{kind}` is read as an event of your own: did you mean `{near[0]}`?" if near else ""


def _unknown_channel(glob: str) -> str:
    return f"no session comes by `{glob}`{nearest(glob, CHANNELS) or ': there are ' + listed(CHANNELS)}"


def worth_of(rule: Rule) -> tuple[int, ...]:
    """Everything one match may be worth, in thousandths."""
    return (rule.points or 0,) if not rule.values else tuple(points for _, points in rule.values)


def most(rule: Rule) -> float:
    """The most points a rule can ever give one lead, in thousandths; infinite where nothing limits it."""
    best = max(worth_of(rule))
    if best <= 0:
        return 0
    if rule.is_fit:
        return best
    times = max(_times(rule, kind) for kind in rule.on)
    limit = rule.cap.points if rule.cap and rule.cap.per == "ever" else math.inf
    return min(limit, best * times)


def _times(rule: Rule, kind: str) -> float:
    """How often events of this kind can be paid to one lead."""
    parts = once_parts(rule, kind)
    if parts == ("lead",):
        return 1
    named = [len(c.globs) for c in rule.where if c.globs and not any("*" in glob for glob in c.globs)]
    return min(named) if parts == ("item",) and named else math.inf


def _number(thousandths: float) -> int | float:
    return as_number(int(thousandths))
