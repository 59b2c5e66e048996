"""Conditions compiled into tests: `where` on an event and its session, `lead` on attributes, `values` on the item."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ripeline.domain.event import (
    CLICK,
    DOWNLOAD,
    EMAIL_CLICK,
    EMAIL_OPEN,
    FORM,
    PAGE,
    UNSUBSCRIBE,
    Event,
    item_of,
)
from ripeline.domain.session import Session
from ripeline.domain.urls import decoded
from ripeline.rules.fields import READERS, URL_KEYS, Reader
from ripeline.rules.freemail import FREEMAIL
from ripeline.rules.globs import TextTest, compile_any, compile_glob, folded, url_patterns
from ripeline.rules.model import Condition, OncePart, Rule

__all__ = ["compile_glob", "domain_of", "event_matcher", "folded", "lead_matcher", "once_parts", "value_matcher"]

EventTest = Callable[[Event, Session], bool]
LeadTest = Callable[[Mapping[str, Any]], bool]

_ONCE: Final[dict[str, tuple[OncePart, ...]]] = {
    PAGE: ("item", "session"),
    CLICK: ("item", "session"),
    DOWNLOAD: ("item",),
    EMAIL_OPEN: ("item",),
    EMAIL_CLICK: ("item",),
    FORM: ("item", "day"),
    UNSUBSCRIBE: ("lead",),
}


def once_parts(rule: Rule, kind: str) -> tuple[OncePart, ...]:
    """What an event of this kind is paid once per: the rule's own `once_per`, or the kind's default."""
    return rule.once_per or _ONCE.get(kind, ("event",))


def event_matcher(
    conditions: Sequence[Condition], content: Mapping[str, Sequence[str]] | None = None
) -> EventTest | None:
    """A test for all of `where`, None where nothing is asked; `content` (stage → path globs) serves `stage`."""
    tests = tuple(_event_test(condition, content or {}) for condition in conditions)
    if len(tests) <= 1:
        return tests[0] if tests else None

    def all_hold(event: Event, session: Session) -> bool:
        for test in tests:  # noqa: SIM110 - the innermost loop of scoring
            if not test(event, session):
                return False
        return True

    return all_hold


def lead_matcher(conditions: Sequence[Condition]) -> LeadTest:
    """A test for all of `lead` on attribute values by name.

    `email_domain` and `freemail` are derived from the value of `email`; `channel` is the first channel, which the
    caller puts in beside the attributes.
    """
    tests = tuple((_attribute(condition.key), _value_test(condition, fold=True)) for condition in conditions)
    return lambda attributes: all(holds(read(attributes)) for read, holds in tests)


def value_matcher(values: Sequence[tuple[str, int]]) -> Callable[[Event], int | None]:
    """The thousandths of the first glob, in file order, that the event's item matches; None when none does."""
    tests = tuple((compile_glob(glob, path=glob.startswith("/")), points) for glob, points in values)

    def points_of(event: Event) -> int | None:
        # A path is decoded already; decoding twice would turn a literal %25 into something else.
        plain = event.item or event.on == CLICK
        item = decoded(item_of(event)) if plain else event.path
        return next((points for test, points in tests if test(item)), None)

    return points_of


def domain_of(email: object) -> str | None:
    """The part after the @ in lower case, None when there is none."""
    name, at, domain = str(email or "").rpartition("@")
    return domain.strip().lower() if name and at and domain.strip() else None


def text_of(value: Any) -> str:
    """A scalar as patterns see it: true, 5, 2.5, the text itself."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number_of(value: Any) -> float | None:
    """A scalar as a number, None when it is none ("12,5" is: forms are filled in by people)."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value.replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _attribute(name: str) -> Callable[[Mapping[str, Any]], Any]:
    if name == "email_domain":
        return lambda attributes: domain_of(attributes.get("email"))
    if name == "freemail":
        return _freemail
    return lambda attributes: attributes.get(name)


def _freemail(attributes: Mapping[str, Any]) -> bool | None:
    domain = domain_of(attributes.get("email"))
    return None if domain is None else domain in FREEMAIL


def _event_test(condition: Condition, content: Mapping[str, Sequence[str]]) -> EventTest:
    if condition.key == "stage":
        return _stage_test(condition, content)
    read = _reader(condition.key)
    if not condition.refused and condition.minimum is None and condition.maximum is None and condition.key in READERS:
        wanted = _text_test(condition.key, condition.globs)
        # A text the event does not have is empty and matches no pattern, not even `*`: `*` asks that there is one.
        return lambda event, session: bool(text := read(event, session)) and wanted(text)
    holds = _value_test(condition)
    return lambda event, session: holds(read(event, session))


def _reader(key: str) -> Reader:
    if key.startswith("props."):
        name = key.removeprefix("props.")
        return lambda event, _: event.props.get(name) if event.props else None
    return READERS[key]


def _text_test(key: str, globs: Sequence[str], *, fold: bool = False) -> TextTest:
    if key in URL_KEYS:
        return compile_any([form for glob in globs for form in url_patterns(glob)])
    if key == "host":
        return compile_any([glob.lower() for glob in globs])
    if key in ("path", "entry"):
        return compile_any(globs, path=True)
    return compile_any(globs, fold=fold)


def _value_test(condition: Condition, *, fold: bool = False) -> Callable[[Any], bool]:
    wanted = _text_test(condition.key, condition.globs, fold=fold) if condition.globs else None
    refused = _text_test(condition.key, condition.refused, fold=fold) if condition.refused else None
    low, high = condition.minimum, condition.maximum
    needs_value = wanted is not None or low is not None or high is not None

    def holds(value: Any) -> bool:
        if value is None or value == "":
            return not needs_value
        text = decoded(text_of(value)) if condition.key not in READERS or fold else value
        if (wanted and not wanted(text)) or (refused and refused(text)):
            return False
        return (low is None and high is None) or _within(number_of(value), low, high)

    return holds


def _within(number: float | None, low: float | None, high: float | None) -> bool:
    return number is not None and (low is None or number >= low) and (high is None or number <= high)


def _stage_test(condition: Condition, content: Mapping[str, Sequence[str]]) -> EventTest:
    wanted, refused = compile_any(condition.globs), compile_any(condition.refused)
    pages = tuple((stage, compile_any(globs, path=True)) for stage, globs in content.items())

    def holds(event: Event, _: Session) -> bool:
        path = event.path
        stages = [stage for stage, test in pages if path and test(path)]
        return (not condition.globs or any(map(wanted, stages))) and not any(map(refused, stages))

    return holds
