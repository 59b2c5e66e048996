"""Warnings about a model: bands, grades and scores nobody can reach, groups that never show."""

from __future__ import annotations

from collections.abc import Iterator

from ripeline.domain.points import as_number
from ripeline.rules.advice_rules import fading
from ripeline.rules.lines import KeyPath
from ripeline.rules.model import Group, Model
from ripeline.rules.reach import most_of, worth_of

#: The keys, below the model's, that a warning is about, and its sentence.
Remark = tuple[KeyPath, str]


def warnings_of_model(model: Model) -> Iterator[Remark]:
    """Every warning on the keys of a model, but those of its rules."""
    if not model.rules:
        yield (), "it has no rules, so everybody stays at 0"
        return
    fit, score = most_of(model)
    yield from _on_bands(model, fit, score)
    yield from _on_fit(model, fit)
    yield from _on_coming_again(model, score)
    for name, group in model.groups.items():
        yield from ((("groups", name), problem) for problem in _on_group(name, group, model))
    if model.decay and (problem := fading(model.decay)):
        yield ("decay",), problem


def _on_bands(model: Model, fit: float, score: float) -> Iterator[Remark]:
    for band in model.bands:
        keys = ("bands", band.name)
        if band.enter > score:
            yield keys, f"nobody can reach `{band.name}`: all rules together give {_number(score)} at most"
        elif band.fit is not None and band.fit > fit:
            asked = f"it asks for {_number(band.fit)} points of fit"
            yield keys, f"nobody can reach `{band.name}`: {asked}, {_of_fit(fit)}"
        if band.enter <= 0:
            yield keys, f"everybody is in `{band.name}` from the start, it begins at {_number(band.enter)}"


def _on_fit(model: Model, fit: float) -> Iterator[Remark]:
    if model.min_fit is not None and model.min_fit > fit:
        yield ("min_fit",), f"everybody is out of target: `min_fit` is {_number(model.min_fit)}, {_of_fit(fit)}"
    for name, begins in model.grades:
        if begins > fit:
            yield ("grades", name), f"nobody can have grade `{name}`: it begins at {_number(begins)}, {_of_fit(fit)}"


def _on_coming_again(model: Model, score: float) -> Iterator[Remark]:
    if model.re_enter is None:
        return
    band, again = model.handoff_band, _number(model.re_enter)
    if band is None:
        yield ("re_enter",), "`re_enter` is never asked: this model hands nobody over"
    elif model.re_enter <= band.enter:
        begins = f"`{band.name}` begins at {_number(band.enter)}"
        yield ("re_enter",), f'after "too early" a lead comes again at once: `re_enter` is {again}, and {begins}'
    elif model.re_enter > score:
        limit = f"all rules together give {_number(score)} at most"
        yield ("re_enter",), f'after "too early" nobody comes again: `re_enter` is {again}, {limit}'


def _on_group(name: str, group: Group, model: Model) -> Iterator[str]:
    worth = [points for rule in model.rules if rule.group == name for points in worth_of(rule)]
    if not worth:
        yield f'no rule is in group `{name}`: a rule joins it with group = "{name}"'
    elif group.maximum is not None and group.maximum <= 0 <= min(worth):
        yield f"group `{name}` never shows: its rules only give points, and `max` is {_number(group.maximum)}"
    elif group.minimum is not None and max(worth) <= 0 <= group.minimum:
        yield f"group `{name}` never shows: its rules only take points, and `min` is {_number(group.minimum)}"
    elif group.minimum is not None and group.minimum > 0:
        yield f"group `{name}` gives {_number(group.minimum)} to everybody, also to who did nothing"
    elif group.maximum is not None and group.maximum < 0:
        yield f"group `{name}` takes {_number(-group.maximum)} from everybody, also from who did nothing"


def _of_fit(fit: float) -> str:
    return f"all rules about the person together give {_number(fit)} at most"


def _number(thousandths: float) -> int | float:
    return as_number(int(thousandths))
