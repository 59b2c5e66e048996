"""Rules in plain words: "White paper B: 5 points, once per file", made from the label and the keys of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ripeline.domain.event import EMAIL_CLICK, EMAIL_OPEN, SESSION
from ripeline.rules.match import once_parts
from ripeline.rules.model import After, Condition, Model, OncePart, Rule
from ripeline.rules.plain_conditions import conditions_in_words
from ripeline.rules.plain_words import LANGUAGES, Language, Locale

__all__ = ["Locale", "in_words", "labels_of", "once_in_words", "terms_in_words"]

Labels = Mapping[str, str]


def in_words(rule: Rule, locale: Locale, labels: Labels | None = None) -> str:
    """One sentence without a full stop; `labels` (rule id → label) name the rules of `after`, else their ids do.

    A rule that has no label of its own also says what it is about.
    """
    return LANGUAGES[locale].say("rule", label=rule.label, clauses=terms_in_words(rule, locale, labels))


def terms_in_words(rule: Rule, locale: Locale, labels: Labels | None = None, *, worth: bool = True) -> str:
    """The same without the rule's label: "5 points, once per file"; without its `worth`: "once per file"."""
    parts = _CLAUSES if worth or rule.values else _CLAUSES[1:]
    return ", ".join(clause for part in parts for clause in part(rule, LANGUAGES[locale], labels or {}))


def once_in_words(once_per: str, kind: str, locale: Locale) -> str:
    """What `once_per` says of a kind of event: "once per page and session"."""
    parts: tuple[Any, ...] = tuple(once_per.split())
    return _once_phrase(parts, kind, LANGUAGES[locale])


def labels_of(model: Model) -> dict[str, str]:
    """Rule id → label, in the order of the file."""
    return {rule.id: rule.label for rule in model.rules}


def _worth(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if not rule.values:
        yield language.points(rule.points or 0)
    for pattern, points in rule.values:
        yield language.say("worth", points=language.points(points), pattern=language.quoted(pattern))


def _trigger(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if rule.on and rule.label == rule.id:
        yield language.say("trigger", event=_event(rule.on, rule.where, language))


def _person(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if rule.lead:
        conditions = conditions_in_words(rule.lead, "lead", language)
        yield language.say("narrowed" if rule.on else "fit", conditions=conditions)


def _silence(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if rule.inactive is not None:
        yield language.say(f"inactive.{rule.mode}", span=language.some("day", rule.inactive))


def _once(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    # What is counted together is not paid once each: only a rule that says so itself is worth a word.
    if not rule.on or (_is_counted(rule) and not rule.once_per):
        return
    phrases = dict.fromkeys(_once_phrase(once_parts(rule, kind), kind, language) for kind in sorted(rule.on))
    if rule.once_per and len(phrases) > 1:
        phrases = {language.say(f"once.{' '.join(rule.once_per)}", item=language.messages["item"]): None}
    for once in phrases:
        yield language.say("counting", once=once) if _is_counted(rule) else once


def _once_phrase(parts: tuple[OncePart, ...], kind: str, language: Language) -> str:
    if kind == SESSION and parts == ("event",):
        parts = ("session",)
    noun = language.messages[language.nearest("item", _item_of(kind))]
    return language.say(f"once.{' '.join(parts)}", item=noun)


def _count(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if rule.count is None or not _is_counted(rule):
        return
    (kind,) = rule.on if len(rule.on) == 1 else ("",)
    key = language.nearest("distinct", _item_of(kind)) if rule.count.distinct else language.nearest("nth", kind)
    yield language.say(key, nth=language.ordinal(rule.count.n), span=language.span(rule.count.within))


def _cap(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if rule.cap is not None:
        yield language.say(f"cap.{rule.cap.per}", points=language.points(rule.cap.points))


def _after(rule: Rule, language: Language, labels: Labels) -> Iterator[str]:
    after = rule.after
    if after is None:
        return
    span = "" if after.within is None else language.span(after.within)
    yield language.say("after.within" if span else "after", what=_needed(after, language, labels), span=span)
    if after.retro:
        yield language.say("retro")


def _needed(after: After, language: Language, labels: Labels) -> str:
    if after.on:
        return _event(after.on, after.where, language)
    known = [id for id in labels if id in after.rules]
    ids = [*known, *sorted(after.rules.difference(known))]
    return language.any_of([labels.get(id, id) for id in ids])


def _decay(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if rule.decay is None:
        return
    every = language.some("every", rule.decay.days)
    share = language.say("share", n=language.number(round(rule.decay.share * 100, 3)))
    span = language.some("day", rule.decay.days)
    yield language.say(f"decay.{rule.decay.kind}", every=every, share=share, span=span)


def _group(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if rule.group is not None:
        yield language.say("group", name=language.quoted(rule.group))


def _handoff(rule: Rule, language: Language, _: Labels) -> Iterator[str]:
    if rule.handoff:
        yield language.say("handoff")


def _event(on: frozenset[str], where: tuple[Condition, ...], language: Language) -> str:
    names = [
        language.messages[f"event.{kind}"] if language.has(f"event.{kind}") else language.quoted(kind)
        for kind in sorted(on)
    ]
    event = language.any_of(names)
    if not where:
        return event
    return language.say("event.where", event=event, conditions=conditions_in_words(where, "where", language))


def _is_counted(rule: Rule) -> bool:
    return rule.count is not None and rule.count.n > 1


def _item_of(kind: str) -> str:
    return "email" if kind in (EMAIL_OPEN, EMAIL_CLICK) else kind


#: The parts of a sentence, in the order they are read.
_CLAUSES: Final[tuple[Callable[[Rule, Language, Labels], Iterator[str]], ...]] = (
    _worth,
    _trigger,
    _person,
    _silence,
    _once,
    _count,
    _cap,
    _after,
    _decay,
    _group,
    _handoff,
)
